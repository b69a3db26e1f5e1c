/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/decimal.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/hash.h"
#include "tap.h"

/* printf is the oracle. */
static bool
same(uint64_t v)
{
	char got[DECIMAL_ROOM + 1], want[32];

	got[decimal_u64(v, got)] = '\0';
	(void)snprintf(want, sizeof(want), "%" PRIu64, v);
	if (strcmp(got, want) == 0)
		return true;
	is_str(got, want);
	return false;
}

static void
test_edges(void)
{
	uint64_t v, power = 1;
	bool good = true;
	int i;

	for (v = 0; v < 200000; v++)
		good = good && same(v);
	for (i = 0; i < 20; i++, power *= 10) {
		good = good && same(power - 1) && same(power) && same(power + 1);
		good = good && same(power * 9) && same(power / 3 * 2 + 7);
	}
	good = good && same(UINT64_MAX) && same(UINT64_MAX - 1) && same(UINT32_MAX);
	good = good && same(99999999) && same(100000000) && same(UINT64_C(9999999999999999));
	ok(good);
	for (v = 0; v < 10000; v++) {
		char got[5], want[8];

		got[decimal_below4((uint32_t)v, got)] = '\0';
		(void)snprintf(want, sizeof(want), "%u", (unsigned)v);
		good = good && strcmp(got, want) == 0;
	}
	ok(good);
}

static void
test_fixed_and_signed(void)
{
	char out[DECIMAL_ROOM + 1];

	decimal_fixed8(12, out);
	is_mem(out, 8, "00000012", 8);
	decimal_2(7, out);
	is_mem(out, 2, "07", 2);
	out[decimal_i64(INT64_MIN, out)] = '\0';
	is_str(out, "-9223372036854775808");
	out[decimal_i64(-1, out)] = '\0';
	is_str(out, "-1");
	out[decimal_i64(INT64_MAX, out)] = '\0';
	is_str(out, "9223372036854775807");
}

static bool
same_real(double v)
{
	char got[DECIMAL_ROOM + 1], want[64];

	for (unsigned places = 0; places <= DECIMAL_PLACES; places++) {
		got[decimal_real(v, places, got)] = '\0';
		(void)snprintf(want, sizeof(want), "%.*f", (int)places, v);
		if (strcmp(got, want) != 0) {
			is_str(got, want);
			return false;
		}
	}
	return true;
}

static void
test_reals(void)
{
	char out[DECIMAL_ROOM + 1];
	bool good = true;

	out[decimal_real(0.125, 2, out)] = '\0';
	is_str(out, "0.12");
	out[decimal_real(2.5, 0, out)] = '\0';
	is_str(out, "2");
	out[decimal_real(999.9996, 3, out)] = '\0';
	is_str(out, "1000.000");
	/* Ties, and neighbours of ties, of all places. */
	for (unsigned i = 0; i < 20000; i++)
		good = good && same_real(i / 16.0) && same_real(i / 2000.0) && same_real(i / 10000.0);
	/* Numbers of all sizes below the end. */
	for (uint64_t i = 0; i < 200000 && good; i++) {
		uint64_t bits = hash_mix64(i) >> 2;
		double v;

		memcpy(&v, &bits, sizeof(v));
		good = v >= DECIMAL_REAL_END || same_real(v);
		good = good && same_real((double)(hash_mix64(i) >> (11 + i % 40)) / 1000.0);
	}
	good = good && same_real(0.0) && same_real(5e-324) && same_real(0.0005) &&
	    same_real(0x1p-11) && same_real(0x1.fffffffffffffp-12) && same_real(0x1p52) &&
	    same_real(0x1p52 + 1) && same_real(0x1.fffffffffffffp52) && same_real(0x1p51 + 0.5);
	ok(good);
}

int
main(void)
{
	test_reals();
	test_edges();
	test_fixed_and_signed();
	return tap_done();
}
