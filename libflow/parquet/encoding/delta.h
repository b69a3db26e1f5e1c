/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * DELTA_BINARY_PACKED (Encodings.md): the first value, then blocks of 128 differences; each block has its least
 * difference and four miniblocks of 32, each with its own width.
 */

#include <stdbool.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/status.h"
#include "parquet/encoding/delta_unit.h"

/*
 * Appends n values.  bits is 32 or 64: the arithmetic wraps at that width, like the physical type's; values of
 * INT32 may be zero- or sign-extended.
 */
void delta_encode(const uint64_t *values, size_t n, unsigned bits, struct buf *out);

/* Approximate bytes of n values, estimated from the widths of a few blocks. */
size_t delta_estimate(const uint64_t *values, size_t n, unsigned bits);

/* Whether `width` bits suffice for all differences when n values are encoded. */
bool delta_fits(const uint64_t *values, size_t n, unsigned bits, unsigned width);

/* Decodes a page some values at a time, so that it is never in memory as a whole. */
struct delta_decoder {
	struct cursor in;
	uint64_t left;		/* values not yet decoded, without the first one */
	uint64_t last;		/* the last value decoded */
	int64_t least;		/* least difference of the block */
	const uint8_t *width;	/* widths of its miniblocks */
	uint64_t miniblocks, miniblock, units;	/* of a block; the current one; its units left */
	uint64_t units_each;
	/* Values that were decoded but not taken yet. */
	uint64_t spare[DELTA_UNIT];
	unsigned spare_at, spare_count;
};

/*
 * Begins a page's values; *count is the number in the header.  `in` has BITPACK_SLACK readable bytes after it.
 * False for a malformed header.
 */
bool delta_decoder_init(struct delta_decoder *d, struct cursor in, uint64_t *count);

/*
 * The next n values; false if there are fewer, or they are malformed.  The upper half of 32-bit values is
 * undefined.
 */
bool delta_decoder_next(struct delta_decoder *d, size_t n, uint64_t *out);

/* Skips n values, in a fraction of the time; false as delta_decoder_next. */
bool delta_decoder_skip(struct delta_decoder *d, size_t n);

/*
 * Decodes all values of a page, which must be n, into out, and moves *in behind the last block. Otherwise like
 * delta_decoder_next.
 */
bool delta_decode(struct cursor *in, size_t n, uint64_t *out);

/* The number of values that a header announces, not consumed; 0 if it is malformed. */
uint64_t delta_count(struct cursor in);
