/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/zipf.h"

#include "tap.h"

#define DRAWS 4000000
#define COUNT 65536

static uint32_t drawn[COUNT];

/* The harmonic number of n: the sum of Zipf's weights 1/1 .. 1/n. */
static double
harmonic(uint32_t n)
{
	double sum = 0;
	uint32_t i;

	for (i = n; i > 0; i--)
		sum += 1.0 / i;
	return sum;
}

/* How many of the draws were of ranks [from, to), against their share by the law. */
static bool
is_near(uint32_t from, uint32_t to, double off)
{
	double expected = (harmonic(to) - harmonic(from)) / harmonic(COUNT) * DRAWS;
	uint64_t got = 0;
	uint32_t i;

	for (i = from; i < to; i++)
		got += drawn[i];
	return (double)got > expected * (1 - off) && (double)got < expected * (1 + off);
}

int
main(void)
{
	struct random r;
	struct zipf z;
	uint32_t i, gaps = 0;

	ok(zipf_init(&z, COUNT));
	random_init(&r, 1);
	for (i = 0; i < DRAWS; i++) {
		uint32_t rank = zipf_draw(&z, &r);

		if (rank < COUNT)
			drawn[rank]++;
	}
	/* Five standard deviations of each count, or less than a bin is off. */
	ok(is_near(0, 1, 0.01));
	ok(is_near(1, 2, 0.012));
	ok(is_near(9, 10, 0.03));
	ok(is_near(127, 129, 0.1));
	for (i = 1; i < COUNT; i *= 2)
		ok(is_near(i, 2 * i, 0.012));
	/* In one bin, its first half is as frequent as its second, but for a hundredth. */
	ok(is_near(32768, 33024, 0.06));
	for (i = 0; i < 4096; i++)
		gaps += drawn[i] == 0;
	is_uint(gaps, 0);
	zipf_release(&z);
	ok(zipf_init(&z, 1));
	is_uint(zipf_draw(&z, &r), 0);
	zipf_release(&z);
	ok(!zipf_init(&z, 0));
	ok(!zipf_init(&z, (1u << 20) + 1));
	return tap_done();
}
