/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Groups of a dense grouping with the usual slots, in half a line of the cache each: four words of
 * two counters, while all numbers fit.
 *
 *	[number, rows] [flows, packets] [first, last] [bytes]	(lower half first)
 *
 * first and last are milliseconds from a base.  Statistics of addresses need half the memory, and
 * so half the pages cleared and half the lines fetched.
 */

#include "agg/group/row_list.h"

#define NARROW_WORDS 4
/* The slots that a group is read into: rows, flows, packets, bytes, first, last. */
#define NARROW_SLOTS 6

/* What groups may hold at most: sums over all rows that were let in. */
struct narrow_range {
	bool based;
	uint64_t base;		/* of instants; biased */
	uint64_t rows, flows, packets, bytes;
};

enum narrow_fit {
	NARROW_FITS,
	NARROW_FULL,		/* the sums may have become too large for a group */
	NARROW_NEVER,		/* a value, or a column, that has no room in such a group */
};

/*
 * Whether rows may be added; if so, they count in *range, and row i lies in NARROW_WORDS words from
 * line[i * NARROW_WORDS] on as a group of it alone, however many groupings it is added to.  The first
 * ones decide on the base.
 */
enum narrow_fit narrow_admit(struct narrow_range *range, const struct flow_batch *batch,
    const struct rows *rows, uint64_t *line);

/* A base for instants of which this (biased) is one: at least 12 days before it. */
uint64_t narrow_base(uint64_t first);

/* Raises the sums to what this group holds. */
void narrow_cover(struct narrow_range *range, const uint64_t *group);

/* Whether groups that hold at most this may become twice as large. */
bool narrow_has_room(const struct narrow_range *range);

/* What groups hold when those of two ranges are added up; false: they may not be. */
bool narrow_combine(struct narrow_range *range, const struct narrow_range *more);

/* A group without rows. */
void narrow_init(uint64_t *group, uint32_t number);

static inline uint64_t
narrow_rows(const uint64_t *group)
{
	return group[0] >> 32;
}

/* Its slots, as struct slots orders them; without rows as they are before the first one. */
void narrow_state(const uint64_t *group, uint64_t base, uint64_t *state);

/* What groups add up to, wider than any of them can be; instants are from the base. */
struct narrow_sums {
	unsigned __int128 rows, flows, packets, bytes;
	uint64_t first, last;		/* only if rows > 0 */
};

/* Adds up `count` groups that lie one behind the other. */
struct narrow_sums narrow_sum(const uint64_t *groups, uint32_t count);

/*
 * Adds n rows that were let in, row i to group number[i] (from -1 on) of those from `groups` on or, with
 * codes, to group number[code[i]].
 */
void narrow_add(const uint64_t *line, uint32_t n, uint64_t *groups, const int32_t *number,
    const uint32_t *code);

/*
 * The same for groups of small numbers, of `width` bytes (1 or 2): row i goes to group values[i] + 1.
 * With values in `other` too, it also goes to group other[i] + 1 or, where that is the same one, to -1.
 */
void narrow_add_small(const uint64_t *line, uint32_t n, uint64_t *groups, const void *values,
    const void *other, unsigned width);

/* The same without vector operations, for tests. */
void narrow_add_portable(const uint64_t *line, uint32_t n, uint64_t *groups, const int32_t *number,
    const uint32_t *code);
void narrow_add_small_portable(const uint64_t *line, uint32_t n, uint64_t *groups,
    const void *values, const void *other, unsigned width);

/* Adds a group of the same base to another; what both hold must have room in one. */
void narrow_join(uint64_t *into, const uint64_t *from);
