/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Values derived from a flow's columns, its duration and its rates: the words, columns and
 * measures `duration`, `pps`, `bps` and `bpp` of filters and tables all use these.
 *
 * A flow that ends when it begins, or before, has duration 0, and without a duration rates
 * are 0, as in nfdump.  Integers are rounded down and saturate at 2^64-1.
 */
#include <stdint.h>

/* Factors for rates per second from counters per millisecond: packets, and bits from bytes. */
#define DERIVED_PER_S UINT64_C(1000)
#define DERIVED_BITS_PER_S UINT64_C(8000)

/* Milliseconds from first to last, both since the epoch; 0 where last is not later. */
static inline uint64_t
derived_duration_ms(int64_t first_ms, int64_t last_ms)
{
	return last_ms > first_ms ? (uint64_t)last_ms - (uint64_t)first_ms : 0;
}

/* counter * per_s / duration_ms; 0 where there is no duration. */
static inline uint64_t
derived_rate(uint64_t counter, uint64_t per_s, uint64_t duration_ms)
{
	unsigned __int128 rate;

	if (duration_ms == 0)
		return 0;
	if (counter <= UINT64_MAX / DERIVED_BITS_PER_S)
		return counter * per_s / duration_ms;
	rate = (unsigned __int128)counter * per_s / duration_ms;
	return rate > UINT64_MAX ? UINT64_MAX : (uint64_t)rate;
}

/* bytes / packets; 0 where there are no packets. */
static inline uint64_t
derived_bytes_per_packet(uint64_t bytes, uint64_t packets)
{
	return packets == 0 ? 0 : bytes / packets;
}

/* derived_rate() and derived_bytes_per_packet() with their fractions: for tables, and for sorting. */
static inline double
derived_rate_real(double counter, uint64_t per_s, uint64_t duration_ms)
{
	return duration_ms == 0 ? 0 : counter * (double)per_s / (double)duration_ms;
}

static inline double
derived_ratio_real(double dividend, double divisor)
{
	return divisor > 0 ? dividend / divisor : 0;
}
