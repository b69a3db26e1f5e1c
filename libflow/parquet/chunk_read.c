/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/chunk_inner.h"

#include <stdlib.h>

#include "base/attr.h"
#include "base/bitmap.h"
#include "parquet/codec/codec.h"
#include "parquet/encoding/values.h"

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
	buf_release(&reader->unsplit);
	texts_release(&reader->texts);
	text_dict_release(&reader->folded);
	buf_release(&reader->packed);
	dict_pieces_release(&reader->pieces);
	number_frames_release(&reader->frames);
	free(reader->dictionary);
	free(reader->narrow);
	free(reader);
}

/* Bits that must be 0: the sign if a number must not be negative, or the top bit if a signed type must hold it. */
static uint64_t
forbidden_bits(const struct pq_column *c, unsigned want)
{
	bool is_signed = c->logical != PQ_UINT_64 && c->logical != PQ_DECIMAL && !values_are_floats(c);

	return want == PQ_WANT_I64 || (want == PQ_WANT_U64 && is_signed) ? UINT64_C(1) << 63 : 0;
}

enum flow_status
pq_chunk_reader_open(struct pq_chunk_reader *reader, const struct pq_file *file, size_t group,
    size_t column, unsigned want, struct flow_error *err)
{
	char type[PQ_TYPE_TEXT];
	const struct file_chunk *chunk = &file->group[group].chunk[column];
	const struct pq_column *c = &file->column[column].column;
	enum flow_status st = codec_check(chunk->codec, err);

	if (st != FLOW_OK)
		return st;
	if ((c->physical == PQ_BYTE_ARRAY) != (want == PQ_WANT_TEXT) || c->logical == PQ_OTHER ||
	    c->logical == PQ_NESTED)
		return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET, "its type is %s where a %s is wanted",
		    pq_type_text(c, type), want == PQ_WANT_TEXT ? "text" : "number");
	page_source_open(&reader->pages, file, chunk);
	reader->column = c;
	reader->type_length = file->column[column].type_length;
	reader->want = want;
	reader->width = want < PQ_WANT_BITS ? want : 8;
	reader->forbidden = forbidden_bits(c, want);
	reader->rows = reader->rows_left = file->group[group].rows;
	reader->file = file;
	reader->chunk = chunk;
	reader->places.count = 0;
	reader->page_left = 0;
	reader->has_dictionary = false;
	reader->dictionary_count = 0;
	reader->frames.count = 0;
	reader->wants_few = false;
	reader->sought = NULL;
	reader->where = TEXTS_IN_ARRAY;
	texts_clear(&reader->texts);
	return FLOW_OK;
}

/* Reads n values of the current page, none of them null, as codes. */
static bool
read_codes(struct pq_chunk_reader *r, size_t n, uint32_t *out)
{
	size_t i;

	if (chunk_is_indexed(r))
		return chunk_read_indexes(r, n, out);
	if (n > r->end_text - r->next_text)
		return false;
	for (i = 0; i < n; i++)
		out[i] = r->next_text++;
	return true;
}

/* Reads n values (at most CHUNK_BLOCK) of the current page, none of them null, as 64 bits each. */
static enum flow_status
read_wide(struct pq_chunk_reader *r, size_t n, uint64_t *out, struct flow_error *err)
{
	if (r->encoding != ENCODING_DELTA_BINARY_PACKED)
		return values_plain(r->column, r->type_length, &r->values, n, out, err);
	if (!delta_decoder_next(&r->deltas, n, out))
		return flow_fail(err, FLOW_EFORMAT, chunk_offset(r),
		    "too few values in a page, or malformed ones");
	return values_understand(r->column, out, n, err);
}

