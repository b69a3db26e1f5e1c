/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/talk_blocks.h"

#include <string.h>

#include "base/hash.h"
#include "tap.h"

#define BLOCKS 60

static const struct talk_options options = { .ipv6_percent = 15, .active_ms = 60000, .inactive_ms = 15000 };

static uint64_t
mix(uint64_t sum, uint64_t value)
{
	return hash_mix64(sum ^ value) + 1;
}

/* What the flows of the first blocks are. */
static uint64_t
digest(const struct talker *t, uint64_t seed, unsigned threads)
{
	struct talk_blocks *b = talk_blocks_new(t, DRESS_PLAIN, seed, threads);
	uint64_t sum = 0;
	unsigned k, i;

	ok(b != NULL);
	for (k = 0; k < BLOCKS; k++) {
		const struct talk_block *block = talk_blocks_next(b);

		for (i = 0; i < TALK_BLOCK; i++) {
			const struct talk_flow *f = &block->flow[i];

			sum = mix(sum, addr_hi(&f->src) ^ addr_lo(&f->src));
			sum = mix(sum, addr_hi(&f->dst) ^ addr_lo(&f->dst));
			sum = mix(sum, f->packets << 32 ^ f->bytes ^ f->duration_ms);
			sum = mix(sum, (uint64_t)f->src_port << 32 | f->dst_port);
		}
	}
	talk_blocks_free(b);
	return sum;
}

int
main(void)
{
	struct world world;
	struct talker t;
	uint64_t alone;

	ok(world_init(&world, 1, 0, NULL));
	ok(talker_init(&t, &world, &options));
	alone = digest(&t, 5, 0);
	is_uint(digest(&t, 5, 1), alone);
	is_uint(digest(&t, 5, 3), alone);
	is_uint(digest(&t, 5, 100), alone);
	ok(digest(&t, 6, 1) != alone);
	talk_blocks_free(NULL);
	talker_release(&t);
	world_release(&world);
	return tap_done();
}
