/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A mask: one byte per row, 1 while the row may still pass.  It has room for
 * MASK_ROWS bytes; those after the last row are 0 up to the next multiple of
 * eight, so that eight rows can be tested with one load.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "record/batch.h"

#define MASK_ROWS FLOW_BATCH_ROWS

/* Rows rounded up to whole words of eight. */
static inline size_t
mask_bytes(size_t rows)
{
	return (rows + 7) / 8 * 8;
}

static inline bool
mask_any(const uint8_t *m, size_t rows)
{
	uint64_t any = 0;

	for (size_t i = 0; i < rows; i += 8)
		any |= load_le64(m + i);
	return any != 0;
}

static inline size_t
mask_count(const uint8_t *m, size_t rows)
{
	size_t n = 0;

	for (size_t i = 0; i < rows; i += 8)
		n += (size_t)(load_le64(m + i) * UINT64_C(0x0101010101010101) >> 56);
	return n;
}

/* m &= other */
static inline void
mask_and(uint8_t *m, const uint8_t *other, size_t rows)
{
	for (size_t i = 0; i < rows; i += 8)
		store_le64(m + i, load_le64(m + i) & load_le64(other + i));
}

/* Removes `gone`, whose rows are all in m. */
static inline void
mask_remove(uint8_t *m, const uint8_t *gone, size_t rows)
{
	for (size_t i = 0; i < rows; i += 8)
		store_le64(m + i, load_le64(m + i) ^ load_le64(gone + i));
}

/* Eight bits as eight bytes of 0 or 1, the lowest bit first in memory. */
static inline uint64_t
mask_spread(uint8_t bits)
{
	uint64_t x = (bits * UINT64_C(0x0101010101010101)) & UINT64_C(0x8040201008040201);

	return (x + UINT64_C(0x7f7f7f7f7f7f7f7f)) >> 7 & UINT64_C(0x0101010101010101);
}

/* m &= the bitmap, or its inverse. */
static inline void
mask_and_bitmap(uint8_t *m, const uint64_t *map, size_t rows, bool inverse)
{
	for (size_t i = 0; i < rows; i += 64) {
		uint64_t word = inverse ? ~map[i / 64] : map[i / 64];

		if (word == UINT64_MAX)
			continue;
		for (size_t j = i; j < i + 64 && j < rows; j += 8, word >>= 8)
			store_le64(m + j, load_le64(m + j) & mask_spread((uint8_t)word));
	}
}
