/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Narrow groups: groups of a dense grouping with the usual slots, packed into half a cache line each
 * as 32-bit counters (bytes has 64), while all numbers fit.
 *
 *	[number, rows] [flows, packets] [first, last] [bytes]	(lower half first)
 *
 * first and last are milliseconds from a base.  Statistics of addresses need half the memory, so that
 * half as many pages are cleared and cache lines fetched.
 */

#include "agg/group/row_list.h"

#define NARROW_WORDS 4
/* The slots of an unpacked group: rows, flows, packets, bytes, first, last. */
#define NARROW_SLOTS 6

/* Upper bounds of what a group holds: sums over all admitted rows. */
struct narrow_range {
	bool based;
	uint64_t base;		/* of instants; biased */
	uint64_t rows, flows, packets, bytes;
};

enum narrow_fit {
	NARROW_FITS,
	NARROW_FULL,		/* sums may be too large for a group */
	NARROW_NEVER,		/* a value is too large, or a column unsuitable */
};

/*
 * Decides whether rows may be added.  If they fit, packs row i as a one-row group at line[i * NARROW_WORDS],
 * once for all groupings, and adds the rows to *range.  The first call chooses the base.
 */
enum narrow_fit narrow_admit(struct narrow_range *range, const struct flow_batch *batch,
    const struct rows *rows, uint64_t *line);

/* A base for instants near `first` (biased): at least 12 days before it. */
uint64_t narrow_base(uint64_t first);

/* Raises the range to a group's values. */
void narrow_cover(struct narrow_range *range, const uint64_t *group);

/* Whether groups within this range may double. */
bool narrow_has_room(const struct narrow_range *range);

/* The range of groups after adding those of `more`; false: they do not fit, or have another base. */
bool narrow_combine(struct narrow_range *range, const struct narrow_range *more);

/* Makes a group without rows. */
void narrow_init(uint64_t *group, uint32_t number);

static inline uint64_t
narrow_rows(const uint64_t *group)
{
	return group[0] >> 32;
}

/* Unpacks a group's slots in the order of struct slots; without rows first is UINT64_MAX. */
void narrow_state(const uint64_t *group, uint64_t base, uint64_t *state);

/* Sums over groups, which cannot overflow; first and last are from the base. */
struct narrow_sums {
	unsigned __int128 rows, flows, packets, bytes;
	uint64_t first, last;		/* only if rows > 0 */
};

/* Adds up `count` adjacent groups. */
struct narrow_sums narrow_sum(const uint64_t *groups, uint32_t count);

/*
 * Adds n admitted rows, row i to group number[i] (at least -1) or, with codes, to group number[code[i]];
 * groups points to group 0.
 */
void narrow_add(const uint64_t *line, uint32_t n, uint64_t *groups, const int32_t *number,
    const uint32_t *code);

/*
 * The same for numbers of `width` bytes (1 or 2): row i goes to group values[i] + 1 and, with `other`, also
 * to group other[i] + 1 or, if that is the same, to -1.
 */
void narrow_add_small(const uint64_t *line, uint32_t n, uint64_t *groups, const void *values,
    const void *other, unsigned width);

/* The same without vector operations, for tests. */
void narrow_add_portable(const uint64_t *line, uint32_t n, uint64_t *groups, const int32_t *number,
    const uint32_t *code);
void narrow_add_small_portable(const uint64_t *line, uint32_t n, uint64_t *groups,
    const void *values, const void *other, unsigned width);

/* Adds a group of the same base to another; the sums must fit. */
void narrow_join(uint64_t *into, const uint64_t *from);
