/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Records of one size, partitioned into 256 parts, each a list of chunks in memory; if memory is short, all
 * are spilled to a temporary file:
 *
 *	part 0    [record record ...] -> [record record ...   ]
 *	part 1    [record ...         ]
 *	file      all records of part 0, of part 1, ...; then those of the next spill
 *
 * Groups are then looked up part by part: a part's table fits into a core's cache.
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
	size_t bytes;			/* of all chunks */
	struct log_block *block;	/* memory for chunks; the first block is being used */
	char *block_at, *block_end;
	size_t block_bytes;		/* of the last block */
	char *at[LOG_PARTS], *end[LOG_PARTS];	/* room in each part's last chunk */
	struct log_chunk *first[LOG_PARTS], *last[LOG_PARTS];
	int fd;				/* temporary file; -1: none */
	struct log_spill *spill;
	size_t spills;
};

/* Prefetch distance of part_log_done. */
#define LOG_AHEAD_BYTES 128

void part_log_init(struct part_log *log, size_t record_bytes);

/* Drops all records, and frees memory and file.  More records may be added afterwards. */
void part_log_release(struct part_log *log);

/* Adds a chunk to a part; FLOW_ENOMEM. */
enum flow_status part_log_grow(struct part_log *log, unsigned part) NODISCARD;

/* The place of the part's next record, record_bytes of any alignment; NULL when out of memory. */
static inline char *
part_log_room(struct part_log *log, unsigned part)
{
	if (UNLIKELY((size_t)(log->end[part] - log->at[part]) < log->record_bytes) &&
	    part_log_grow(log, part) != FLOW_OK)
		return NULL;
	return log->at[part];
}

/*
 * Call it after writing the record.  The hardware prefetcher cannot follow writes to hundreds of parts:
 * without this prefetch pairs took 5 % longer.
 */
static inline void
part_log_done(struct part_log *log, unsigned part, size_t record_bytes)
{
	log->at[part] += record_bytes;
	__builtin_prefetch(log->at[part] + LOG_AHEAD_BYTES, 1);
}

/* The number of a part's records in memory and file. */
uint64_t part_log_count(const struct part_log *log, unsigned part);

/*
 * Passes a part's records in pieces to take(context, records, n), n > 0, those of the file first, until it
 * returns anything but FLOW_OK.  Threads may call it concurrently.
 */
typedef enum flow_status part_log_take(void *context, const char *records, size_t n);
enum flow_status part_log_each(const struct part_log *log, unsigned part, part_log_take *take,
    void *context, struct flow_error *err) NODISCARD;

/* Drops a part's records in memory; part_log_release frees the memory. */
void part_log_forget(struct part_log *log, unsigned part);

/* Drops duplicates among a part's records in memory. */
enum flow_status part_log_unique(struct part_log *log, unsigned part) NODISCARD;

/* Appends all records in memory to a file in `folder`, and frees their memory. */
enum flow_status part_log_spill(struct part_log *log, const char *folder,
    struct flow_error *err) NODISCARD;
