/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * One LZ4 block made of pieces that do not refer to each other: lz4_piece_decompress decompresses each alone, and
 * any other reader sees an ordinary block.
 *
 * Each piece is compressed by itself.  It ends with literals and begins with literals; those of neighbours become
 * one sequence:
 *
 *	... match | token, literals |   and   | token, literals, match ...
 *	... match | token, literals           ,         literals, match ...
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "parquet/dict/lz4_piece.h"

/* A block that is appended to `out`; lz4_pieces_make begins one. */
struct lz4_pieces {
	struct buf *out;
	size_t begin;		/* offset of the block in *out */
	size_t raw_bytes;	/* decompressed size so far */
	struct buf one;		/* the last piece, compressed by itself */
	struct buf end;		/* its last literals, not yet in *out */
};

static inline struct lz4_pieces
lz4_pieces_make(struct buf *out)
{
	return (struct lz4_pieces){ .out = out, .begin = out->len, .one = BUF_INIT, .end = BUF_INIT };
}

void lz4_pieces_release(struct lz4_pieces *p);

/*
 * Adds `len` bytes as a piece at a level of codec_compress, and returns its place.  FLOW_ENOMEM, FLOW_ELIMIT;
 * FLOW_END if nothing in the bytes repeats: they cannot be a piece, and the block must be discarded.
 */
enum flow_status lz4_pieces_add(struct lz4_pieces *p, int level, const void *bytes, size_t len,
    struct lz4_piece *piece) NODISCARD;

/* Ends the block.  *next is the sentinel after the last piece.  FLOW_ENOMEM. */
enum flow_status lz4_pieces_end(struct lz4_pieces *p, struct lz4_piece *next) NODISCARD;
