/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Records of one size in 256 parts, each a list of chunks that are written one after the other, in
 * memory or, where that is short, in a temporary file:
 *
 *	part 0    [record record ...] -> [record record ...   ]
 *	part 1    [record ...         ]
 *	file      all records of part 0, of part 1, ...; then those of the next spill
 *
 * Rows are put away so before their groups are looked up: a part at a time fits into a core's cache.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define LOG_PARTS 256

struct log_block;
struct log_chunk;
struct log_spill;

struct part_log {
	size_t record_bytes;
	size_t bytes;			/* of memory that chunks take */
	struct log_block *block;	/* memory for chunks; the first one is being filled */
	char *block_at, *block_end;
	size_t block_bytes;		/* of the last block */
	char *at[LOG_PARTS], *end[LOG_PARTS];	/* room in each part's last chunk */
	struct log_chunk *first[LOG_PARTS], *last[LOG_PARTS];
	int fd;				/* temporary file; -1: none */
	struct log_spill *spill;
	size_t spills;
};

/* Between where a part's next record goes and the request for memory to put one in: see part_log_done. */
#define LOG_AHEAD_BYTES 128

void part_log_init(struct part_log *log, size_t record_bytes);

/* Forgets all records and frees memory and file.  More may be added afterwards. */
void part_log_release(struct part_log *log);

/* Adds a chunk to a part; FLOW_ENOMEM. */
enum flow_status part_log_grow(struct part_log *log, unsigned part) NODISCARD;

/* Where the part's next record goes, record_bytes of any alignment; NULL when out of memory. */
static inline char *
part_log_room(struct part_log *log, unsigned part)
{
	if (UNLIKELY((size_t)(log->end[part] - log->at[part]) < log->record_bytes) &&
	    part_log_grow(log, part) != FLOW_OK)
		return NULL;
	return log->at[part];
}

/*
 * The record is written.  The machine itself does not see that hundreds of parts are written to in
 * order: without the request pairs took 5 % longer.
 */
static inline void
part_log_done(struct part_log *log, unsigned part, size_t record_bytes)
{
	log->at[part] += record_bytes;
	__builtin_prefetch(log->at[part] + LOG_AHEAD_BYTES, 1);
}

/* Records of a part, of memory and file. */
uint64_t part_log_count(const struct part_log *log, unsigned part);

/*
 * Gives a part's records in pieces: take(context, records, n) with n > 0, those of the file first.
 * Threads may do so at a time.  What take returns other than FLOW_OK ends it.
 */
typedef enum flow_status part_log_take(void *context, const char *records, size_t n);
enum flow_status part_log_each(const struct part_log *log, unsigned part, part_log_take *take,
    void *context, struct flow_error *err) NODISCARD;

/* Forgets a part's records in memory, whose memory stays until part_log_release. */
void part_log_forget(struct part_log *log, unsigned part);

/* Forgets those that another one of the part in memory equals. */
enum flow_status part_log_unique(struct part_log *log, unsigned part) NODISCARD;

/* Moves all records in memory to a file in `folder`, and frees their memory. */
enum flow_status part_log_spill(struct part_log *log, const char *folder,
    struct flow_error *err) NODISCARD;
