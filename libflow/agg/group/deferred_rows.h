/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Rows of a hashed grouping that wait to be added to their groups, sorted by the groups' parts.
 * Where groups are many, finding that of each row as it comes misses every cache.  A part's rows
 * one behind the other find theirs in a table that fits into the cache of a core; and the rows of
 * a part that all workers put away go into the same groups, so that these need not be merged.
 *
 *	record	[key: 1 or 2 words] [tag] [bytes] [first] [packets, duration]
 *
 * The tag and what follows have 32 bits, packets 15 of the last and the duration 17; instants are
 * milliseconds, first from a base.  Few flows last longer than two minutes, as exporters then begin
 * a new one, or have more packets; those are added at once.  In a grouping of pairs of directions the
 * key's last bit, which no part of the key takes, tells that the row runs the other way.
 */

#include "agg/group/row_list.h"
#include "agg/group/groups.h"
#include "agg/group/key_remap.h"
#include "agg/group/part_log.h"

/* The bit of a key's second word that tells of a row of a pair that it runs the other way. */
#define BACKLOG_BACK ((uint64_t)1 << 63)

/* What of a row counts in a slot. */
enum backlog_source { BACKLOG_NOTHING, BACKLOG_ONE, BACKLOG_PACKETS, BACKLOG_BYTES, BACKLOG_FIRST, BACKLOG_LAST };

struct backlog {
	const struct slots *slots;
	bool paired;			/* slots are as `source` tells, by way; else the usual ones */
	uint8_t source[2][SLOTS];
	unsigned words;			/* of a key; 0: this grouping has none */
	bool on;			/* rows are put here */
	bool based;
	uint64_t base;			/* of instants; biased */
	struct part_log log;
};

void backlog_init(struct backlog *b, const struct grouping *grouping);

/* Forgets the rows that are left, and frees memory.  More may be put away afterwards. */
void backlog_release(struct backlog *b);

/*
 * Puts n rows (at most GROUP_ROWS) away, word w of the key of row i being key[w * GROUP_ROWS + i].
 * Those that have no room in a record are left: their numbers i go to `left`, ascending, and how
 * many there are to *n_left.
 */
enum flow_status backlog_put(struct backlog *b, const struct flow_batch *batch,
    const struct rows *rows, const uint64_t *key, const uint64_t *hash, uint16_t *left,
    uint32_t *n_left) NODISCARD;

/*
 * Adds the rows of a part, their keys translated, to groups of the same grouping, and forgets those in
 * memory.  Threads may do so at a time, each with its part.  Memory stays until backlog_release.
 */
enum flow_status backlog_apply(struct backlog *b, unsigned part, const struct translation *t,
    struct groups *into, struct flow_error *err) NODISCARD;
