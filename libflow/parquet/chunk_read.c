/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/chunk_read.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/bitmap.h"
#include "base/buf.h"
#include "parquet/bitpack.h"
#include "parquet/codec.h"
#include "parquet/delta.h"
#include "parquet/file.h"
#include "parquet/page_index.h"
#include "parquet/page_source.h"
#include "parquet/rle.h"
#include "parquet/texts.h"
#include "parquet/values.h"

/* Values that go from step to step of decoding while they are in the nearest cache. */
#define BLOCK 1024

struct pq_chunk_reader {
	const struct pq_column *column;
	unsigned type_length;
	unsigned width;			/* of numbers wanted; 0: codes */
	struct page_source pages;
	uint64_t rows;			/* of the chunk */
	uint64_t rows_left;		/* after the current page */

	/* Page by page: */
	const struct pq_file *file;
	const struct file_chunk *chunk;
	struct page_places places;	/* none: the chunk is read as a whole */
	size_t next_place;
	bool head_taken;		/* what stands before the first data page, a dictionary */

	/* The current page. */
	struct buf page;		/* decompressed body, and slack; unused if it was not compressed */
	uint32_t page_left;		/* rows */
	bool has_levels;
	struct rle_decoder levels;
	struct cursor values;
	int encoding;
	struct rle_decoder indexes;	/* dictionary encodings */
	struct delta_decoder deltas;
	uint32_t next_text;		/* texts of pages without dictionary: the next code */
	uint32_t end_text;

	/* The dictionary. */
	bool has_dictionary;
	struct texts texts;
	bool wants_few;			/* then it stays folded until all texts are wanted */
	const struct flow_text *sought;
	bool is_folded;			/* in `folded` instead of `texts` */
	struct text_dict folded;
	struct buf packed;		/* what it is decompressed from */
	uint32_t dictionary_count;
	uint64_t *dictionary;
	void *narrow;			/* the dictionary in the width wanted */
	size_t dictionary_cap;

	uint64_t wide[BLOCK];
	uint32_t index[BLOCK];
};

struct pq_chunk_reader *
pq_chunk_reader_new(void)
{
	return calloc(1, sizeof(struct pq_chunk_reader));
}

void
pq_chunk_reader_free(struct pq_chunk_reader *reader)
{
	if (reader == NULL)
		return;
	page_source_release(&reader->pages);
	page_places_release(&reader->places);
	buf_release(&reader->page);
	texts_release(&reader->texts);
	text_dict_release(&reader->folded);
	buf_release(&reader->packed);
	free(reader->dictionary);
	free(reader->narrow);
	free(reader);
}

/* The dictionary to texts; there are no others yet. */
static enum flow_status
unfold(struct pq_chunk_reader *r, struct flow_error *err)
{
	struct cursor in;
	enum flow_status st = text_dict_bytes(&r->folded, &in, err);

	r->is_folded = false;
	return st == FLOW_OK ? texts_add_plain(&r->texts, in, r->folded.count, err) : st;
}

enum flow_status
pq_chunk_reader_texts(struct pq_chunk_reader *reader, const struct flow_text **text,
    uint32_t *count, struct flow_error *err)
{
	enum flow_status st = reader->is_folded ? unfold(reader, err) : FLOW_OK;

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
	if (reader->is_folded)
		return text_dict_entry(&reader->folded, code, text, err);
	*text = reader->texts.text[code];
	return FLOW_OK;
}

bool
pq_chunk_reader_sought(const struct pq_chunk_reader *reader,
    uint32_t code[TEXT_DICT_HITS_MAX], size_t *count)
{
	const struct text_dict *d = &reader->folded;
	size_t i;

	if (!reader->is_folded || d->hits > TEXT_DICT_HITS_MAX)
		return false;
	for (i = 0; i < d->hits; i++)
		code[i] = text_dict_hit(d, i);
	*count = d->hits;
	return true;
}

static bool
is_text(const struct pq_chunk_reader *r)
{
	return r->width == 0;
}

