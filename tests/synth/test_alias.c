/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/alias.h"

#include <stdlib.h>

#include "tap.h"

#define ONE (UINT64_C(1) << 24)

/* The probability of `value` that the table holds, in parts of count * 2^24. */
static uint64_t
share_of(const struct alias *a, uint32_t value)
{
	uint64_t share = 0;
	uint32_t i;

	for (i = 0; i < a->count; i++) {
		if (i == value)
			share += a->entry[i].keep;
		if (a->entry[i].other == value)
			share += ONE - a->entry[i].keep;
	}
	return share;
}

static uint64_t
distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* Each weight comes out again, within the rounding of one part in 2^24 an entry. */
static void
test_shares(void)
{
	static const uint64_t weight[] = { 300, 1, 0, 190, 7, 2, 500 };
	struct alias a;
	uint32_t i;

	ok(alias_init(&a, weight, 7));
	for (i = 0; i < 7; i++)
		ok(distance(share_of(&a, i), weight[i] * 7 * ONE / 1000) <= 7);
	is_uint(share_of(&a, 2), 0);
	alias_release(&a);
}

static void
test_draw(void)
{
	static const uint64_t weight[] = { 1, 3 };
	struct random r;
	struct alias a;
	uint32_t i, ones = 0;

	ok(alias_init(&a, weight, 2));
	random_init(&r, 1);
	for (i = 0; i < 100000; i++)
		ones += alias_draw(&a, &r);
	ok(ones > 74000 && ones < 76000);
	alias_release(&a);
}

static void
test_limits(void)
{
	static const uint64_t zero[] = { 0, 0 }, large[] = { UINT64_C(1) << 32 }, one[] = { 5 };
	struct alias a;
	struct random r;

	ok(!alias_init(&a, zero, 2));
	ok(!alias_init(&a, large, 1));
	ok(!alias_init(&a, one, 0));
	ok(alias_init(&a, one, 1));
	random_init(&r, 1);
	is_uint(alias_draw(&a, &r), 0);
	alias_release(&a);
}

int
main(void)
{
	test_shares();
	test_draw();
	test_limits();
	return tap_done();
}
