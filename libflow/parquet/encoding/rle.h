/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The RLE/bit-packing hybrid (Encodings.md): runs of
 *
 *	varint(count << 1), value in ceil(width / 8) bytes          repeated
 *	varint(groups << 1 | 1), groups * width bytes               8 packed values a group
 */

#include <stdbool.h>

#include "base/buf.h"
#include "base/cursor.h"

/* Appends n values of `width` (0 to 32) bits, without a leading length. */
void rle_encode(const uint32_t *values, size_t n, unsigned width, struct buf *out);

/* Appends bits [from, to) of a map as values of width 1. */
void rle_encode_bits(const uint64_t *map, size_t from, size_t to, struct buf *out);

/* Appends the same value n times. */
void rle_encode_run(uint32_t value, size_t n, unsigned width, struct buf *out);

struct rle_decoder {
	struct cursor in;
	unsigned width;
	uint64_t left;		/* values left of the run */
	bool packed;
	uint32_t value;		/* of a repeated run */
	/* Values of a packed run that were unpacked but not taken yet. */
	uint32_t spare[8];
	unsigned spare_at, spare_count;
};

/* `in` has BITPACK_SLACK readable bytes after it.  width is at most 32. */
void rle_decoder_init(struct rle_decoder *d, struct cursor in, unsigned width);

/* The next n values; false if there are fewer. */
bool rle_decode(struct rle_decoder *d, size_t n, uint32_t *out);

/* Skips n values; false if there are fewer. */
bool rle_skip(struct rle_decoder *d, size_t n);

/* Decodes the next n values of width 1 into a map, from bit `at` on; adds the number of ones to *ones. */
bool rle_decode_bits(struct rle_decoder *d, size_t n, uint64_t *map, size_t at, size_t *ones);

/* Skips n values of width 1; adds the number of ones to *ones. */
bool rle_skip_bits(struct rle_decoder *d, size_t n, size_t *ones);
