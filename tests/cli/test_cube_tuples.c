/* SPDX-License-Identifier: BSD-2-Clause */
/* Combinations of a cube's values: folded to a bound, with the sums that counting again gives, by however many. */
#include "nightly-report/cube_tuples.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define ROWS 300000
#define WORKERS 3

static uint64_t
next(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return *state >> 33;
}

/* Row i's combination: low values are frequent; each of the first `dims` dimensions has up to 17 codes. */
static uint64_t
key_of(size_t i, unsigned dims)
{
	uint64_t state = i * 7919 + 1, key = 0;

	for (unsigned d = 0; d < CUBE_DIMS; d++) {
		uint64_t most = d == CUBE_DIRECTION ? 4 : CUBE_VALUES + 1, code = CUBE_TUPLE_OTHER;

		if (d < dims)
			code = next(&state) % most * (next(&state) % most) / most;
		else if (d == CUBE_DIRECTION)
			code = 1;
		key |= code << (d * CUBE_TUPLE_BITS);
	}
	return key;
}

/* The sums of rows whose code of dimension d is `code` in both ways: told here by the definition of "other". */
static struct cube_sums
count(const uint64_t *key, size_t d, unsigned code, size_t values)
{
	struct cube_sums sums = { 0, 0, 0 };

	for (size_t i = 0; i < ROWS; i++) {
		unsigned c = (unsigned)(key[i] >> (d * CUBE_TUPLE_BITS) & 31);

		if (c >= values && d != CUBE_DIRECTION)
			c = CUBE_TUPLE_OTHER;
		if (c == code) {
			sums.flows++;
			sums.bytes += i;
		}
	}
	return sums;
}

static struct cube_sums
sum_of(const struct cube_tuples *t, size_t d, unsigned code)
{
	struct cube_sums sums = { 0, 0, 0 };

	for (size_t i = 0; i < t->used; i++)
		if ((t->slot[i].key >> (d * CUBE_TUPLE_BITS) & 31) == code) {
			sums.flows += t->slot[i].sums.flows;
			sums.bytes += t->slot[i].sums.bytes;
		}
	return sums;
}

static struct cube_tuples *
gather(unsigned dims, unsigned workers)
{
	struct cube_tuples *part[WORKERS], *all = cube_tuples_new();
	size_t failed = 0;

	for (unsigned w = 0; w < workers; w++)
		part[w] = cube_tuples_new();
	for (size_t i = 0; i < ROWS; i++)
		failed += !cube_tuples_add(part[i % workers], key_of(i, dims), &(struct cube_sums){ 1, 2, i });
	for (unsigned w = 0; w < workers; w++) {
		failed += !cube_tuples_merge(all, part[w]);
		cube_tuples_free(part[w]);
	}
	failed += !cube_tuples_finish(all);
	is_uint(failed, 0);
	return all;
}

static void
is_right(unsigned dims)
{
	struct cube_tuples *one = gather(dims, 1), *all = gather(dims, WORKERS);
	uint64_t *key = calloc(ROWS, sizeof(*key));
	size_t unordered = 0, wrong = 0;

	for (size_t i = 0; i < ROWS; i++)
		key[i] = key_of(i, dims);
	ok(all->used <= CUBE_TUPLES_MAX);
	for (size_t i = 1; i < all->used; i++)
		unordered += all->slot[i].key <= all->slot[i - 1].key;
	is_uint(unordered, 0);
	is_uint(all->values, one->values);
	is_uint(all->used, one->used);
	ok(memcmp(all->slot, one->slot, all->used * sizeof(*all->slot)) == 0);
	for (size_t d = 0; d < CUBE_DIMS; d += 3)
		for (unsigned code = 0; code <= CUBE_TUPLE_OTHER; code += d == CUBE_DIRECTION ? 1 : 4) {
			struct cube_sums a = sum_of(all, d, code), b = count(key, d, code, all->values);

			wrong += a.flows != b.flows || a.bytes != b.bytes;
		}
	is_uint(wrong, 0);
	free(key);
	cube_tuples_free(one);
	cube_tuples_free(all);
}

int
main(void)
{
	struct cube_tuples *few = gather(1, 1);

	/* 17 codes need no folding; of ten dimensions not all can be told apart. */
	is_uint(few->values, CUBE_VALUES);
	cube_tuples_free(few);
	is_right(3);
	is_right(CUBE_DIMS);
	return tap_done();
}
