/* SPDX-License-Identifier: BSD-2-Clause */
/* Dictionaries: text access of chunk_read.h, and chunk_load_dictionary. */
#include "parquet/chunk_inner.h"

#include <stdlib.h>
#include <string.h>

#include "parquet/encoding/bitpack.h"
#include "parquet/codec/codec.h"
#include "parquet/encoding/values.h"

enum flow_status
chunk_unfold(struct pq_chunk_reader *r, struct flow_error *err)
{
	enum chunk_texts from = r->where;
	enum flow_status st = FLOW_OK;
	struct cursor in;

	if (from == TEXTS_IN_ARRAY)
		return FLOW_OK;
	r->where = TEXTS_IN_ARRAY;
	if (from == TEXTS_FOLDED)
		in = text_dict_bytes(&r->folded);
	else
		st = dict_pieces_bytes(&r->pieces, &in, err);
	return st == FLOW_OK ? texts_add_plain(&r->texts, in, r->dictionary_count, err) : st;
}

enum flow_status
pq_chunk_reader_texts(struct pq_chunk_reader *reader, const struct flow_text **text,
    uint32_t *count, struct flow_error *err)
{
	enum flow_status st = chunk_unfold(reader, err);

	*text = reader->texts.text;
	*count = reader->texts.count;
	return st;
}

void
pq_chunk_reader_want_few(struct pq_chunk_reader *reader, const struct flow_text *sought)
{
	reader->wants_few = true;
	reader->sought = sought;
}

enum flow_status
pq_chunk_reader_text(struct pq_chunk_reader *reader, uint32_t code, struct flow_text *text,
    struct flow_error *err)
{
	switch (reader->where) {
	case TEXTS_FOLDED:
		*text = text_dict_entry(&reader->folded, code);
		return FLOW_OK;
	case TEXTS_IN_PIECES:
		return dict_pieces_entry(&reader->pieces, code, text, err);
	default:
		*text = reader->texts.text[code];
		return FLOW_OK;
	}
}

bool
pq_chunk_reader_sought(const struct pq_chunk_reader *reader,
    uint32_t code[TEXT_DICT_HITS_MAX], size_t *count)
{
	const struct text_dict *d = &reader->folded;
	size_t i;

	if (reader->where == TEXTS_IN_PIECES) {
		code[0] = reader->sought_code;
		*count = reader->has_sought;
		return true;
	}
	if (reader->where != TEXTS_FOLDED || d->hits > TEXT_DICT_HITS_MAX)
		return false;
	for (i = 0; i < d->hits; i++)
		code[i] = text_dict_hit(d, i);
	*count = d->hits;
	return true;
}

/* Narrows the dictionary to r->width once, so that rows only copy. */
static enum flow_status
narrow_dictionary(struct pq_chunk_reader *r, struct flow_error *err)
{
	/* Floating-point numbers are converted row by row, as NaN becomes null. */
	if (values_are_floats(r->column))
		return FLOW_OK;
	if (!values_narrow(r->dictionary, r->dictionary_count, r->width, r->narrow))
		return chunk_too_wide(r, r->dictionary, r->dictionary_count, err);
	return chunk_check_numbers(r, r->dictionary, r->dictionary_count, err);
}

static enum flow_status
reserve_dictionary(struct pq_chunk_reader *r, size_t count, struct flow_error *err)
{
	uint64_t *wide;
	void *narrow;

	if (count <= r->dictionary_cap)
		return FLOW_OK;
	wide = realloc(r->dictionary, count * sizeof(*wide));
	if (wide != NULL)
		r->dictionary = wide;
	narrow = realloc(r->narrow, count * sizeof(*wide));
	if (narrow != NULL)
		r->narrow = narrow;
	if (wide == NULL || narrow == NULL)
		return flow_fail_memory(err);
	r->dictionary_cap = count;
	return FLOW_OK;
}

