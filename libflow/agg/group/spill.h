/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Spilled groups: an unnamed temporary file, to which a worker appends the groups of a
 * part, and from which they are read when that part is merged.
 *
 *	chunk  grouping, part, count -> count records of [tag][key words][slots]
 */

#include "agg/group/groups.h"

struct spill_chunk {
	size_t grouping;
	unsigned part;
	uint32_t count;
	int64_t offset;
};

struct spill {
	int fd;			/* -1: nothing was spilled yet */
	int64_t end;
	struct spill_chunk *chunk;
	size_t chunks, cap;
};

/* Whether groups of a grouping were spilled. */
bool spill_has(const struct spill *s, size_t grouping);

void spill_init(struct spill *s);
void spill_release(struct spill *s);

/* Appends all groups of a part of a hashed grouping; creates the file in `folder` if need be. */
enum flow_status spill_part(struct spill *s, const char *folder, size_t grouping, unsigned part,
    const struct groups *g, struct flow_error *err) NODISCARD;

/* 64-bit words of a record. */
static inline size_t
spill_words(const struct groups *g)
{
	return 1 + (size_t)g->stride;
}

/* Reads n records of a chunk, starting at record `from`. */
enum flow_status spill_read(const struct spill *s, const struct spill_chunk *c,
    const struct groups *g, uint32_t from, uint32_t n, uint64_t *out,
    struct flow_error *err) NODISCARD;
