/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Draws a rank by Zipf's law with the exponent 1: weights 1/1, 1/2, 1/3 ...
 *
 * The first ranks have their own weights.  Later ranks share bins, a 64th of the rank wide, within which all are
 * equally likely, so less than 1 % off: some hundred bins stay in the L1 cache.  An entry for each of 65536 ranks
 * cost a cache miss per draw, a third of the time to make flows.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "synth/alias.h"

struct zipf {
	struct alias bin;
	struct zipf_bin {
		uint32_t first, width;
	} *range;		/* the ranks of each bin */
};

/* Ranks 0 .. count - 1, count at most 2^20.  False when out of memory or for another count. */
bool zipf_init(struct zipf *z, uint32_t count) NODISCARD;
void zipf_release(struct zipf *z);

/* The rank that random bits select. */
static inline uint32_t
zipf_rank(const struct zipf *z, uint64_t bits)
{
	uint64_t product = (bits >> 32) * z->bin.count;
	const struct alias_entry *e = &z->bin.entry[product >> 32];
	const struct zipf_bin *b = &z->range[(bits & 0xffffff) < e->keep ? product >> 32 : e->other];

	return b->first + random_scale((uint32_t)product, b->width);
}

static inline uint32_t
zipf_draw(const struct zipf *z, struct random *r)
{
	return zipf_rank(z, random_next(r));
}