/* Allocates room for a page's texts and slack. */
static enum flow_status
texts_room(struct pq_chunk_reader *r, const struct page_header *h, uint8_t **bytes,
    struct flow_error *err)
{
	struct buf *room = texts_block(&r->texts);

	if (h->raw_bytes > CODEC_BYTES_MAX)
		return flow_fail(err, FLOW_ELIMIT, chunk_offset(r), "a page of more than 1 GiB");
	if (room == NULL || !buf_reserve(room, (size_t)h->raw_bytes + BITPACK_SLACK))
		return flow_fail_memory(err);
	*bytes = room->data;
	return FLOW_OK;
}

/* Opens a dictionary whose index of pieces was read, and looks for the sought text. */
static enum flow_status
open_pieces(struct pq_chunk_reader *r, const struct page_header *h, struct flow_error *err)
{
	uint8_t *room = NULL;
	enum flow_status st = texts_room(r, h, &room, err);

	if (st == FLOW_OK)
		st = dict_pieces_open(&r->pieces, r->file, (enum pq_codec)r->chunk->codec,
		    (uint64_t)chunk_offset(r), h, room, err);
	r->has_sought = false;
	if (st == FLOW_OK && r->sought != NULL)
		st = dict_pieces_find(&r->pieces, r->sought, &r->has_sought, &r->sought_code, err);
	r->where = st == FLOW_OK ? TEXTS_IN_PIECES : TEXTS_IN_ARRAY;
	r->has_dictionary = st == FLOW_OK;
	r->dictionary_count = h->values;
	return st;
}

enum flow_status
chunk_take_index(struct pq_chunk_reader *r, struct flow_error *err)
{
	uint64_t len = r->chunk->dict_index_bytes;
	const uint8_t *bytes;
	enum flow_status st;

	if ((uint64_t)chunk_offset(r) != r->chunk->begin)
		return FLOW_OK;
	if (len == 0)
		return dict_index_take(&r->pieces.index, NULL, 0, err);
	st = page_source_before(&r->pages, len, &bytes, err);
	return st == FLOW_OK ? dict_index_take(&r->pieces.index, bytes, (size_t)len, err) : st;
}

enum flow_status
chunk_open_pieces(struct pq_chunk_reader *r, const struct page_header *h, struct flow_error *err)
{
	enum flow_status st;

	if (h->type != PAGE_DICTIONARY || !dict_index_knows(r->chunk->codec))
		return FLOW_OK;
	st = dict_index_read(&r->pieces.index, (enum pq_codec)r->chunk->codec, h, err);
	if (st != FLOW_OK || r->pieces.index.count == 0)
		return st;
	st = open_pieces(r, h, err);
	page_source_skip(&r->pages, h);
	return st;
}

static enum flow_status
load_texts(struct pq_chunk_reader *r, struct cursor in, uint32_t count, struct flow_error *err)
{
	enum flow_status st;

	if (chunk_may_fold(r)) {
		st = text_dict_open(&r->folded, in, count, r->sought, err);
		r->where = st == FLOW_OK ? TEXTS_FOLDED : TEXTS_IN_ARRAY;
		r->dictionary_count = count;
		return st;
	}
	st = texts_add_plain(&r->texts, in, count, err);
	r->dictionary_count = r->texts.count;
	return st;
}

/* Decompresses one frame into its part of the dictionary. */
static enum flow_status
load_frame(struct pq_chunk_reader *r, size_t i, struct flow_error *err)
{
	uint32_t first = 0, count = 0;
	enum flow_status st = number_frames_read(&r->frames, i, &r->pages.codec, &first, &count, err);
	struct cursor in;

	if (st != FLOW_OK)
		return st;
	in = cursor_make(r->frames.room.data, (size_t)count * r->frames.entry_bytes);
	st = values_plain(r->column, r->type_length, &in, count, r->dictionary + first, err);
	if (st != FLOW_OK)
		return st;
	if (!values_narrow(r->dictionary + first, count, r->width, (uint8_t *)r->narrow + (size_t)first * r->width))
		return chunk_too_wide(r, r->dictionary + first, count, err);
	return chunk_check_numbers(r, r->dictionary + first, count, err);
}

