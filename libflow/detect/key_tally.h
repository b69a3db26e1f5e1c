/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Counters by hashes of keys: a key's counter is at least what the key has, and more where others share it.
 * All threads add to the same ones.  A counter stops near its end.
 *
 *	tally_list_put(&list, ...)	pass 1: what a row adds; some rows' counters are fetched together
 *	tally_close(&tally, least, ..)	a bit for each counter that has enough, in place of the counters
 *	tally_enough(&tally, hash)	pass 2: a bit, which a core's cache holds
 *
 * 10 million flows, all detectors: looking at the counters themselves took a third of pass 2.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

struct tally {
	atomic_uint_least32_t *count;
	atomic_uint_least32_t *open;	/* of what counts where answers are among the flows; NULL: nothing is */
	atomic_uint_least64_t *enough;	/* bits */
	uint64_t mask;			/* counters - 1, and bits - 1 */
};

/* Keys that have counters of two kinds, and keys whose bits are set while others are counted. */
enum tally_use { TALLY_PLAIN, TALLY_OPEN, TALLY_MARKS };

/* Counters for so many keys, at most 2^25; false when out of memory. */
bool tally_init(struct tally *t, uint64_t keys, enum tally_use use) NODISCARD;
void tally_clear(struct tally *t);

/*
 * After pass 1: bits of counters, together with the open ones if that is said, that are at least so much; of marks they
 * are there already.  The counters are freed.  *any: some bit is set.  False when out of memory.
 */
bool tally_close(struct tally *t, uint64_t least, bool open, bool *any) NODISCARD;

/* Whether a key may have enough. */
static inline bool
tally_enough(const struct tally *t, uint64_t hash)
{
	uint64_t bit = hash & t->mask;

	return (atomic_load_explicit(&t->enough[bit / 64], memory_order_relaxed) >> bit % 64 & 1) != 0;
}

/* Says that a key has enough. */
static inline void
tally_mark(struct tally *t, uint64_t hash)
{
	uint64_t bit = hash & t->mask;

	(void)atomic_fetch_or_explicit(&t->enough[bit / 64], UINT64_C(1) << bit % 64, memory_order_relaxed);
}

/* What is added at once at most: 2^11 threads that add at a time do not carry a counter over. */
#define TALLY_MOST (INT32_C(1) << 20)

/* A counter's next number. */
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

/* What rows add to counters, which are on their way from memory meanwhile. */
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

/* Adds n, at most TALLY_MOST, to the counter of a hash among these; n < 0: takes off what was added. */
static inline void
tally_list_put(struct tally_list *list, const struct tally *t, atomic_uint_least32_t *counters, uint64_t hash, int32_t n)
{
	atomic_uint_least32_t *at = &counters[hash & t->mask];

	__builtin_prefetch((void *)at, 1);
	if (list->n == TALLY_LIST)
		tally_list_flush(list);
	list->at[list->n] = at;
	list->amount[list->n++] = n;
}

/* An amount that may be more. */
static inline int32_t
tally_amount(uint64_t n)
{
	return n < TALLY_MOST ? (int32_t)n : TALLY_MOST;
}