enum flow_status
pq_chunk_reader_open(struct pq_chunk_reader *reader, const struct pq_file *file, size_t group,
    size_t column, unsigned width, struct flow_error *err)
{
	const struct file_chunk *chunk = &file->group[group].chunk[column];
	const struct pq_column *c = &file->column[column].column;
	const char *name = pq_codec_name(chunk->codec);

	if (chunk->codec != PQ_UNCOMPRESSED && chunk->codec != PQ_LZ4_RAW && chunk->codec != PQ_GZIP)
		return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET,
		    "codec %s (%d) is not read; LZ4_RAW, GZIP and UNCOMPRESSED are",
		    name != NULL ? name : "unknown", chunk->codec);
	if ((c->physical == PQ_BYTE_ARRAY) != (width == 0))
		return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET,
		    "a %s column where a %s is wanted", width == 0 ? "number" : "text",
		    width == 0 ? "text" : "number");
	if (width != 0 && c->logical == PQ_OTHER)
		return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET,
		    "its logical type is neither integer nor timestamp");
	page_source_open(&reader->pages, file, chunk);
	reader->column = c;
	reader->type_length = file->column[column].type_length;
	reader->width = width;
	reader->rows = reader->rows_left = file->group[group].rows;
	reader->file = file;
	reader->chunk = chunk;
	reader->places.count = 0;
	reader->page_left = 0;
	reader->has_dictionary = false;
	reader->dictionary_count = 0;
	reader->wants_few = false;
	reader->sought = NULL;
	reader->is_folded = false;
	texts_clear(&reader->texts);
	return FLOW_OK;
}

enum flow_status
pq_chunk_reader_by_page(struct pq_chunk_reader *reader, struct flow_error *err)
{
	reader->next_place = 0;
	reader->head_taken = false;
	return page_places_read(&reader->places, reader->file, reader->chunk, reader->rows, err);
}

static int64_t
page_offset(const struct pq_chunk_reader *r)
{
	return page_source_offset(&r->pages);
}

/* Where a page is decompressed: texts that are no dictionary's indexes are kept. */
static struct buf *
body_room(struct pq_chunk_reader *r, const struct page_header *h)
{
	if (is_text(r) && h->encoding != ENCODING_RLE_DICTIONARY &&
	    (h->encoding != ENCODING_PLAIN_DICTIONARY || h->type == PAGE_DICTIONARY))
		return texts_block(&r->texts);
	return &r->page;
}