enum flow_status
chunk_want_numbers(struct pq_chunk_reader *r, const uint32_t *index, size_t n, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;
	size_t i;

	for (i = 0; i < n && st == FLOW_OK && r->frames.count > 0; i++) {
		size_t frame = number_frames_of(&r->frames, index[i]);

		if (!r->frames.frame[frame].is_read)
			st = load_frame(r, frame, err);
	}
	return st;
}

/* Keeps a number dictionary compressed if it consists of frames; *folded: it does. */
static enum flow_status
fold_numbers(struct pq_chunk_reader *r, const struct page_header *h, const uint8_t *body, bool *folded,
    struct flow_error *err)
{
	unsigned entry_bytes = (unsigned)values_plain_bytes(r->column, r->type_length);
	enum flow_status st;

	*folded = false;
	if (!r->wants_few || chunk_is_text(r) || r->chunk->codec != PQ_ZSTD || values_are_floats(r->column) ||
	    (uint64_t)h->values * entry_bytes != h->raw_bytes)
		return FLOW_OK;
	if (number_frames_open(&r->frames, body, h->bytes, h->values, entry_bytes) != FLOW_OK)
		return flow_fail_memory(err);
	if (r->frames.count == 0)
		return FLOW_OK;
	st = page_source_check(&r->pages, h, body, err);
	if (st == FLOW_OK)
		st = reserve_dictionary(r, h->values, err);
	if (st != FLOW_OK)
		return st;
	page_source_keep(&r->pages, &r->packed);
	r->dictionary_count = h->values;
	r->has_dictionary = *folded = true;
	return FLOW_OK;
}

static enum flow_status
load_numbers(struct pq_chunk_reader *r, struct cursor in, uint32_t count, struct flow_error *err)
{
	enum flow_status st;

	if (count > cursor_left(&in))
		return flow_fail(err, FLOW_EFORMAT, chunk_offset(r), "a cut dictionary");
	st = reserve_dictionary(r, count, err);
	if (st == FLOW_OK)
		st = values_plain(r->column, r->type_length, &in, count, r->dictionary, err);
	r->dictionary_count = st == FLOW_OK ? count : 0;
	return st == FLOW_OK ? narrow_dictionary(r, err) : st;
}

struct buf *
chunk_body_room(struct pq_chunk_reader *r, const struct page_header *h)
{
	if (chunk_is_text(r) && h->encoding != ENCODING_RLE_DICTIONARY &&
	    (h->encoding != ENCODING_PLAIN_DICTIONARY || h->type == PAGE_DICTIONARY))
		return texts_block(&r->texts);
	return &r->page;
}

enum flow_status
chunk_load_dictionary(struct pq_chunk_reader *r, const struct page_header *h, const uint8_t *body,
    struct flow_error *err)
{
	enum flow_status st;
	struct cursor in;
	struct buf *room;
	bool folded;

	if (r->has_dictionary)
		return flow_fail(err, FLOW_EFORMAT, chunk_offset(r), "a second dictionary page");
	if (h->encoding != ENCODING_PLAIN && h->encoding != ENCODING_PLAIN_DICTIONARY)
		return flow_fail(err, FLOW_EUNSUPPORTED, chunk_offset(r),
		    "a dictionary in encoding %d", h->encoding);
	st = fold_numbers(r, h, body, &folded, err);
	if (st != FLOW_OK || folded)
		return st;
	room = chunk_body_room(r, h);
	st = room != NULL ? page_source_unpack(&r->pages, h, body, room, chunk_is_text(r), &in, err) :
	    flow_fail_memory(err);
	if (st == FLOW_OK)
		st = chunk_is_text(r) ? load_texts(r, in, h->values, err) : load_numbers(r, in, h->values, err);
	r->has_dictionary = st == FLOW_OK;
	return st;
}
