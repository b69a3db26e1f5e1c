/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A block of LZ4 decompressed as far as it is wanted: liblz4 can stop early too, but not go on from
 * there.  (lz4_Block_format.md of LZ4: sequences of a token, literals, and a match before the next.)
 *
 * Or one of its pieces alone, where the block consists of pieces that do not refer to each other, as
 * parquet/dict/lz4_pieces.h makes them.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero: nothing is left to decompress. */
struct lz4_block {
	const uint8_t *in, *in_end;	/* not yet decompressed */
	uint8_t *begin, *out, *out_end;	/* [begin, out) is */
};

/* `len` bytes that decompress to exactly `out_len` at `out`; they stay. */
static inline struct lz4_block
lz4_block_make(const void *bytes, size_t len, void *out, size_t out_len)
{
	const uint8_t *in = bytes;
	uint8_t *to = out;

	return (struct lz4_block){ in, in + len, to, to, to + out_len };
}

/* Bytes that are there. */
static inline size_t
lz4_block_have(const struct lz4_block *b)
{
	return (size_t)(b->out - b->begin);
}

static inline bool
lz4_block_is_whole(const struct lz4_block *b)
{
	return b->out == b->out_end;
}

/*
 * Goes on until at least `want` bytes (or all) are there; false for malformed ones, of which there
 * is no use then.
 */
bool lz4_block_decompress(struct lz4_block *b, size_t want);

/*
 * Where a piece begins.  Its first literals stand behind those that end the piece before, in one
 * sequence:
 *
 *	in                        literals
 *	 | token | length | its end  | first literals | match ...
 *	 |-- of the piece before ----|-- of this piece -----------
 */
struct lz4_piece {
	uint32_t in, literals;		/* in the block */
	uint32_t out;			/* in what it decompresses to */
};

/*
 * Decompresses a piece; `in` are the block's bytes from piece->in to next->literals, `out` has room for
 * those from piece->out to next->out.  What follows the last piece begins, with both, where the block
 * ends.  piece->in < piece->literals <= next->in <= next->literals, and piece->out < next->out.  False
 * for a malformed piece.
 */
bool lz4_piece_decompress(const uint8_t *in, const struct lz4_piece *piece,
    const struct lz4_piece *next, uint8_t *out);
