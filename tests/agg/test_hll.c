/* SPDX-License-Identifier: BSD-2-Clause */
/* Known numbers of distinct values: within four standard errors (1.04 / sqrt(2^14) = 0.81 %). */
#include "agg/sketch/hll.h"

#include <math.h>
#include <stdio.h>

#include "base/hash.h"
#include "tap.h"

static uint64_t
hash(uint64_t v)
{
	return hash_mix128(v, UINT64_C(0x9e3779b97f4a7c15));
}

static bool
near(uint64_t got, uint64_t want)
{
	double error = want > 0 ? fabs((double)got - (double)want) / (double)want : (double)got;

	if (error > 4 * 1.04 / 128)
		printf("# %llu of %llu\n", (unsigned long long)got, (unsigned long long)want);
	return error <= 4 * 1.04 / 128;
}

/* Each value three times, in several sets of values. */
static void
counts(uint64_t n)
{
	uint64_t set, i, good = 0, added = 0;

	for (set = 0; set < 5; set++) {
		struct arena *arena = arena_new();
		struct hll h = { .next = NULL };

		for (i = 0; i < 3 * n; i++)
			added += hll_add(&h, hash(set << 40 | i % n), arena);
		good += near(hll_estimate(&h), n);
		if (n <= 1000)
			good += hll_estimate(&h) == n;
		arena_free(arena);
	}
	is_uint(added, 15 * n);
	is_uint(good, n <= 1000 ? 10 : 5);
}

/* Parts that overlap: [0, 2n) and [n, 3n) are 3n, whichever of them is a list. */
static void
merges(uint64_t n, uint64_t few)
{
	struct arena *arena = arena_new();
	struct hll a = { .next = NULL }, b = { .next = NULL }, c = { .next = NULL };
	uint64_t i, added = 0;

	for (i = 0; i < 2 * n; i++)
		added += hll_add(&a, hash(i), arena) && hll_add(&b, hash(n + i), arena);
	for (i = 0; i < few; i++)
		added += hll_add(&c, hash(10 * n + i), arena);
	is_uint(added, 2 * n + few);
	ok(hll_merge(&a, &b, arena) && near(hll_estimate(&a), 3 * n));
	ok(hll_merge(&a, &c, arena) && near(hll_estimate(&a), 3 * n + few));
	ok(hll_merge(&c, &a, arena) && hll_estimate(&c) == hll_estimate(&a));
	arena_free(arena);
}

/* Memory does not grow with the values. */
static void
bounded(void)
{
	struct arena *arena = arena_new();
	struct hll h = { .next = NULL };
	uint64_t i, added = 0;

	for (i = 0; i < 1000000; i++)
		added += hll_add(&h, hash(i), arena);
	is_uint(added, 1000000);
	ok(arena_bytes(arena) <= 64 << 10);
	arena_free(arena);
}

int
main(void)
{
	const struct hll none = { .next = NULL };

	is_uint(hll_estimate(&none), 0);
	counts(1);
	counts(2);
	counts(100);
	counts(1000);
	counts(1536);
	counts(10000);
	counts(50000);
	counts(1000000);
	merges(10, 5);
	merges(2000, 7);
	merges(100000, 100);
	bounded();
	return tap_done();
}
