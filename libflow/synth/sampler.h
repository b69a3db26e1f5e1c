/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Takes each packet with the probability 1 in `rate`, as a sampling router does, and makes of a flow what such a
 * router saw of it: mostly nothing, where a flow has few packets.  The number of packets until the next one that is taken is
 * drawn (a geometric distribution), so that flows of which none is taken cost nothing.  Integers only.
 */

#include <stdbool.h>
#include <stdint.h>

#include "synth/random.h"
#include "synth/talk.h"

struct sampler {
	struct random random;
	uint64_t mean;		/* of the distribution, see sampler.c */
	uint64_t skip;		/* packets that pass before the next one is taken */
};

/* rate >= 2, below 2^32 */
void sampler_init(struct sampler *s, uint64_t seed, uint32_t rate);

/* How many of so many packets are taken; *first and *last: which, from 0, where there are any. */
uint64_t sampler_take(struct sampler *s, uint64_t packets, uint64_t *first, uint64_t *last);

/* The flow as it was seen, its counters those of packets that were taken; false where none was. */
bool sampler_flow(struct sampler *s, const struct world *world, struct talk_flow *flow);
