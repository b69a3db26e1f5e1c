/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/random.h"

#include "tap.h"

/* The first numbers of SplitMix64 from 1234567, as Vigna's reference program prints them. */
static void
test_split(void)
{
	static const uint64_t want[] = {
		UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
		UINT64_C(9817491932198370423), UINT64_C(4593380528125082431),
		UINT64_C(16408922859458223821),
	};
	uint64_t x = 1234567;
	size_t i;

	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		is_uint(random_split(&x), want[i]);
}

/* By hand: the state 1, 2, 3, 4 gives rotl(2 * 5, 7) * 9 = 11520, then rotl(0, 7) * 9 = 0. */
static void
test_next(void)
{
	struct random r = { { 1, 2, 3, 4 } };

	is_uint(random_next(&r), 11520);
	is_uint(random_next(&r), 0);
	is_uint(random_next(&r), 1509978240);
	is_uint(random_next(&r), UINT64_C(1215971899390074240));
}

static void
test_ranges(void)
{
	struct random r;
	uint32_t i, seen = 0, outside = 0;

	random_init(&r, 7);
	for (i = 0; i < 10000; i++) {
		uint32_t v = random_between(&r, 10, 14);

		if (v < 10 || v > 14)
			outside++;
		else
			seen |= 1u << (v - 10);
	}
	is_uint(outside, 0);
	is_uint(seen, 31);
	is_uint(random_below(&r, 1), 0);
	is_uint(random_scale(UINT32_MAX, 10), 9);
	is_uint(random_scale(0, 10), 0);
}

int
main(void)
{
	test_split();
	test_next();
	test_ranges();
	return tap_done();
}
