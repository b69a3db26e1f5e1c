/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/talk_blocks.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/hash.h"
#include "synth/dress.h"

#define THREADS_MAX 64

/* How many conversations ahead hosts are drawn. */
#define AHEAD 16

enum slot_state {
	SLOT_FREE,
	SLOT_BUSY,	/* being made */
	SLOT_READY,
};

/* Block n lies in slot n modulo `slots`. */
struct talk_blocks {
	const struct talker *talker;
	enum dress_kind kind;
	uint64_t seed;
	uint64_t next;		/* block to be taken */
	uint64_t begun;		/* blocks begun so far, at least `next` */
	unsigned slots, threads;
	bool held;		/* block next - 1 is in use */
	bool stop;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t thread[THREADS_MAX];
	struct slot {
		enum slot_state state;
		struct talk_block block;
	} slot[];
};

static void
make_block(const struct talk_blocks *b, uint64_t number, struct talk_block *block)
{
	struct talk_who who[AHEAD];
	struct random r;
	size_t i = 0, k = 0;

	random_init(&r, hash_mix64(b->seed + hash_mix64(number)));
	for (; i < TALK_BLOCK; k++) {
		unsigned room = TALK_BLOCK - i < 2 && b->kind != DRESS_BIFLOW ? 1 : 2;
		size_t n;

		for (n = 0; k % AHEAD == 0 && n < AHEAD; n++)
			talk_choose(b->talker, &r, &who[n]);
		i += dress_conversation(b->kind, &block->flow[i],
		    talk(b->talker, &r, &who[k % AHEAD], &block->flow[i], room));
	}
}

/* Makes the first block not yet begun; false if its slot is in use.  Takes the lock held, releases it meanwhile. */
static bool
make_one(struct talk_blocks *b)
{
	uint64_t number = b->begun;
	struct slot *s = &b->slot[number % b->slots];

	if (s->state != SLOT_FREE)
		return false;
	s->state = SLOT_BUSY;
	b->begun++;
	(void)pthread_mutex_unlock(&b->lock);
	make_block(b, number, &s->block);
	(void)pthread_mutex_lock(&b->lock);
	s->state = SLOT_READY;
	(void)pthread_cond_broadcast(&b->changed);
	return true;
}

static void *
help(void *argument)
{
	struct talk_blocks *b = argument;

	(void)pthread_mutex_lock(&b->lock);
	while (!b->stop)
		if (!make_one(b))
			(void)pthread_cond_wait(&b->changed, &b->lock);
	(void)pthread_mutex_unlock(&b->lock);
	return NULL;
}

struct talk_blocks *
talk_blocks_new(const struct talker *talker, enum dress_kind kind, uint64_t seed, unsigned threads)
{
	unsigned wanted = threads < THREADS_MAX ? threads : THREADS_MAX, slots = wanted > 0 ? 2 * wanted + 2 : 1;
	struct talk_blocks *b = calloc(1, sizeof(*b) + slots * sizeof(b->slot[0]));

	if (b == NULL)
		return NULL;
	b->talker = talker;
	b->kind = kind;
	b->seed = seed;
	b->slots = slots;
	if (pthread_mutex_init(&b->lock, NULL) != 0)
		goto fail;
	if (pthread_cond_init(&b->changed, NULL) != 0) {
		(void)pthread_mutex_destroy(&b->lock);
		goto fail;
	}
	while (b->threads < wanted && pthread_create(&b->thread[b->threads], NULL, help, b) == 0)
		b->threads++;
	return b;
fail:
	free(b);
	return NULL;
}

void
talk_blocks_free(struct talk_blocks *b)
{
	unsigned i;

	if (b == NULL)
		return;
	(void)pthread_mutex_lock(&b->lock);
	b->stop = true;
	(void)pthread_cond_broadcast(&b->changed);
	(void)pthread_mutex_unlock(&b->lock);
	for (i = 0; i < b->threads; i++)
		(void)pthread_join(b->thread[i], NULL);
	(void)pthread_cond_destroy(&b->changed);
	(void)pthread_mutex_destroy(&b->lock);
	free(b);
}

const struct talk_block *
talk_blocks_next(struct talk_blocks *b)
{
	struct slot *s;

	(void)pthread_mutex_lock(&b->lock);
	if (b->held) {
		b->slot[(b->next - 1) % b->slots].state = SLOT_FREE;
		(void)pthread_cond_signal(&b->changed);
	}
	s = &b->slot[b->next % b->slots];
	/* Instead of waiting, it makes a block: this one or a later one. */
	while (s->state != SLOT_READY)
		if (!make_one(b))
			(void)pthread_cond_wait(&b->changed, &b->lock);
	b->next++;
	b->held = true;
	(void)pthread_mutex_unlock(&b->lock);
	return &s->block;
}
