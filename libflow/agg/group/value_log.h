/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A log of a column's values by group, for measures that need all of them: distinct counts and
 * percentiles.  While rows are fed, only records are appended:
 *
 *	dense grouping	[number of the group: 32 bits] [value]
 *	hashed		[key: its words] [tag: 32 bits] [value]
 *
 * A value has 32 bits (addresses, MACs and texts by their ids) or 64.  Records are partitioned by the hash of
 * their group, so that a group's are all in one part, which is counted after merging
 * (agg/group/value_count.h).  A record takes 8 to 24 bytes, while a group for each value of each group took
 * 50 and more.  If only distinct values count, a cache of recent records drops repeated ones: a busy server's
 * clients come again and again.
 */

#include "agg/group/key.h"
#include "agg/group/part_log.h"

struct value_log {
	const struct value_column *column;
	unsigned words;		/* of a hashed grouping's key; 0: dense */
	bool wide;		/* values of 64 bits */
	size_t unique;		/* log.bytes from which on duplicates are removed */
	struct part_log log;
	/* Cache of recent records, by the lowest bits of their hash; NULL: none yet. */
	struct value_recent *recent;
	uint32_t recent_rows, recent_hits;	/* since its use was last judged */
	uint32_t recent_pause;			/* rows that still skip it */
};

/* Bytes in memory. */
size_t value_log_bytes(const struct value_log *v);

/* `of` is the grouping of the column. */
void value_log_init(struct value_log *v, const struct value_column *column, const struct grouping *of);
void value_log_release(struct value_log *v);

/*
 * Appends the values of at most GROUP_ROWS rows, with key and hash as for groups_find, or with their
 * group numbers, -1 for none.
 */
enum flow_status value_log_put(struct value_log *v, struct key_maps *maps,
    const struct flow_batch *batch, const struct rows *rows, const uint64_t *key,
    const uint64_t *hash) NODISCARD;
enum flow_status value_log_put_dense(struct value_log *v, struct key_maps *maps,
    const struct grouping *of, const struct flow_batch *batch, const struct rows *rows,
    const int32_t *number) NODISCARD;

/* Removes duplicates if only distinct values count and records take much memory. */
enum flow_status value_log_thin(struct value_log *v) NODISCARD;

/* A record's number or key, tag and value. */
static inline size_t
value_record_bytes(unsigned words, bool wide)
{
	return words * sizeof(uint64_t) + sizeof(uint32_t) +
	    (wide ? sizeof(uint64_t) : sizeof(uint32_t));
}
