/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Where the pieces of a dictionary page are, so that one entry can be found, or looked up by its code,
 * without reading all of them: our extension of the page's header.  (BinaryProtocolExtensions.md of
 * Parquet: field 32767 of any struct, bytes that begin with a UUID; other readers step over it.)
 *
 *	UUID (16 bytes) | pieces (4) | piece, piece ... | CRC-32 of all before (4)
 *	piece: in (4), literals (4), out (4), code (4), CRC-32 (4), length (1), text
 *
 * Little-endian; `in`, `literals` and `out` are those of struct lz4_piece.  A piece begins with a whole
 * entry, whose code and text it tells; its CRC-32 is of the bytes it is decompressed from, [in, literals
 * of the next one).  Entries of such a dictionary ascend, and none is there twice.
 */

#include "base/buf.h"
#include "base/text.h"
#include "parquet/dict/lz4_block.h"
#include "parquet/meta/page_header.h"

/* The longest text that a piece may begin with. */
#define DICT_FIRST_BYTES 64

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
 * The index of a dictionary page's header, whose extension is still there to be read; no pieces where it
 * has none.  An index begins as zeros, and keeps its memory.  FLOW_ECORRUPT for a wrong checksum,
 * FLOW_EFORMAT for pieces that are not in order or not within the page, FLOW_ENOMEM.
 */
enum flow_status dict_index_read(struct dict_index *index, const struct page_header *h,
    struct flow_error *err) NODISCARD;

/* Appends the extension's bytes. */
void dict_index_write(const struct dict_piece *piece, size_t count, struct buf *out);
