/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Deferred rows of a hashed grouping, partitioned by the groups' parts, that are added to their
 * groups later.  With many groups, each look-up in the order of arrival misses every cache.  The
 * rows of one part, applied together, use a table that fits into a core's cache; and those of all
 * workers go to the same groups, so that these need not be merged.
 *
 *	record	[key: 1 or 2 words] [tag] [bytes] [first] [packets, duration]
 *
 * The tag and the fields after it have 32 bits; the last one has 15 for packets and 17 for the
 * duration.  Times are milliseconds, first from a base.  Few flows last longer than two minutes, as
 * exporters then begin a new one, or have more packets; those are added at once.  In a grouping of
 * pairs the key's last bit, which no part of the key uses, marks a row of the reverse direction.
 */

#include "agg/group/row_list.h"
#include "agg/group/groups.h"
#include "agg/group/key_remap.h"
#include "agg/group/part_log.h"

/* Bit of a key's second word: the row of a pair has the reverse direction. */
#define BACKLOG_BACK ((uint64_t)1 << 63)

/* The value of a record that a slot takes. */
enum backlog_source { BACKLOG_NOTHING, BACKLOG_ONE, BACKLOG_PACKETS, BACKLOG_BYTES, BACKLOG_FIRST, BACKLOG_LAST };

struct backlog {
	const struct slots *slots;
	bool paired;			/* source has the slots' values by direction; else the usual slots */
	uint8_t source[2][SLOTS];
	unsigned words;			/* of a key; 0: rows of this grouping cannot be deferred */
	bool on;			/* rows are being deferred */
	bool based;
	uint64_t base;			/* of instants; biased */
	struct part_log log;
};

void backlog_init(struct backlog *b, const struct grouping *grouping);

/* Drops the remaining rows and frees memory.  More rows may be put afterwards. */
void backlog_release(struct backlog *b);

/*
 * Defers rows (at most GROUP_ROWS); word w of the key of row i is key[w * GROUP_ROWS + i].  Rows that
 * do not fit into a record are not taken: their numbers i go to `left`, ascending, their count to
 * *n_left.
 */
enum flow_status backlog_put(struct backlog *b, const struct flow_batch *batch,
    const struct rows *rows, const uint64_t *key, const uint64_t *hash, uint16_t *left,
    uint32_t *n_left) NODISCARD;

/*
 * Adds the rows of a part, their keys translated, to groups of the same grouping, and drops those in
 * memory, which is freed by backlog_release.  Threads may call it concurrently for different parts.
 */
enum flow_status backlog_apply(struct backlog *b, unsigned part, const struct translation *t,
    struct groups *into, struct flow_error *err) NODISCARD;