/* Narrows the dictionary once, so that rows only copy. */
static enum flow_status
narrow_dictionary(struct pq_chunk_reader *r, struct flow_error *err)
{
	if (!values_narrow(r->dictionary, r->dictionary_count, r->width, r->narrow))
		return flow_fail(err, FLOW_EFORMAT, page_offset(r),
		    "a value of the dictionary does not fit %u bits", r->width * 8);
	return FLOW_OK;
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

/* Keeps a dictionary as it is in the file, and decompresses it as it is asked for. */
static enum flow_status
fold_packed(struct pq_chunk_reader *r, const struct page_header *h, const uint8_t *body,
    struct flow_error *err)
{
	struct buf *room = texts_block(&r->texts);
	enum flow_status st = page_source_check(&r->pages, h, body, err);
	struct lz4_block packed;

	if (st != FLOW_OK)
		return st;
	if (h->raw_bytes > CODEC_BYTES_MAX)
		return flow_fail(err, FLOW_ELIMIT, page_offset(r), "a page of more than 1 GiB");
	if (room == NULL || !buf_reserve(room, (size_t)h->raw_bytes + BITPACK_SLACK))
		return flow_fail_memory(err);
	memset(room->data + h->raw_bytes, 0, BITPACK_SLACK);
	page_source_keep(&r->pages, &r->packed);
	packed = lz4_block_make(body, h->bytes, room->data, h->raw_bytes);
	st = text_dict_open_packed(&r->folded, &packed, h->values, r->sought, h->is_sorted, err);
	r->is_folded = st == FLOW_OK;
	r->dictionary_count = h->values;
	return st;
}

/* Whether a dictionary may stay as it is: nothing else has codes yet. */
static bool
may_fold(const struct pq_chunk_reader *r)
{
	return r->wants_few && r->texts.count == 0;
}

static enum flow_status
load_texts(struct pq_chunk_reader *r, struct cursor in, uint32_t count, struct flow_error *err)
{
	enum flow_status st;

	if (may_fold(r)) {
		st = text_dict_open(&r->folded, in, count, r->sought, err);
		r->is_folded = st == FLOW_OK;
		r->dictionary_count = count;
		return st;
	}
	st = texts_add_plain(&r->texts, in, count, err);
	r->dictionary_count = r->texts.count;
	return st;
}

static enum flow_status
load_numbers(struct pq_chunk_reader *r, struct cursor in, uint32_t count, struct flow_error *err)
{
	enum flow_status st;

	if (count > cursor_left(&in))
		return flow_fail(err, FLOW_EFORMAT, page_offset(r), "a cut dictionary");
	st = reserve_dictionary(r, count, err);
	if (st == FLOW_OK)
		st = values_plain(r->column, r->type_length, &in, count, r->dictionary, err);
	r->dictionary_count = st == FLOW_OK ? count : 0;
	return st == FLOW_OK ? narrow_dictionary(r, err) : st;
}

static enum flow_status
load_dictionary(struct pq_chunk_reader *r, const struct page_header *h, const uint8_t *body,
    struct flow_error *err)
{
	enum flow_status st;
	struct cursor in;
	struct buf *room;

	if (r->has_dictionary)
		return flow_fail(err, FLOW_EFORMAT, page_offset(r), "a second dictionary page");
	if (h->encoding != ENCODING_PLAIN && h->encoding != ENCODING_PLAIN_DICTIONARY)
		return flow_fail(err, FLOW_EUNSUPPORTED, page_offset(r),
		    "a dictionary in encoding %d", h->encoding);
	if (is_text(r) && may_fold(r) && r->chunk->codec == PQ_LZ4_RAW) {
		st = fold_packed(r, h, body, err);
		r->has_dictionary = st == FLOW_OK;
		return st;
	}
	room = body_room(r, h);
	st = room != NULL ? page_source_unpack(&r->pages, h, body, room, is_text(r), &in, err) :
	    flow_fail_memory(err);
	if (st == FLOW_OK)
		st = is_text(r) ? load_texts(r, in, h->values, err) : load_numbers(r, in, h->values, err);
	r->has_dictionary = st == FLOW_OK;
	return st;
}

/* Definition levels: behind a length in V1, of a known length in V2; required columns have none. */
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

	/* A page of nulls only may be empty. */
	if (cursor_left(&r->values) == 0)
		r->deltas = (struct delta_decoder){ .left = 0 };
	else if (!delta_decoder_init(&r->deltas, r->values, &count) || count > rows)
		return flow_fail(err, FLOW_EFORMAT, page_offset(r), "malformed DELTA_BINARY_PACKED data");
	return FLOW_OK;
}

