/* SPDX-License-Identifier: BSD-2-Clause */
/* Goes from page to page of a chunk. */
#include "parquet/chunk_inner.h"

#include <inttypes.h>

#include "parquet/encoding/values.h"

enum flow_status
pq_chunk_reader_by_page(struct pq_chunk_reader *reader, struct flow_error *err)
{
	reader->next_place = 0;
	reader->head_taken = false;
	return page_places_read(&reader->places, reader->file, reader->chunk, reader->rows, err);
}

/* Finds definition levels: after a length in V1, of a known length in V2; required columns have none. */
static bool
open_levels(struct pq_chunk_reader *r, const struct page_header *h)
{
	struct cursor levels;

	r->has_levels = !r->column->required;
	if (h->type == PAGE_DATA_V2) {
		cursor_skip(&r->values, h->repetition_bytes);
		levels = cursor_sub(&r->values, h->definition_bytes);
	} else {
		if (!r->has_levels)
			return true;
		if (h->level_encoding != ENCODING_RLE)
			return false;
		levels = cursor_sub(&r->values, cursor_le32(&r->values));
	}
	if (cursor_failed(&r->values))
		return false;
	rle_decoder_init(&r->levels, levels, 1);
	return true;
}

static enum flow_status
open_deltas(struct pq_chunk_reader *r, uint32_t rows, struct flow_error *err)
{
	uint64_t count = 0;

	/* A page of only nulls may be empty. */
	if (cursor_left(&r->values) == 0)
		r->deltas = (struct delta_decoder){ .left = 0 };
	else if (!delta_decoder_init(&r->deltas, r->values, &count) || count > rows)
		return flow_fail(err, FLOW_EFORMAT, chunk_offset(r), "malformed DELTA_BINARY_PACKED data");
	return FLOW_OK;
}

/* Adds texts of a page without dictionary; they get codes of their own. */
static enum flow_status
open_texts(struct pq_chunk_reader *r, uint32_t rows, struct flow_error *err)
{
	enum flow_status st = chunk_unfold(r, err);

	if (st != FLOW_OK)
		return st;
	r->next_text = r->texts.count;
	if (r->encoding == ENCODING_PLAIN)
		st = texts_add_plain(&r->texts, r->values, UINT32_MAX, err);
	else if (r->encoding == ENCODING_DELTA_LENGTH_BYTE_ARRAY)
		st = texts_add_delta_length(&r->texts, r->values, rows, err);
	else
		st = texts_add_delta(&r->texts, r->values, rows, err);
	r->end_text = r->texts.count;
	return st;
}

/* Makes r->unsplit, which holds PLAIN values, the page's values. */
static enum flow_status
take_unsplit(struct pq_chunk_reader *r)
{
	r->values = cursor_make(r->unsplit.data, r->unsplit.len);
	r->encoding = ENCODING_PLAIN;
	return FLOW_OK;
}

static enum flow_status
open_split(struct pq_chunk_reader *r, struct flow_error *err)
{
	size_t bytes = values_plain_bytes(r->column, r->type_length);

	buf_clear(&r->unsplit);
	if (!values_unsplit(r->values, bytes, &r->unsplit))
		return r->unsplit.failed ? flow_fail_memory(err) : flow_fail(err, FLOW_EFORMAT,
		    chunk_offset(r), "malformed BYTE_STREAM_SPLIT data");
	return take_unsplit(r);
}

/* Numbers of FIXED_LEN_BYTE_ARRAY (decimals) in DELTA_BYTE_ARRAY, as parquet-mr writes them in pages of version 2. */
static enum flow_status
open_delta_bytes(struct pq_chunk_reader *r, uint32_t rows, struct flow_error *err)
{
	struct texts t = { .count = 0 };
	enum flow_status st = texts_add_delta(&t, r->values, rows, err);
	uint32_t i;

	buf_clear(&r->unsplit);
	for (i = 0; st == FLOW_OK && i < t.count; i++) {
		if (t.text[i].len != r->type_length)
			st = flow_fail(err, FLOW_EFORMAT, chunk_offset(r), "malformed DELTA_BYTE_ARRAY data");
		else
			buf_append(&r->unsplit, t.text[i].p, t.text[i].len);
	}
	texts_release(&t);
	if (st == FLOW_OK && buf_status(&r->unsplit) != FLOW_OK)
		st = flow_fail_memory(err);
	return st == FLOW_OK ? take_unsplit(r) : st;
}

static enum flow_status
open_values(struct pq_chunk_reader *r, uint32_t rows, struct flow_error *err)
{
	unsigned width;

	switch (r->encoding) {
	case ENCODING_PLAIN_DICTIONARY:
	case ENCODING_RLE_DICTIONARY:
		/* A page of only nulls may be empty. */
		width = cursor_left(&r->values) > 0 ? cursor_u8(&r->values) : 0;
		if (width > 32)
			return flow_fail(err, FLOW_EFORMAT, chunk_offset(r), "indexes of %u bits", width);
		rle_decoder_init(&r->indexes, r->values, width);
		return FLOW_OK;
	case ENCODING_PLAIN:
		return chunk_is_text(r) ? open_texts(r, rows, err) : FLOW_OK;
	case ENCODING_DELTA_BINARY_PACKED:
		if (!chunk_is_text(r))
			return open_deltas(r, rows, err);
		break;
	case ENCODING_DELTA_LENGTH_BYTE_ARRAY:
		if (chunk_is_text(r))
			return open_texts(r, rows, err);
		break;
	case ENCODING_DELTA_BYTE_ARRAY:
		return chunk_is_text(r) ? open_texts(r, rows, err) : open_delta_bytes(r, rows, err);
	case ENCODING_BYTE_STREAM_SPLIT:
		if (!chunk_is_text(r))
			return open_split(r, err);
		break;
	default:
		break;
	}
	return flow_fail(err, FLOW_EUNSUPPORTED, chunk_offset(r), "encoding %d is not read",
	    r->encoding);
}

