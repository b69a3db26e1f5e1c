/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Bits in 64-bit words, bit i of the map in bit i % 64 of word i / 64. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BITMAP_WORDS(bits) (((size_t)(bits) + 63) / 64)

static inline bool
bitmap_get(const uint64_t *map, size_t i)
{
	return (map[i / 64] >> (i % 64)) & 1;
}

static inline void
bitmap_set(uint64_t *map, size_t i)
{
	map[i / 64] |= UINT64_C(1) << (i % 64);
}

static inline void
bitmap_unset(uint64_t *map, size_t i)
{
	map[i / 64] &= ~(UINT64_C(1) << (i % 64));
}

/* Sets (or unsets) bits [from, to). */
void bitmap_fill(uint64_t *map, size_t from, size_t to, bool value);

/* Number of set bits among [0, bits). */
size_t bitmap_count(const uint64_t *map, size_t bits);