/* Texts of a page without dictionary get codes of their own. */
static enum flow_status
open_texts(struct pq_chunk_reader *r, uint32_t rows, struct flow_error *err)
{
	enum flow_status st = r->is_folded ? unfold(r, err) : FLOW_OK;

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

static enum flow_status
open_values(struct pq_chunk_reader *r, uint32_t rows, struct flow_error *err)
{
	unsigned width;

	switch (r->encoding) {
	case ENCODING_PLAIN_DICTIONARY:
	case ENCODING_RLE_DICTIONARY:
		/* A page of nulls only may be empty. */
		width = cursor_left(&r->values) > 0 ? cursor_u8(&r->values) : 0;
		if (width > 32)
			return flow_fail(err, FLOW_EFORMAT, page_offset(r), "indexes of %u bits", width);
		rle_decoder_init(&r->indexes, r->values, width);
		return FLOW_OK;
	case ENCODING_PLAIN:
		return is_text(r) ? open_texts(r, rows, err) : FLOW_OK;
	case ENCODING_DELTA_BINARY_PACKED:
		if (!is_text(r))
			return open_deltas(r, rows, err);
		break;
	case ENCODING_DELTA_LENGTH_BYTE_ARRAY:
	case ENCODING_DELTA_BYTE_ARRAY:
		if (is_text(r))
			return open_texts(r, rows, err);
		break;
	default:
		break;
	}
	return flow_fail(err, FLOW_EUNSUPPORTED, page_offset(r), "encoding %d is not read",
	    r->encoding);
}

static enum flow_status
open_page(struct pq_chunk_reader *r, const struct page_header *h, const uint8_t *body,
    struct flow_error *err)
{
	struct buf *room = body_room(r, h);
	enum flow_status st = room != NULL ?
	    page_source_unpack(&r->pages, h, body, room, room != &r->page, &r->values, err) :
	    flow_fail_memory(err);

	if (st != FLOW_OK)
		return st;
	r->encoding = h->encoding;
	if (!open_levels(r, h))
		return flow_fail(err, FLOW_EFORMAT, page_offset(r), "malformed definition levels");
	st = open_values(r, h->values, err);
	if (st == FLOW_OK) {
		r->page_left = h->values;
		r->rows_left -= h->values;
	}
	return st;
}

/*
 * Page by page: loads the page that the first row not to be skipped is in, behind what stands
 * before all of them.  Loads nothing where *skip becomes 0 before a page is wanted.
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
		if (head > 0)
			return page_source_load(&r->pages, r->chunk->begin, head, err);
	}
	if (r->next_place == r->places.count)
		return flow_fail(err, FLOW_EFORMAT, page_offset(r), "pages end before the rows do");
	r->next_place++;
	return page_source_load(&r->pages, place->offset, place->bytes, err);
}

/* Whether a data page has the rows that its index promises: skipping relies on that. */
static bool
is_as_indexed(const struct pq_chunk_reader *r, const struct page_header *h)
{
	size_t i = r->next_place - 1;

	return r->places.count == 0 || (r->next_place > 0 && h->values ==
	    page_places_end(&r->places, i, r->rows) - r->places.place[i].first_row);
}

/*
 * Makes the next data page current, or steps over it where all of its rows are
 * among the *skip rows to be skipped.
 */
static enum flow_status
enter_page(struct pq_chunk_reader *r, size_t *skip, struct flow_error *err)
{
	const uint8_t *body = NULL;
	struct page_header h;
	enum flow_status st = FLOW_OK;

	if (r->places.count > 0 && (!r->pages.is_loaded || page_source_is_drained(&r->pages))) {
		st = turn_pages(r, skip, err);
		if (st != FLOW_OK || !r->pages.is_loaded || page_source_is_drained(&r->pages))
			return st;
	}
	st = page_source_next(&r->pages, &h, &body, err);
	if (st != FLOW_OK)
		return st;
	if (h.type == PAGE_DICTIONARY)
		return load_dictionary(r, &h, body, err);
	if (h.type != PAGE_DATA && h.type != PAGE_DATA_V2)
		return FLOW_OK;		/* an index page, or something newer */
	if (h.values > r->rows_left)
		return flow_fail(err, FLOW_EFORMAT, page_offset(r),
		    "a page of %u rows where %" PRIu64 " are left", h.values, r->rows_left);
	if (!is_as_indexed(r, &h))
		return flow_fail(err, FLOW_EFORMAT, page_offset(r),
		    "a page of %u rows contradicts the page index", h.values);
	if (h.values <= *skip) {
		*skip -= h.values;
		r->rows_left -= h.values;
		return FLOW_OK;
	}
	return open_page(r, &h, body, err);
}

static bool
is_indexed(const struct pq_chunk_reader *r)
{
	return r->encoding == ENCODING_PLAIN_DICTIONARY || r->encoding == ENCODING_RLE_DICTIONARY;
}

/*
 * Whether all are below count (at most 2^31): then their differences to it are negative.
 * And and or are vector instructions everywhere; an unsigned maximum is not.
 */
VECTORIZED static bool
all_below(const uint32_t *v, size_t n, uint32_t count)
{
	uint32_t any = 0, negative = UINT32_MAX;
	size_t i;

	for (i = 0; i < n; i++) {
		any |= v[i];
		negative &= v[i] - count;
	}
	return any >> 31 == 0 && negative >> 31 == 1;
}

/* Indexes of n values, all within the dictionary. */
static bool
read_indexes(struct pq_chunk_reader *r, size_t n, uint32_t *out)
{
	if (!rle_decode(&r->indexes, n, out))
		return false;
	return all_below(out, n, r->dictionary_count);
}

/* n values of the current page, none of them null, as codes. */
static bool
read_codes(struct pq_chunk_reader *r, size_t n, uint32_t *out)
{
	size_t i;

	if (is_indexed(r))
		return read_indexes(r, n, out);
	if (n > r->end_text - r->next_text)
		return false;
	for (i = 0; i < n; i++)
		out[i] = r->next_text++;
	return true;
}

/* n values (at most BLOCK) of the current page, none of them null, as 64 bits each. */
static enum flow_status
read_wide(struct pq_chunk_reader *r, size_t n, uint64_t *out, struct flow_error *err)
{
	if (r->encoding != ENCODING_DELTA_BINARY_PACKED)
		return values_plain(r->column, r->type_length, &r->values, n, out, err);
	if (!delta_decoder_next(&r->deltas, n, out))
		return flow_fail(err, FLOW_EFORMAT, page_offset(r),
		    "too few values in a page, or malformed ones");
	values_interpret(r->column, out, n);
	return FLOW_OK;
}

static enum flow_status
read_block(struct pq_chunk_reader *r, size_t n, uint8_t *out, struct flow_error *err)
{
	enum flow_status st;

	if (is_indexed(r)) {
		if (!read_indexes(r, n, r->index))
			return flow_fail(err, FLOW_EFORMAT, page_offset(r), "malformed indexes");
		/* Of many columns all rows have one value: flows, directions, protocols of exports. */
		if (r->dictionary_count == 1)
			values_repeat(r->narrow, n, r->width, out);
		else
			values_look_up(r->narrow, r->index, n, r->width, out);
		return FLOW_OK;
	}
	if (r->width == sizeof(uint64_t))
		return read_wide(r, n, (uint64_t *)(void *)out, err);
	st = read_wide(r, n, r->wide, err);
	if (st == FLOW_OK && !values_narrow(r->wide, n, r->width, out))
		return flow_fail(err, FLOW_EFORMAT, page_offset(r), "a value does not fit %u bits",
		    r->width * 8);
	return st;
}

/* n values of the current page, none of them null, as numbers. */
static enum flow_status
read_numbers(struct pq_chunk_reader *r, size_t n, uint8_t *out, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;

	while (n > 0 && st == FLOW_OK) {
		size_t some = n < BLOCK ? n : BLOCK;

		st = read_block(r, some, out, err);
		out += some * r->width;
		n -= some;
	}
	return st;
}

static enum flow_status
read_values(struct pq_chunk_reader *r, size_t n, uint8_t *out, struct flow_error *err)
{
	if (!is_text(r))
		return read_numbers(r, n, out, err);
	if (!read_codes(r, n, (uint32_t *)(void *)out))
		return flow_fail(err, FLOW_EFORMAT, page_offset(r), "malformed or too few values");
	return FLOW_OK;
}

/* Which of the next n rows have a value, from bit `at` on. */
static enum flow_status
read_levels(struct pq_chunk_reader *r, size_t n, uint64_t *valid, size_t at, size_t *present,
    struct flow_error *err)
{
	*present = 0;
	if (!r->has_levels) {
		bitmap_fill(valid, at, at + n, true);
		*present = n;
	} else if (!rle_decode_bits(&r->levels, n, valid, at, present)) {
		return flow_fail(err, FLOW_EFORMAT, page_offset(r), "malformed definition levels");
	}
	return FLOW_OK;
}

/* n rows of the current page; `out` is where the first of them goes. */
static enum flow_status
read_rows(struct pq_chunk_reader *r, size_t n, uint8_t *out, uint64_t *valid, size_t at,
    bool *has_nulls, struct flow_error *err)
{
	unsigned size = is_text(r) ? sizeof(uint32_t) : r->width;
	size_t present;
	enum flow_status st = read_levels(r, n, valid, at, &present, err);

	if (st == FLOW_OK)
		st = read_values(r, present, out, err);
	if (st == FLOW_OK && present < n) {
		*has_nulls = true;
		values_spread(out, present, n, size, valid, at);
	}
	return st;
}

static enum flow_status
read_batch(struct pq_chunk_reader *r, size_t rows, uint8_t *out, uint64_t *valid, bool *has_nulls,
    struct flow_error *err)
{
	unsigned size = is_text(r) ? sizeof(uint32_t) : r->width;
	enum flow_status st = FLOW_OK;
	size_t done = 0, none = 0;

	*has_nulls = false;
	if (rows > r->rows_left + r->page_left)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "more rows than are left");
	while (st == FLOW_OK && done < rows) {
		size_t n = rows - done < r->page_left ? rows - done : r->page_left;

		if (n == 0) {
			st = enter_page(r, &none, err);
			continue;
		}
		st = read_rows(r, n, out + done * size, valid, done, has_nulls, err);
		r->page_left -= (uint32_t)n;
		done += n;
	}
	return st;
}

