/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/source/rate.h"

#include <math.h>
#include <string.h>

#include "base/bytes.h"

static uint64_t
greatest_common_divisor(uint64_t a, uint64_t b)
{
	while (b != 0) {
		uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

struct rate
rate_quotient(uint64_t all, uint64_t sampled)
{
	uint64_t common;

	if (sampled == 0 || all < sampled)
		return RATE_NONE;
	if (sampled == 1)
		return all > RATE_MAX ? RATE_NONE : rate_whole((uint32_t)all);
	common = greatest_common_divisor(all, sampled);
	all /= common;
	sampled /= common;
	/* Reducing terms to 32 bits costs at most a part in 2^31. */
	while (all > UINT32_MAX) {
		all >>= 1;
		sampled >>= 1;
	}
	if (sampled == 0 || all > (uint64_t)RATE_MAX * sampled)
		return RATE_NONE;
	return (struct rate){ (uint32_t)all, (uint32_t)sampled };
}

static double
load_float(const uint8_t *p, size_t len)
{
	uint64_t bits64;
	uint32_t bits32;
	double d;
	float f;

	if (len == sizeof(f)) {
		bits32 = load_be32(p);
		memcpy(&f, &bits32, sizeof(f));
		return (double)f;
	}
	bits64 = load_be64(p);
	memcpy(&d, &bits64, sizeof(d));
	return d;
}

static bool
same_float(double a, double b, size_t len)
{
	return len == sizeof(float) ? !((float)a < (float)b) && !((float)a > (float)b) :
	    !(a < b) && !(a > b);
}

/* The first convergent of the continued fraction of 0 < p <= 1 that equals p in this precision. */
struct rate
rate_from_probability(const uint8_t *p, size_t len)
{
	double probability, rest;
	uint64_t num = 1, den = 0, num_before = 0, den_before = 1, next;

	if (len != 4 && len != 8)
		return RATE_NONE;
	probability = rest = load_float(p, len);
	if (!isfinite(probability) || probability <= 0 || probability > 1 ||
	    probability * (double)RATE_MAX < 1)
		return RATE_NONE;
	for (;;) {
		double whole = floor(rest);
		uint64_t term = (uint64_t)whole;

		next = term * num + num_before;
		num_before = num;
		num = next;
		next = term * den + den_before;
		den_before = den;
		den = next;
		if (same_float((double)num / (double)den, probability, len) ||
		    rest - whole < 1.0 / (double)UINT32_MAX || den > UINT32_MAX / 2)
			return rate_quotient(den, num);
		rest = 1 / (rest - whole);
	}
}

struct rate
rate_product(struct rate a, struct rate b)
{
	return rate_quotient((uint64_t)a.times * b.times, (uint64_t)a.per * b.per);
}

int64_t
rate_scale(int64_t value, struct rate r)
{
	unsigned __int128 product = (unsigned __int128)(uint64_t)value * r.times + r.per / 2;

	product /= r.per;
	return product > INT64_MAX ? INT64_MAX : (int64_t)product;
}

uint32_t
rate_rounded(struct rate r)
{
	return (uint32_t)(((uint64_t)r.times + r.per / 2) / r.per);
}
