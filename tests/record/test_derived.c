/* SPDX-License-Identifier: BSD-2-Clause */
#include "record/derived.h"

#include "tap.h"

static void
durations(void)
{
	is_uint(derived_duration_ms(1000, 3500), 2500);
	is_uint(derived_duration_ms(1000, 1000), 0);
	is_uint(derived_duration_ms(3500, 1000), 0);
	is_uint(derived_duration_ms(-500, 500), 1000);
	is_uint(derived_duration_ms(INT64_MIN, INT64_MAX), UINT64_MAX);
}

static void
rates(void)
{
	/* 7 packets in 2 s; 1000 bytes in 3 ms: 8000000 / 3. */
	is_uint(derived_rate(7, DERIVED_PER_S, 2000), 3);
	is_uint(derived_rate(1000, DERIVED_BITS_PER_S, 3), 2666666);
	is_uint(derived_rate(1000, DERIVED_BITS_PER_S, 0), 0);
	/* By bc: (2^63-1) * 8000 / 10^9, and / 8001; beyond 2^64-1 the rate ends there. */
	is_uint(derived_rate(INT64_MAX, DERIVED_BITS_PER_S, 1000000000), UINT64_C(73786976294838));
	is_uint(derived_rate(INT64_MAX, DERIVED_BITS_PER_S, 8001), UINT64_C(9222219259447344888));
	is_uint(derived_rate(INT64_MAX, DERIVED_BITS_PER_S, 1), UINT64_MAX);
	is_uint(derived_rate(INT64_MAX, DERIVED_PER_S, 1000), INT64_MAX);
	ok(derived_rate_real(7, DERIVED_PER_S, 2000) == 3.5);
	ok(derived_rate_real(7, DERIVED_PER_S, 0) == 0);
}

static void
ratios(void)
{
	is_uint(derived_bytes_per_packet(1499, 10), 149);
	is_uint(derived_bytes_per_packet(1499, 0), 0);
	ok(derived_ratio_real(3, 2) == 1.5);
	ok(derived_ratio_real(3, 0) == 0);
}

int
main(void)
{
	durations();
	rates();
	ratios();
	return tap_done();
}
