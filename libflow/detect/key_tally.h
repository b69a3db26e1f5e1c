/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Counters by hashes of keys: a key's counter is at least the key's sum, and more if other keys share it.
 * All threads add to the same counters, which saturate.
 *
 *	tally_list_put(&list, ...)	pass 1: queues what a row adds and prefetches its counter
 *	tally_close(&tally, least, ..)	replaces the counters by bits: whether each is large enough
 *	tally_enough(&tally, hash)	pass 2: tests a bit; the bitmap fits into a core's cache
 *
 * 10 million flows, all detectors: testing the counters themselves took a third of pass 2.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

struct tally {
	atomic_uint_least32_t *count;
	atomic_uint_least32_t *open;	/* counted only if answers are among the flows; NULL: not used */
	atomic_uint_least64_t *enough;	/* bits */
	uint64_t mask;			/* counters - 1, and bits - 1 */
};

/* OPEN: counters of both kinds.  MARKS: pass 1 sets keys' bits itself, by counters of other keys. */
enum tally_use { TALLY_PLAIN, TALLY_OPEN, TALLY_MARKS };

/* Allocates a counter for each of about `keys` keys, at most 2^25; false when out of memory. */
bool tally_init(struct tally *t, uint64_t keys, enum tally_use use) NODISCARD;
void tally_clear(struct tally *t);

/*
 * After pass 1: sets the bits of counters that are at least `least`, the open ones added if `open` (TALLY_MARKS has
 * its bits already), and frees the counters.  *any: some bit is set.  False when out of memory.
 */
bool tally_close(struct tally *t, uint64_t least, bool open, bool *any) NODISCARD;

/* Whether a key may reach its threshold. */
static inline bool
tally_enough(const struct tally *t, uint64_t hash)
{
	uint64_t bit = hash & t->mask;

	return (atomic_load_explicit(&t->enough[bit / 64], memory_order_relaxed) >> bit % 64 & 1) != 0;
}

/* Sets a key's bit. */
static inline void
tally_mark(struct tally *t, uint64_t hash)
{
	uint64_t bit = hash & t->mask;

	(void)atomic_fetch_or_explicit(&t->enough[bit / 64], UINT64_C(1) << bit % 64, memory_order_relaxed);
}

/* The most to add at once: 2^11 threads that add at the same time do not make a counter overflow. */
#define TALLY_MOST (INT32_C(1) << 20)

/* Adds to a counter, unless it has 2^31 already; returns its value. */
static inline uint32_t
tally_add(atomic_uint_least32_t *at, int32_t n)
{
	uint32_t now = atomic_load_explicit(at, memory_order_relaxed);

	if (now >= UINT32_C(1) << 31)
		return now;
	return atomic_fetch_add_explicit(at, (uint32_t)n, memory_order_relaxed) + (uint32_t)n;
}

/* At least DETECT_ROWS. */
#define TALLY_LIST 512

/* Pending additions, whose counters are being prefetched. */
struct tally_list {
	uint32_t n;
	int32_t amount[TALLY_LIST];
	atomic_uint_least32_t *at[TALLY_LIST];
};

static inline void
tally_list_flush(struct tally_list *list)
{
	for (uint32_t i = 0; i < list->n; i++)
		(void)tally_add(list->at[i], list->amount[i]);
	list->n = 0;
}

/* Queues n, at most TALLY_MOST, for the counter of a hash; n < 0 takes back what was added. */
static inline void
tally_list_put(struct tally_list *list, const struct tally *t, atomic_uint_least32_t *counters, uint64_t hash,
    int32_t n)
{
	atomic_uint_least32_t *at = &counters[hash & t->mask];

	__builtin_prefetch((void *)at, 1);
	if (list->n == TALLY_LIST)
		tally_list_flush(list);
	list->at[list->n] = at;
	list->amount[list->n++] = n;
}

/* Clamps an amount to TALLY_MOST. */
static inline int32_t
tally_amount(uint64_t n)
{
	return n < TALLY_MOST ? (int32_t)n : TALLY_MOST;
}
