/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Counters by hashes of keys: a key's counter is at least what the key has, and more where others share it.
 * All threads add to the same ones.  A counter stops near its end.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

struct tally {
	atomic_uint_least32_t *at;
	uint64_t mask;
};

/* Counters for so many keys, at most 2^25; false when out of memory. */
static inline bool
tally_init(struct tally *t, uint64_t keys)
{
	uint64_t n = 1 << 12;

	while (n < keys && n < UINT64_C(1) << 25)
		n *= 2;
	t->mask = n - 1;
	t->at = calloc(n, sizeof(*t->at));
	return t->at != NULL;
}

static inline void
tally_clear(struct tally *t)
{
	free(t->at);
	t->at = NULL;
}

static inline void
tally_add(struct tally *t, uint64_t hash, uint64_t n)
{
	atomic_uint_least32_t *at = &t->at[hash & t->mask];

	if (n > UINT32_C(1) << 20)
		n = UINT32_C(1) << 20;
	/* 2^11 threads that add at a time do not carry it over. */
	if (atomic_load_explicit(at, memory_order_relaxed) < UINT32_C(1) << 31)
		(void)atomic_fetch_add_explicit(at, (uint32_t)n, memory_order_relaxed);
}

/* Takes 1 off that was added of that hash. */
static inline void
tally_take(struct tally *t, uint64_t hash)
{
	atomic_uint_least32_t *at = &t->at[hash & t->mask];

	if (atomic_load_explicit(at, memory_order_relaxed) < UINT32_C(1) << 31)
		(void)atomic_fetch_sub_explicit(at, 1, memory_order_relaxed);
}

/* Whether some counter is at least that. */
static inline bool
tally_any(const struct tally *t, uint64_t least)
{
	for (uint64_t i = 0; i <= t->mask; i++)
		if (atomic_load_explicit(&t->at[i], memory_order_relaxed) >= least)
			return true;
	return false;
}

/* At least what was added of that hash, up to 2^20. */
static inline uint32_t
tally_most(const struct tally *t, uint64_t hash)
{
	return atomic_load_explicit(&t->at[hash & t->mask], memory_order_relaxed);
}
