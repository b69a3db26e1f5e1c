/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Decompresses one piece of an LZ4 block whose pieces do not refer to each other (parquet/dict/lz4_pieces.h makes
 * them); liblz4 decompresses whole blocks only.  (lz4_Block_format.md of LZ4: sequences of a token, literals, and
 * a match before the next.)
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Where a piece begins.  Its first literals follow the last literals of the piece before, within one sequence:
 *
 *	in                        literals
 *	 | token | length | its end  | first literals | match ...
 *	 |-- of the piece before ----|-- of this piece -----------
 */
struct lz4_piece {
	uint32_t in, literals;		/* offsets in the block */
	uint32_t out;			/* offset in the decompressed bytes */
};

/*
 * Decompresses a piece: `in` has the block's bytes from piece->in to next->literals, `out` room for those from
 * piece->out to next->out.  `next` of the last piece has the block's end in all members. piece->in <
 * piece->literals <= next->in <= next->literals, and piece->out < next->out.  False for a malformed piece.
 */
bool lz4_piece_decompress(const uint8_t *in, const struct lz4_piece *piece,
    const struct lz4_piece *next, uint8_t *out);
