/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Sampling factors, by which counters are multiplied.  They need not be whole: 2 packets of 3 make
 * a factor of 3/2 (RFC 5476 6.5.2), which is kept exactly, so that counters are rounded once.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RATE_MAX (1u << 24)	/* a greater announced factor is not believed */

/* times / per in lowest terms; times 0: none. */
struct rate {
	uint32_t times, per;
};

#define RATE_NONE ((struct rate){ 0, 1 })

static inline bool
rate_known(struct rate r)
{
	return r.times != 0;
}

/* A whole factor; 0: none. */
static inline struct rate
rate_whole(uint32_t times)
{
	return (struct rate){ times, 1 };
}

/* `sampled` out of `all`; none if that is no factor from 1 to RATE_MAX. */
struct rate rate_quotient(uint64_t all, uint64_t sampled);

/*
 * The factor for a probability, a float or double (len 4 or 8, big-endian): the reciprocal of the
 * fraction it was made from, so that 0.6 gives 5/3.  None if it is no probability.
 */
struct rate rate_from_probability(const uint8_t *p, size_t len);

/* The factor of two successive selections; none if it is not from 1 to RATE_MAX. */
struct rate rate_product(struct rate a, struct rate b);

/* value * factor, halves rounded up; at most INT64_MAX.  The value is not negative. */
int64_t rate_scale(int64_t value, struct rate r);

/* The nearest whole factor, halves rounded up; 0: none. */
uint32_t rate_rounded(struct rate r);

/* As one number, for tables: equal for equal factors, 0 for none, a whole factor as it is. */
static inline uint64_t
rate_pack(struct rate r)
{
	return r.times == 0 ? 0 : (uint64_t)(r.per - 1) << 32 | r.times;
}

/* The reverse of rate_pack; none for a number that it cannot yield. */
static inline struct rate
rate_unpack(uint64_t packed)
{
	struct rate r = { (uint32_t)packed, (uint32_t)(packed >> 32) + 1 };

	return r.per != 0 && r.times >= r.per ? r : RATE_NONE;
}
