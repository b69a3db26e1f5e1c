/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Draws a number by weight in constant time (Walker's alias method, built as by
 * Vose, 1991), in integers.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "synth/random.h"

/* Entry i yields itself for random fractions below `keep`, else `other`. */
struct alias_entry {
	uint32_t keep;		/* of 2^24 */
	uint32_t other;
};

struct alias {
	uint32_t count;
	struct alias_entry *entry;
};

/*
 * `count` weights below 2^32, at most 2^18 of them, whose sum is neither 0 nor
 * 2^40 or more.  False when out of memory or for other weights.
 */
bool alias_init(struct alias *a, const uint64_t *weight, uint32_t count) NODISCARD;

void alias_release(struct alias *a);

static inline uint32_t
alias_draw(const struct alias *a, struct random *r)
{
	uint64_t bits = random_next(r);
	uint32_t i = random_scale((uint32_t)(bits >> 32), a->count);

	return (bits & 0xffffff) < a->entry[i].keep ? i : a->entry[i].other;
}
