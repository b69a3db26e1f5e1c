/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/dict/dict_pack.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "parquet/codec/codec.h"
#include "parquet/crc.h"
#include "parquet/dict/dict_index.h"
#include "parquet/dict/lz4_pieces.h"

/*
 * Size of a piece: all of it is decompressed to find an entry.  Smaller pieces are faster (though each read has a
 * cost), but compress worse, as no piece refers to another.  ZSTD takes longer than LZ4 for each byte, and small
 * pieces cost it no size, as each has entropy codes of its own.
 */
#define PIECE_BYTES_LZ4 ((size_t)32 << 10)
#define PIECE_BYTES_ZSTD ((size_t)16 << 10)

/* The most pieces; they limit the index. Larger pages get larger pieces. */
#define PIECES_MAX 256

/* The number of pieces of a page; they are about equal. */
static size_t
pieces_of(enum pq_codec codec, size_t len)
{
	size_t count = len / (codec == PQ_ZSTD ? PIECE_BYTES_ZSTD : PIECE_BYTES_LZ4);

	return count < PIECES_MAX ? count : PIECES_MAX;
}

/* A PLAIN page, and how to compress it. */
struct dictionary {
	enum pq_codec codec;
	int level;
	struct codec_state *state;
	const uint8_t *page;
	size_t len;
	uint32_t count;
};

/* Cuts the page before entries; false if the first entry of a piece is too long for the index. */
static bool
cut(const struct dictionary *d, struct dict_piece *piece, size_t pieces)
{
	const uint8_t *page = d->page;
	size_t at = 0, n = 0, len = d->len;
	uint32_t code;

	for (code = 0; code < d->count; code++) {
		struct flow_text text = { (const char *)page + at + 4, load_le32(page + at) };

		if (n < pieces && at >= len * n / pieces) {
			if (text.len > DICT_FIRST_BYTES)
				return false;
			piece[n++] = (struct dict_piece){ .lz4.out = (uint32_t)at, .code = code, .first = text };
		}
		at += 4 + (size_t)text.len;
	}
	piece[n].lz4.out = (uint32_t)len;
	return n == pieces;
}

/* Compresses pieces as a block of LZ4; piece[count] gets the sentinel. */
static enum flow_status
pack_lz4(int level, const uint8_t *page, struct dict_piece *piece, size_t count, struct buf *packed)
{
	struct lz4_pieces block = lz4_pieces_make(packed);
	enum flow_status st = FLOW_OK;
	size_t i;

	for (i = 0; i < count && st == FLOW_OK; i++)
		st = lz4_pieces_add(&block, level, page + piece[i].lz4.out,
		    piece[i + 1].lz4.out - piece[i].lz4.out, &piece[i].lz4);
	if (st == FLOW_OK)
		st = lz4_pieces_end(&block, &piece[count].lz4);
	lz4_pieces_release(&block);
	return st;
}

/* Compresses each piece as a frame; piece[count] gets the sentinel. */
static enum flow_status
pack_frames(const struct dictionary *d, struct dict_piece *piece, size_t count, struct buf *packed)
{
	size_t begin = packed->len, i;
	enum flow_status st = FLOW_OK;

	for (i = 0; i < count && st == FLOW_OK; i++) {
		piece[i].lz4.in = piece[i].lz4.literals = (uint32_t)(packed->len - begin);
		st = codec_compress(d->codec, d->level, d->state, d->page + piece[i].lz4.out,
		    piece[i + 1].lz4.out - piece[i].lz4.out, packed);
	}
	piece[count].lz4.in = piece[count].lz4.literals = (uint32_t)(packed->len - begin);
	return st;
}

/* Compresses the pieces that cut made. */
static enum flow_status
pack(const struct dictionary *d, struct dict_piece *piece, size_t count, struct buf *packed)
{
	size_t begin = packed->len, i;
	enum flow_status st = d->codec == PQ_LZ4_RAW ? pack_lz4(d->level, d->page, piece, count, packed) :
	    pack_frames(d, piece, count, packed);

	for (i = 0; i < count && st == FLOW_OK; i++)
		piece[i].crc = crc_page(packed->data + begin + piece[i].lz4.in,
		    piece[i + 1].lz4.literals - piece[i].lz4.in);
	return st;
}

static enum flow_status
pack_pieces(const struct dictionary *d, struct buf *packed, struct buf *index)
{
	struct dict_piece *piece = calloc(PIECES_MAX + 1, sizeof(*piece));
	size_t pieces = pieces_of(d->codec, d->len), begin = packed->len;
	enum flow_status st;

	if (piece == NULL)
		return FLOW_ENOMEM;
	st = cut(d, piece, pieces) ? pack(d, piece, pieces, packed) : FLOW_END;
	if (st == FLOW_OK)
		dict_index_write(piece, pieces, index);
	else
		packed->len = begin;
	free(piece);
	return st == FLOW_OK ? buf_status(index) : st;
}

enum flow_status
dict_pack(enum pq_codec codec, int level, struct codec_state *state, const uint8_t *page, size_t len,
    uint32_t count, struct buf *packed, struct buf *index)
{
	const struct dictionary d = { codec, level, state, page, len, count };
	enum flow_status st = FLOW_END;

	if (len > CODEC_BYTES_MAX)
		return FLOW_ELIMIT;
	if (pieces_of(codec, len) > 1)
		st = pack_pieces(&d, packed, index);
	return st == FLOW_END ? codec_compress(codec, level, state, page, len, packed) : st;
}