enum flow_status
pq_chunk_reader_numbers(struct pq_chunk_reader *reader, size_t rows, void *numbers, uint64_t *valid,
    bool *has_nulls, struct flow_error *err)
{
	return read_batch(reader, rows, numbers, valid, has_nulls, err);
}

enum flow_status
pq_chunk_reader_codes(struct pq_chunk_reader *reader, size_t rows, uint32_t *codes, uint64_t *valid,
    bool *has_nulls, struct flow_error *err)
{
	return read_batch(reader, rows, (uint8_t *)codes, valid, has_nulls, err);
}

/* Steps over n values of the current page. */
static bool
skip_values(struct pq_chunk_reader *r, size_t n)
{
	if (is_indexed(r))
		return rle_skip(&r->indexes, n);
	if (is_text(r)) {
		if (n > r->end_text - r->next_text)
			return false;
		r->next_text += (uint32_t)n;
		return true;
	}
	if (r->encoding == ENCODING_DELTA_BINARY_PACKED)
		return delta_decoder_skip(&r->deltas, n);
	cursor_skip(&r->values, n * values_plain_bytes(r->column, r->type_length));
	return !cursor_failed(&r->values);
}

/* Steps over n rows of the current page. */
static enum flow_status
skip_rows(struct pq_chunk_reader *r, size_t n, struct flow_error *err)
{
	size_t present = 0;

	if (!r->has_levels)
		present = n;
	else if (!rle_skip_bits(&r->levels, n, &present))
		return flow_fail(err, FLOW_EFORMAT, page_offset(r), "malformed definition levels");
	if (!skip_values(r, present))
		return flow_fail(err, FLOW_EFORMAT, page_offset(r), "too few values in a page");
	r->page_left -= (uint32_t)n;
	return FLOW_OK;
}

enum flow_status
pq_chunk_reader_skip(struct pq_chunk_reader *reader, size_t rows, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;

	if (rows > reader->rows_left + reader->page_left)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "more rows than are left");
	while (st == FLOW_OK && rows > 0) {
		size_t n = rows < reader->page_left ? rows : reader->page_left;

		if (n > 0) {
			st = skip_rows(reader, n, err);
			rows -= n;
		} else {
			st = enter_page(reader, &rows, err);
		}
	}
	return st;
}
