/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Sampling of packets by chance, one in `rate`: the number of packets that pass until the next one is taken is drawn
 * from a geometric distribution, so that packets which are not taken cost nothing.  Integers only.
 */

#include <stdint.h>

#include "synth/random.h"

struct packet_skip {
	struct random random;
	uint64_t mean;		/* of the distribution, see packet_skip.c */
};

/* rate >= 1, below 2^32; 1 takes every packet. */
void packet_skip_init(struct packet_skip *s, uint64_t seed, uint32_t rate);

/* How many packets pass before the next one that is taken. */
uint64_t packet_skip_next(struct packet_skip *s);
