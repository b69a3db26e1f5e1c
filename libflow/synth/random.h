/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Random numbers that are the same on every machine: xoshiro256** (Blackman and
 * Vigna, 2018), its state filled by SplitMix64 (Steele, Lea and Flood, 2014).
 *
 * Draw once per statement: C leaves the order of two calls in an expression to the
 * compiler, and another order makes other traffic.
 */

#include <stdint.h>

struct random {
	uint64_t s[4];
};

static inline uint64_t
random_split(uint64_t *x)
{
	uint64_t z = *x += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static inline void
random_init(struct random *r, uint64_t seed)
{
	unsigned i;

	for (i = 0; i < 4; i++)
		r->s[i] = random_split(&seed);
}

static inline uint64_t
random_rotate(uint64_t x, unsigned k)
{
	return x << k | x >> (64 - k);
}

static inline uint64_t
random_next(struct random *r)
{
	uint64_t result = random_rotate(r->s[1] * 5, 7) * 9, t = r->s[1] << 17;

	r->s[2] ^= r->s[0];
	r->s[3] ^= r->s[1];
	r->s[1] ^= r->s[2];
	r->s[0] ^= r->s[3];
	r->s[2] ^= t;
	r->s[3] = random_rotate(r->s[3], 45);
	return result;
}

/* 0 .. n-1 from 32 random bits; the bias of at most n / 2^32 does not matter here. */
static inline uint32_t
random_scale(uint32_t bits, uint32_t n)
{
	return (uint32_t)((uint64_t)bits * n >> 32);
}

/* 0 .. n-1 */
static inline uint32_t
random_below(struct random *r, uint32_t n)
{
	return random_scale((uint32_t)(random_next(r) >> 32), n);
}

/* lo .. hi */
static inline uint32_t
random_between(struct random *r, uint32_t lo, uint32_t hi)
{
	return lo + random_below(r, hi - lo + 1);
}

/*
 * A heavy-tailed factor, 1 .. 2^tail: each doubling is 2.5 times rarer (a Pareto
 * tail with an exponent of 4/3).
 */
static inline uint32_t
random_heavy_tail(struct random *r, unsigned tail)
{
	uint64_t bits = random_next(r);
	unsigned doublings = (unsigned)__builtin_ctzll(bits | UINT64_C(1) << 40) * 3 / 4;

	if (tail == 0)
		return 1;
	if (doublings >= tail)
		doublings = tail - 1;
	return (1u << doublings) + ((uint32_t)(bits >> 44) & ((1u << doublings) - 1));
}
