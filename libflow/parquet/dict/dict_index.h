/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Where the pieces of a dictionary page are, so that one entry can be found, or looked up by its code,
 * without reading all of them.  The index stands right before its chunk's first page, in a gap that no
 * reader looks at unless the chunk's metadata tells it how many bytes that are (DICT_INDEX_KEY).
 *
 * Files of version 0.1.0 have it in the page's header, as an extension of Parquet (field 32767, see
 * BinaryProtocolExtensions.md): polars and fastparquet stumble over that.
 *
 *	UUID (16 bytes) | pieces (4) | piece, piece ... | CRC-32 of all before (4)
 *	piece: in (4), literals (4), out (4), code (4), CRC-32 (4), length (1), text
 *
 * Little-endian; `in`, `literals` and `out` are those of struct lz4_piece; of a page of ZSTD frames, one for
 * each piece, `in` and `literals` are where the frame begins.  A piece begins with a whole
 * entry, whose code and text it tells; its CRC-32 is of the bytes it is decompressed from, [in, literals
 * of the next one).  Entries of such a dictionary ascend, and none is there twice.
 */

#include "base/buf.h"
#include "base/text.h"
#include "parquet/dict/lz4_piece.h"
#include "parquet/meta/page_header.h"

/* The longest text that a piece may begin with. */
#define DICT_FIRST_BYTES 64

/* Key of a chunk's metadata: its value is the index's length in bytes, decimal. */
#define DICT_INDEX_KEY "flow.dictionary_index"

struct dict_piece {
	struct lz4_piece lz4;
	uint32_t code;			/* of its first entry */
	uint32_t crc;
	struct flow_text first;		/* the entry */
};

struct dict_index {
	struct dict_piece *piece;	/* and what follows the last: the page's sizes and entries */
	size_t count, cap;
	struct buf texts;
};

void dict_index_release(struct dict_index *index);

/*
 * Takes the index's bytes, to be understood when its page's header is known; none where these are not
 * an index.  An index begins as zeros, and keeps its memory.  FLOW_ECORRUPT for a wrong checksum,
 * FLOW_ENOMEM.
 */
enum flow_status dict_index_take(struct dict_index *index, const uint8_t *bytes, size_t len,
    struct flow_error *err) NODISCARD;

/*
 * Finds the pieces of a dictionary page of a codec, LZ4_RAW or ZSTD, in what was taken, or in the header's extension, which is still
 * there to be read; no pieces where there are none.  FLOW_EFORMAT for pieces that are not in order or not
 * within the page, FLOW_ECORRUPT and FLOW_ENOMEM as above.
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