static enum flow_status
open_page(struct pq_chunk_reader *r, const struct page_header *h, const uint8_t *body,
    struct flow_error *err)
{
	struct buf *room = chunk_body_room(r, h);
	enum flow_status st = room != NULL ?
	    page_source_unpack(&r->pages, h, body, room, room != &r->page, &r->values, err) :
	    flow_fail_memory(err);

	if (st != FLOW_OK)
		return st;
	r->encoding = h->encoding;
	if (!open_levels(r, h))
		return flow_fail(err, FLOW_EFORMAT, chunk_offset(r), "malformed definition levels");
	st = open_values(r, h->values, err);
	if (st == FLOW_OK) {
		r->page_left = h->values;
		r->rows_left -= h->values;
	}
	return st;
}

/*
 * Sets the range to read next: the bytes before the first data page, then the page of the first row that is not
 * skipped.  Sets none if *skip becomes 0 at a page's end: no page is wanted yet.
 */
static enum flow_status
turn_pages(struct pq_chunk_reader *r, size_t *skip, struct flow_error *err)
{
	const struct page_place *place = r->places.place + r->next_place;
	uint64_t head = r->places.place[0].offset - r->chunk->begin, rows;

	for (; r->next_place < r->places.count && *skip > 0; r->next_place++, place++) {
		rows = page_places_end(&r->places, r->next_place, r->rows) - place->first_row;
		if (rows > *skip)
			break;
		*skip -= (size_t)rows;
		r->rows_left -= rows;
		if (*skip == 0) {
			r->next_place++;
			return FLOW_OK;
		}
	}
	if (!r->head_taken) {
		r->head_taken = true;
		if (head > 0) {
			page_source_range(&r->pages, r->chunk->begin, head);
			return FLOW_OK;
		}
	}
	if (r->next_place == r->places.count)
		return flow_fail(err, FLOW_EFORMAT, chunk_offset(r), "pages end before the rows do");
	r->next_place++;
	page_source_range(&r->pages, place->offset, place->bytes);
	return FLOW_OK;
}

/* Whether a data page has as many rows as the offset index says: skipping relies on that. */
static bool
is_as_indexed(const struct pq_chunk_reader *r, const struct page_header *h)
{
	size_t i = r->next_place - 1;

	return r->places.count == 0 || (r->next_place > 0 && h->values ==
	    page_places_end(&r->places, i, r->rows) - r->places.place[i].first_row);
}

static bool
is_data(const struct page_header *h)
{
	return h->type == PAGE_DATA || h->type == PAGE_DATA_V2;
}

/*
 * Takes the next page; *body is NULL if it is a dictionary that is read in pieces, or a data page of at most `skip`
 * rows, which is not read.
 */
static enum flow_status
take_page(struct pq_chunk_reader *r, size_t skip, struct page_header *h, const uint8_t **body, struct flow_error *err)
{
	bool folds = chunk_may_fold(r);
	enum flow_status st = FLOW_OK;

	*body = NULL;
	if (!folds && skip == 0)
		return page_source_next(&r->pages, h, body, err);
	if (folds)
		st = chunk_take_index(r, err);
	if (st == FLOW_OK)
		st = page_source_header(&r->pages, h, err);
	if (st == FLOW_OK && folds)
		st = chunk_open_pieces(r, h, err);
	if (st != FLOW_OK || (folds && r->where == TEXTS_IN_PIECES))
		return st;
	if (!is_data(h) || h->values > skip)
		return page_source_body(&r->pages, h, body, err);
	page_source_skip(&r->pages, h);
	return FLOW_OK;
}

enum flow_status
chunk_enter_page(struct pq_chunk_reader *r, size_t *skip, struct flow_error *err)
{
	const uint8_t *body;
	struct page_header h;
	enum flow_status st;

	if (r->places.count > 0 && (!r->pages.is_begun || page_source_is_drained(&r->pages))) {
		st = turn_pages(r, skip, err);
		if (st != FLOW_OK || !r->pages.is_begun || page_source_is_drained(&r->pages))
			return st;
	}
	st = take_page(r, *skip, &h, &body, err);
	if (st != FLOW_OK)
		return st;
	if (h.type == PAGE_DICTIONARY)
		return body != NULL ? chunk_load_dictionary(r, &h, body, err) : FLOW_OK;
	if (!is_data(&h))
		return FLOW_OK;		/* an index page, or something newer */
	/*
	 * Headers have no checksum: if a bit error made a dictionary page a data page, its entries would become
	 * rows.
	 */
	if (chunk_offset(r) <= r->chunk->data_offset)
		return flow_fail(err, FLOW_EFORMAT, chunk_offset(r), "a data page before the chunk's first one");
	if (h.values > r->rows_left)
		return flow_fail(err, FLOW_EFORMAT, chunk_offset(r),
		    "a page of %u rows where %" PRIu64 " are left", h.values, r->rows_left);
	if (!is_as_indexed(r, &h))
		return flow_fail(err, FLOW_EFORMAT, chunk_offset(r),
		    "a page of %u rows contradicts the page index", h.values);
	if (h.values <= *skip) {
		*skip -= h.values;
		r->rows_left -= h.values;
		return FLOW_OK;
	}
	return open_page(r, &h, body, err);
}
