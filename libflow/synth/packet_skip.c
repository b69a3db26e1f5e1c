/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/packet_skip.h"

/* ln 2 as a fraction of 2^32 */
#define LN2 UINT64_C(2977044472)

/* Fractional bits of a logarithm. */
#define LOG_BITS 16

/*
 * -1 / ln(1 - 1/n) in parts of 2^16, by its series n - 1/2 - 1/12n - 1/24n^2 - 19/720n^3 - 3/160n^4 - 863/60480n^5:
 * less than a thousandth off for n = 2.
 */
static uint64_t
mean_of(uint64_t n)
{
	uint64_t one = 1 << 16, less = one / 2 + one / 12 / n + one / 24 / n / n;

	if (n < 64)
		less += one * 19 / 720 / (n * n * n) + one * 3 / 160 / (n * n * n * n) +
		    one * 863 / 60480 / (n * n * n * n * n);
	return n * one - less;
}

/* -ln(u / 2^32) of u in 1 .. 2^32, in parts of 2^16. */
static uint64_t
minus_log(uint64_t u)
{
	unsigned whole = 63 - (unsigned)__builtin_clzll(u), i;
	uint64_t y = u << (31 - (whole < 32 ? whole : 31)), log = (uint64_t)whole << LOG_BITS;

	/* y is 1 .. 2 in parts of 2^31: each squaring yields a bit. */
	for (i = 1; i <= LOG_BITS && whole < 32; i++) {
		y = y * y >> 31;
		if (y >> 32 != 0) {
			y >>= 1;
			log |= UINT64_C(1) << (LOG_BITS - i);
		}
	}
	return ((UINT64_C(32) << LOG_BITS) - log) * LN2 >> 32;
}

void
packet_skip_init(struct packet_skip *s, uint64_t seed, uint32_t rate)
{
	random_init(&s->random, seed);
	s->mean = rate > 1 ? mean_of(rate) : 0;
}

uint64_t
packet_skip_next(struct packet_skip *s)
{
	uint64_t u = (random_next(&s->random) >> 32) + 1;

	return (uint64_t)((unsigned __int128)minus_log(u) * s->mean >> 32);
}
