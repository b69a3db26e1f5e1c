/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Reads single pieces of a dictionary page from the file, on demand: if a row group has one or two rows of a
 * host, a tenth of the page is read.
 */

#include "parquet/codec/codec.h"
#include "parquet/dict/dict_index.h"
#include "parquet/file_inner.h"
#include "parquet/dict/text_dict.h"

struct dict_pieces {
	const struct pq_file *file;
	uint64_t at;			/* offset of the page's body in the file */
	struct page_header header;
	struct dict_index index;
	struct text_dict *part;		/* one for each piece; not read yet: no entries */
	size_t parts;
	uint8_t *room;			/* for the whole page, decompressed */
	struct buf packed;
	enum pq_codec codec;
	struct codec_state state;
};

void dict_pieces_release(struct dict_pieces *d);

/*
 * Begins a page whose body is at file offset `at`; d->index was read of its header.  `room` has space for
 * h->raw_bytes + BITPACK_SLACK bytes, and stays as long as texts are wanted.  A dictionary begins as zeros, and
 * keeps its memory.  FLOW_ENOMEM.
 */
enum flow_status dict_pieces_open(struct dict_pieces *d, const struct pq_file *file,
    enum pq_codec codec, uint64_t at, const struct page_header *h, uint8_t *room,
    struct flow_error *err) NODISCARD;

/* Looks up a text: *found, and its code.  FLOW_ECORRUPT, FLOW_EFORMAT, FLOW_EIO, FLOW_ENOMEM. */
enum flow_status dict_pieces_find(struct dict_pieces *d, const struct flow_text *text, bool *found,
    uint32_t *code, struct flow_error *err) NODISCARD;

/* The entry of a code below the page's count; the same errors. */
enum flow_status dict_pieces_entry(struct dict_pieces *d, uint32_t code, struct flow_text *text,
    struct flow_error *err) NODISCARD;

/* Reads the whole page into the room, and gives its bytes; the same errors. */
enum flow_status dict_pieces_bytes(struct dict_pieces *d, struct cursor *in, struct flow_error *err)
    NODISCARD;

/* Reads every piece and compares it with the page's bytes, decompressed as a whole. */
enum flow_status dict_pieces_verify(struct dict_pieces *d, const uint8_t *bytes,
    struct flow_error *err) NODISCARD;
