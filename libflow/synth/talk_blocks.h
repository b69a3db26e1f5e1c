/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Conversations in blocks, whose random numbers depend only on a seed and the block's number: threads make them
 * ahead in any order, and they are taken in order.  The result is the same with any number of threads, or none.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "synth/dress_kind.h"
#include "synth/talk.h"

#define TALK_BLOCK 1024

struct talk_block {
	struct talk_flow flow[TALK_BLOCK + 1];	/* one more for a reverse flow that becomes no row */
};

struct talk_blocks;

/*
 * `talker` is borrowed.  Up to `threads` threads help; if none can be started, talk_blocks_next makes the
 * blocks.  NULL when out of memory.
 */
struct talk_blocks *talk_blocks_new(const struct talker *talker, enum dress_kind kind, uint64_t seed, unsigned threads)
    NODISCARD;
void talk_blocks_free(struct talk_blocks *b);

/* The next block, valid until the next call. */
const struct talk_block *talk_blocks_next(struct talk_blocks *b);
