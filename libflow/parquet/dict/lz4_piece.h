/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Decompresses one piece of a block of LZ4 that consists of pieces which do not refer to each other, as
 * parquet/dict/lz4_pieces.h makes them; liblz4 decompresses whole blocks only.
 * (lz4_Block_format.md of LZ4: sequences of a token, literals, and a match before the next.)
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
