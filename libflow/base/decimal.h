/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Numbers to decimal text, without libc.  The functions write no NUL, return
 * the length and may scribble over the whole room that they ask for.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* Room for any 64-bit number, sign included. */
#define DECIMAL_ROOM 24

/* Room for a number below 10^8, or of 32 bits. */
#define DECIMAL_ROOM_32 16

/* "00" .. "99" */
extern const char decimal_pairs[201];

/* v < 100 as two digits. */
static inline void
decimal_2(uint32_t v, char *out)
{
	memcpy(out, decimal_pairs + 2 * v, 2);
}

/*
 * Eight digits at once: v < 10^8 as the bytes 0 .. 9 of a word, the highest
 * digit in the lowest byte.  Each step halves the lanes: by 10^4, 100 and 10,
 * with reciprocals that are exact in the lanes' ranges.
 */
static inline uint64_t
decimal_digits8(uint32_t v)
{
	uint64_t x = (uint64_t)(v / 10000) | (uint64_t)(v % 10000) << 32;
	uint64_t q = (x * 10486 >> 20) & UINT64_C(0x0000007f0000007f);

	x = q | (x - 100 * q) << 16;
	q = (x * 103 >> 10) & UINT64_C(0x000f000f000f000f);
	return q | (x - 10 * q) << 8;
}

/* v < 10^8; room 8. */
static inline size_t
decimal_below8(uint32_t v, char *out)
{
	uint64_t digits = decimal_digits8(v);
	/* Skips leading zeros, but never the last digit. */
	unsigned skip = (unsigned)__builtin_ctzll(digits | UINT64_C(1) << 56) / 8;

	store_le64(out, (digits | UINT64_C(0x3030303030303030)) >> (8 * skip));
	return 8 - skip;
}

/* v < 10^4, in half the steps; room 4. */
static inline size_t
decimal_below4(uint32_t v, char *out)
{
	uint32_t q = v * 10486 >> 20, x, digits;
	unsigned skip;

	x = q | (v - 100 * q) << 16;
	q = (x * 103 >> 10) & UINT32_C(0x000f000f);
	digits = q | (x - 10 * q) << 8;
	skip = (unsigned)__builtin_ctz(digits | UINT32_C(1) << 24) / 8;
	store_le32(out, (digits | UINT32_C(0x30303030)) >> (8 * skip));
	return 4 - skip;
}

/* Exactly eight digits; v < 10^8. */
static inline void
decimal_fixed8(uint32_t v, char *out)
{
	store_le64(out, decimal_digits8(v) | UINT64_C(0x3030303030303030));
}

/* Numbers of any size; room DECIMAL_ROOM. */
size_t decimal_large(uint64_t v, char *out);

/* Room DECIMAL_ROOM. */
static inline size_t
decimal_u64(uint64_t v, char *out)
{
	return v < 100000000 ? decimal_below8((uint32_t)v, out) : decimal_large(v, out);
}

/* The most decimals that decimal_real takes, and the end of its range. */
#define DECIMAL_PLACES 3
#define DECIMAL_REAL_END 9007199254740992.0	/* 2^53 */

/*
 * A number 0 <= v < DECIMAL_REAL_END with `places` <= DECIMAL_PLACES decimals, every digit that of
 * printf's %.*f: the exact value, rounded to nearest, ties to even.  Room DECIMAL_ROOM.
 */
size_t decimal_real(double v, unsigned places, char *out);

/* With '-' where negative; room DECIMAL_ROOM. */
size_t decimal_i64(int64_t v, char *out);