static enum flow_status
read_block(struct pq_chunk_reader *r, size_t n, uint8_t *out, struct flow_error *err)
{
	enum flow_status st;

	if (chunk_is_indexed(r)) {
		if (!chunk_read_indexes(r, n, r->index))
			return flow_fail(err, FLOW_EFORMAT, chunk_offset(r), "malformed indexes");
		st = chunk_want_numbers(r, r->index, n, err);
		if (st != FLOW_OK)
			return st;
		/* Fast path: in many columns all rows have one value (flows, directions, protocols of exports). */
		if (r->dictionary_count == 1)
			values_repeat(r->narrow, n, r->width, out);
		else
			values_look_up(r->narrow, r->index, n, r->width, out);
		return FLOW_OK;
	}
	if (r->width == sizeof(uint64_t)) {
		st = read_wide(r, n, (uint64_t *)(void *)out, err);
		return st == FLOW_OK ? chunk_check_numbers(r, (uint64_t *)(void *)out, n, err) : st;
	}
	st = read_wide(r, n, r->wide, err);
	if (st == FLOW_OK && !values_narrow(r->wide, n, r->width, out))
		return chunk_too_wide(r, r->wide, n, err);
	return st;
}

/* Reads n values of the current page, none of them null, as numbers of r->width. */
static enum flow_status
read_numbers(struct pq_chunk_reader *r, size_t n, uint8_t *out, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;

	while (n > 0 && st == FLOW_OK) {
		size_t some = n < CHUNK_BLOCK ? n : CHUNK_BLOCK;

		st = read_block(r, some, out, err);
		out += some * r->width;
		n -= some;
	}
	return st;
}

static enum flow_status
read_values(struct pq_chunk_reader *r, size_t n, uint8_t *out, struct flow_error *err)
{
	if (!chunk_is_text(r))
		return read_numbers(r, n, out, err);
	if (!read_codes(r, n, (uint32_t *)(void *)out))
		return flow_fail(err, FLOW_EFORMAT, chunk_offset(r), "malformed or too few values");
	return FLOW_OK;
}

/* Reads which of the next n rows have a value, into bits from `at` on. */
static enum flow_status
read_levels(struct pq_chunk_reader *r, size_t n, uint64_t *valid, size_t at, size_t *present,
    struct flow_error *err)
{
	*present = 0;
	if (!r->has_levels) {
		bitmap_fill(valid, at, at + n, true);
		*present = n;
	} else if (!rle_decode_bits(&r->levels, n, valid, at, present)) {
		return flow_fail(err, FLOW_EFORMAT, chunk_offset(r), "malformed definition levels");
	}
	return FLOW_OK;
}

/* Reads n rows of the current page to `out`. */
static enum flow_status
read_rows(struct pq_chunk_reader *r, size_t n, uint8_t *out, uint64_t *valid, size_t at,
    bool *has_nulls, struct flow_error *err)
{
	unsigned size = chunk_is_text(r) ? sizeof(uint32_t) : r->width;
	size_t present;
	enum flow_status st = read_levels(r, n, valid, at, &present, err);

	if (st == FLOW_OK)
		st = values_are_floats(r->column) ? chunk_read_floats(r, present, out, valid, at, &present, err) :
		    read_values(r, present, out, err);
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
	unsigned size = chunk_is_text(r) ? sizeof(uint32_t) : r->width;
	enum flow_status st = FLOW_OK;
	size_t done = 0, none = 0;

	*has_nulls = false;
	if (rows > r->rows_left + r->page_left)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "more rows than are left");
	while (st == FLOW_OK && done < rows) {
		size_t n = rows - done < r->page_left ? rows - done : r->page_left;

		if (n == 0) {
			st = chunk_enter_page(r, &none, err);
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

/* Skips n values of the current page. */
static bool
skip_values(struct pq_chunk_reader *r, size_t n)
{
	if (chunk_is_indexed(r))
		return rle_skip(&r->indexes, n);
	if (chunk_is_text(r)) {
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

/* Skips n rows of the current page. */
static enum flow_status
skip_rows(struct pq_chunk_reader *r, size_t n, struct flow_error *err)
{
	size_t present = 0;

	if (!r->has_levels)
		present = n;
	else if (!rle_skip_bits(&r->levels, n, &present))
		return flow_fail(err, FLOW_EFORMAT, chunk_offset(r), "malformed definition levels");
	if (!skip_values(r, present))
		return flow_fail(err, FLOW_EFORMAT, chunk_offset(r), "too few values in a page");
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
			st = chunk_enter_page(reader, &rows, err);
		}
	}
	return st;
}
