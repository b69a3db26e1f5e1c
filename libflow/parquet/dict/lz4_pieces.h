/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * One block of LZ4 made of pieces that do not refer to each other, each of which can be decompressed
 * alone: lz4_piece_decompress.  For everybody else it is a block like any other.
 *
 * Each piece is compressed by itself.  A block ends with literals and begins with literals, which
 * become one sequence:
 *
 *	... match | token, literals |   and   | token, literals, match ...
 *	... match | token, literals           ,         literals, match ...
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "parquet/dict/lz4_piece.h"

/* A block that grows behind what `out` had; one begins with lz4_pieces_make. */
struct lz4_pieces {
	struct buf *out;
	size_t begin;		/* of the block, in *out */
	size_t raw_bytes;	/* that it decompresses to */
	struct buf one;		/* the piece added last, by itself */
	struct buf end;		/* literals that end it: not yet in *out */
};

static inline struct lz4_pieces
lz4_pieces_make(struct buf *out)
{
	return (struct lz4_pieces){ .out = out, .begin = out->len, .one = BUF_INIT, .end = BUF_INIT };
}

void lz4_pieces_release(struct lz4_pieces *p);

/*
 * Adds `len` bytes at a level of codec_compress, and says where they stand.  FLOW_ENOMEM, FLOW_ELIMIT;
 * FLOW_END where they hold nothing that repeats, so that there is no piece to be made of them: the
 * block is of no use then.
 */
enum flow_status lz4_pieces_add(struct lz4_pieces *p, int level, const void *bytes, size_t len,
    struct lz4_piece *piece) NODISCARD;

/* Ends the block.  *next: what follows its last piece.  FLOW_ENOMEM. */
enum flow_status lz4_pieces_end(struct lz4_pieces *p, struct lz4_piece *next) NODISCARD;
