/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A dictionary page of which single pieces are read from the file, as entries of them are wanted: where
 * a row group has one or two rows of a host, that is a tenth of the page.
 */

#include "parquet/codec/codec.h"
#include "parquet/dict/dict_index.h"
#include "parquet/file_inner.h"
#include "parquet/dict/text_dict.h"

struct dict_pieces {
	const struct pq_file *file;
	uint64_t at;			/* of the page's body, in the file */
	struct page_header header;
	struct dict_index index;
	struct text_dict *part;		/* of each piece; those not yet read have no entries */
	size_t parts;
	uint8_t *room;			/* for all of it, decompressed */
	struct buf packed;
	enum pq_codec codec;
	struct codec_state state;
};

void dict_pieces_release(struct dict_pieces *d);

/*
 * Begins with a page whose body stands `at`; d->index is of its header.  `room` is for
 * h->raw_bytes, and BITPACK_SLACK more; it stays as long as texts are wanted.  A dictionary begins as
 * zeros, and keeps its memory.  FLOW_ENOMEM.
 */
enum flow_status dict_pieces_open(struct dict_pieces *d, const struct pq_file *file,
    enum pq_codec codec, uint64_t at, const struct page_header *h, uint8_t *room,
    struct flow_error *err) NODISCARD;

/* Whether an entry is the text, and its code.  FLOW_ECORRUPT, FLOW_EFORMAT, FLOW_EIO, FLOW_ENOMEM. */
enum flow_status dict_pieces_find(struct dict_pieces *d, const struct flow_text *text, bool *found,
    uint32_t *code, struct flow_error *err) NODISCARD;

/* The entry of a code below the page's count; the same errors. */
enum flow_status dict_pieces_entry(struct dict_pieces *d, uint32_t code, struct flow_text *text,
    struct flow_error *err) NODISCARD;

/* All bytes of the page, in the room; the same errors. */
enum flow_status dict_pieces_bytes(struct dict_pieces *d, struct cursor *in, struct flow_error *err)
    NODISCARD;

/* Reads every piece and compares it with the page's bytes, which dict_pieces_bytes would give. */
enum flow_status dict_pieces_verify(struct dict_pieces *d, const uint8_t *bytes,
    struct flow_error *err) NODISCARD;
