/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Records of one size, partitioned by the upper bits of the hash that each begins with: all records of a key are in
 * one part, and parts are judged one by one.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define LOG_PARTS 256

static inline unsigned
log_part(uint64_t hash)
{
	return (unsigned)(hash >> 56);
}

struct log_chunk;

struct evidence_log {
	size_t record;		/* its size in bytes */
	size_t bytes;		/* allocated in all */
	struct log_chunk *part[LOG_PARTS];
	uint64_t count[LOG_PARTS];
};

void evidence_log_init(struct evidence_log *log, size_t record);
void evidence_log_clear(struct evidence_log *log);

/* Room for one more record, to be filled by the caller; NULL when out of memory. */
void *evidence_log_add(struct evidence_log *log, uint64_t hash);

/*
 * Moves a part's records to `out`, which has room for them, in the order in which they were added, and frees the part.
 * Returns the end of what it wrote.
 */
void *evidence_log_take(struct evidence_log *log, unsigned part, void *out);
