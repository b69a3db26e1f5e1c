/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * DELTA_BINARY_PACKED (Encodings.md): first value, then blocks of 128 differences, each
 * block with its least difference and four miniblocks of 32 with a width of their own.
 */

#include <stdbool.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/status.h"
#include "parquet/encoding/delta_unit.h"

/*
 * Appends n values.  bits is 32 or 64: the arithmetic wraps at that width, as the
 * physical type's does; values of INT32 are zero- or sign-extended.
 */
void delta_encode(const uint64_t *values, size_t n, unsigned bits, struct buf *out);

/* Bytes that n values would take, about, from the widths of a few blocks. */
size_t delta_estimate(const uint64_t *values, size_t n, unsigned bits);

/* Whether no difference takes more than `width` bits when n values are encoded. */
bool delta_fits(const uint64_t *values, size_t n, unsigned bits, unsigned width);

/* Decodes a page some values at a time, so that it never stands in memory as a whole. */
struct delta_decoder {
	struct cursor in;
	uint64_t left;		/* values not yet decoded, the first of all aside */
	uint64_t last;		/* the value before them */
	int64_t least;		/* of the block */
	const uint8_t *width;	/* of its miniblocks */
	uint64_t miniblocks, miniblock, units;	/* in a block; the current one; units left of it */
	uint64_t units_each;
	/* Values that were decoded but not taken yet. */
	uint64_t spare[DELTA_UNIT];
	unsigned spare_at, spare_count;
};

/*
 * Begins with a page's values, of which the header says *count.  The bytes of `in` have
 * BITPACK_SLACK readable bytes after them.  False for a malformed header.
 */
bool delta_decoder_init(struct delta_decoder *d, struct cursor in, uint64_t *count);

/*
 * The next n values; false if there are fewer, or for malformed bytes.  The upper half of
 * 32-bit values is undefined.
 */
bool delta_decoder_next(struct delta_decoder *d, size_t n, uint64_t *out);

/* Steps over n values, in a fraction of the time; false as delta_decoder_next. */
bool delta_decoder_skip(struct delta_decoder *d, size_t n);

/*
 * Decodes all of a page's values, which must be `n`, into out (room for n), and leaves *in
 * behind the last block.  As delta_decoder_next otherwise.
 */
bool delta_decode(struct cursor *in, size_t n, uint64_t *out);

/* The number of values that a header announces, without consuming it; 0 if malformed. */
uint64_t delta_count(struct cursor in);
