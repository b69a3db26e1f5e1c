/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Index of the pieces of a dictionary page: finds one entry, by text or by code, without reading all pieces.  The
 * index stands right before its chunk's first page, in a gap that readers ignore unless they know the key of the
 * chunk's metadata that tells its length (DICT_INDEX_KEY).
 *
 * Files of version 0.1.0 have it in the page's header, as an extension of Parquet (field 32767, see
 * BinaryProtocolExtensions.md), on which polars and fastparquet stumble.
 *
 *	UUID (16 bytes) | pieces (4) | piece, piece ... | CRC-32 of all before (4)
 *	piece: in (4), literals (4), out (4), code (4), CRC-32 (4), length (1), text
 *
 * Little-endian; `in`, `literals` and `out` are those of struct lz4_piece; in a page of ZSTD frames, one for each
 * piece, `in` and `literals` both are the frame's offset.  A piece begins with a whole entry, and tells its code
 * and text; its CRC-32 covers the compressed bytes [in, literals of the next piece).  Entries of such a
 * dictionary ascend strictly.
 */

#include "base/buf.h"
#include "base/text.h"
#include "parquet/dict/lz4_piece.h"
#include "parquet/meta/page_header.h"

/* The longest text of a piece's first entry. */
#define DICT_FIRST_BYTES 64

/* Key of a chunk's metadata: its value is the index's length in bytes, decimal. */
#define DICT_INDEX_KEY "flow.dictionary_index"

struct dict_piece {
	struct lz4_piece lz4;
	uint32_t code;			/* of its first entry */
	uint32_t crc;
	struct flow_text first;		/* that entry */
};

struct dict_index {
	struct dict_piece *piece;	/* count + 1: the last is a sentinel with the page's sizes and entries */
	size_t count, cap;
	struct buf texts;
};

void dict_index_release(struct dict_index *index);

/*
 * Stores the index's bytes, to be parsed once its page's header is known; stores nothing if they are no index.
 * An index begins as zeros, and keeps its memory.  FLOW_ECORRUPT for a wrong checksum, FLOW_ENOMEM.
 */
enum flow_status dict_index_take(struct dict_index *index, const uint8_t *bytes, size_t len,
    struct flow_error *err) NODISCARD;

/*
 * Parses the pieces of a dictionary page in LZ4_RAW or ZSTD from the stored bytes, or from the header's
 * extension, which must still be readable; index->count is 0 if there is neither.  FLOW_EFORMAT for pieces out of
 * order or beyond the page, FLOW_ECORRUPT and FLOW_ENOMEM as above.
 */
enum flow_status dict_index_read(struct dict_index *index, enum pq_codec codec,
    const struct page_header *h, struct flow_error *err) NODISCARD;

/* Whether dictionary pages of a codec may be in pieces. */
static inline bool
dict_index_knows(int codec)
{
	return codec == PQ_LZ4_RAW || codec == PQ_ZSTD;
}

/* Appends the index's bytes. */
void dict_index_write(const struct dict_piece *piece, size_t count, struct buf *out);
