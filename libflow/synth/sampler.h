/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Takes each packet with the probability 1 in `rate`, as a sampling router does, and reduces a flow to what that
 * router saw, mostly nothing if it has few packets.  Flows without a taken packet cost nothing
 * (synth/packet_skip.h).
 */

#include <stdbool.h>
#include <stdint.h>

#include "synth/packet_skip.h"
#include "synth/talk.h"

struct sampler {
	struct packet_skip draw;
	uint64_t skip;		/* packets that pass before the next one is taken */
};

/* rate >= 1, below 2^32; 1 takes every packet */
void sampler_init(struct sampler *s, uint64_t seed, uint32_t rate);

/* How many of these packets are taken; *first and *last number the first and last of them, from 0, if any. */
uint64_t sampler_take(struct sampler *s, uint64_t packets, uint64_t *first, uint64_t *last);

/* Reduces *flow to its taken packets, without scaling; false if none was taken. */
bool sampler_flow(struct sampler *s, const struct world *world, struct talk_flow *flow);
