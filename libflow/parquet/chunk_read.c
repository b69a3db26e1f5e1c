/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/chunk_read.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/bitmap.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "parquet/bitpack.h"
#include "parquet/codec.h"
#include "parquet/file.h"
#include "parquet/page_header.h"
#include "parquet/rle.h"
#include "parquet/texts.h"
#include "parquet/values.h"

/* What a page may claim to decompress to: GZIP's best ratio, and some. */
#define RATIO_MAX 1100u
#define RATIO_SLACK 65536u

/*
 * The chunk's bytes are read at once; pages are decompressed one after the
 * other, when a row of them is wanted.
 */
struct pq_chunk_reader {
	const struct pq_file *file;
	const struct pq_column *column;
	const struct file_chunk *chunk;
	unsigned type_length;
	unsigned width;			/* of numbers wanted; 0: codes */
	bool is_loaded;			/* the chunk's bytes are in `bytes` */
	struct buf bytes;
	struct cursor in;		/* pages not yet entered */
	uint64_t rows_left;		/* of the chunk, after the current page */

	/* The current page. */
	struct buf page;		/* decompressed body, and slack */
	uint32_t page_left;		/* rows */
	bool has_levels;
	struct rle_decoder levels;
	struct cursor values;
	int encoding;
	struct rle_decoder indexes;	/* dictionary encodings */
	uint64_t *numbers;		/* differences, decoded for the whole page */
	size_t numbers_cap, numbers_at, numbers_count;
	uint32_t next_text;		/* texts of pages without dictionary: the next code */
	uint32_t end_text;

	/* The dictionary. */
	bool has_dictionary;
	struct texts texts;
	uint32_t dictionary_count;
	uint64_t *dictionary;
	void *narrow;			/* the dictionary in the width wanted */
	size_t dictionary_cap;

	uint32_t *scratch;		/* indexes, or values between nulls */
	size_t scratch_cap;
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
	buf_release(&reader->bytes);
	buf_release(&reader->page);
	texts_release(&reader->texts);
	free(reader->numbers);
	free(reader->dictionary);
	free(reader->narrow);
	free(reader->scratch);
	free(reader);
}

const struct flow_text *
pq_chunk_reader_texts(const struct pq_chunk_reader *reader, uint32_t *count)
{
	*count = reader->texts.count;
	return reader->texts.text;
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
	reader->file = file;
	reader->column = c;
	reader->chunk = chunk;
	reader->type_length = file->column[column].type_length;
	reader->width = width;
	reader->is_loaded = false;
	reader->rows_left = file->group[group].rows;
	reader->page_left = 0;
	reader->has_dictionary = false;
	reader->dictionary_count = 0;
	texts_clear(&reader->texts);
	return FLOW_OK;
}

static int64_t
page_offset(const struct pq_chunk_reader *r)
{
	return (int64_t)(r->chunk->begin + cursor_offset(&r->in));
}

static enum flow_status
load_chunk(struct pq_chunk_reader *r, struct flow_error *err)
{
	size_t len = (size_t)r->chunk->bytes;
	enum flow_status st;

	buf_clear(&r->bytes);
	if (!buf_reserve(&r->bytes, len + BITPACK_SLACK))
		return flow_fail_memory(err);
	st = file_read_at(r->file, r->chunk->begin, len, r->bytes.data, err);
	if (st != FLOW_OK)
		return st;
	memset(r->bytes.data + len, 0, BITPACK_SLACK);
	r->in = cursor_make(r->bytes.data, len);
	r->is_loaded = true;
	return FLOW_OK;
}

/* Consumes a page: its header and where its body is. */
static enum flow_status
next_page(struct pq_chunk_reader *r, struct page_header *h, const uint8_t **body,
    struct flow_error *err)
{
	int64_t offset = page_offset(r);

	if (cursor_left(&r->in) == 0)
		return flow_fail(err, FLOW_EFORMAT, offset, "pages end %" PRIu64 " rows too early",
		    r->rows_left);
	if (!page_header_read(&r->in, h))
		return flow_fail(err, FLOW_EFORMAT, offset, "a malformed page header");
	*body = cursor_bytes(&r->in, h->bytes);
	if (*body == NULL)
		return flow_fail(err, FLOW_ETRUNCATED, offset, "a page of %u bytes is cut", h->bytes);
	if (h->raw_bytes > (uint64_t)h->bytes * RATIO_MAX + RATIO_SLACK)
		return flow_fail(err, FLOW_EFORMAT, offset, "a page of %u bytes claims to hold %u",
		    h->bytes, h->raw_bytes);
	return FLOW_OK;
}

static enum flow_status
check_crc(const struct pq_chunk_reader *r, const struct page_header *h, const uint8_t *body,
    struct flow_error *err)
{
	if (h->has_crc && (uint32_t)crc32(crc32(0, NULL, 0), body, h->bytes) != h->crc)
		return flow_fail(err, FLOW_ECORRUPT, page_offset(r) - (int64_t)h->bytes,
		    "the page's checksum (CRC-32) is wrong: the file is damaged");
	return FLOW_OK;
}

/* The body, decompressed, with slack behind it, into *out; V2 levels stand before it as they are. */
static enum flow_status
unpack_body(const struct pq_chunk_reader *r, const struct page_header *h, const uint8_t *body,
    struct buf *out, struct flow_error *err)
{
	uint64_t levels = h->type == PAGE_DATA_V2 ?
	    (uint64_t)h->definition_bytes + h->repetition_bytes : 0;
	enum pq_codec codec = h->is_compressed ? (enum pq_codec)r->chunk->codec : PQ_UNCOMPRESSED;
	enum flow_status st = check_crc(r, h, body, err);

	if (st != FLOW_OK)
		return st;
	if (levels > h->bytes || levels > h->raw_bytes)
		return flow_fail(err, FLOW_EFORMAT, page_offset(r), "a page of levels only");
	buf_clear(out);
	if (!buf_reserve(out, (size_t)h->raw_bytes + BITPACK_SLACK))
		return flow_fail_memory(err);
	memcpy(out->data, body, (size_t)levels);
	if (h->bytes > levels || h->raw_bytes > levels)
		st = codec_decompress(codec, body + levels, (size_t)(h->bytes - levels),
		    out->data + levels, (size_t)(h->raw_bytes - levels), err);
	memset(out->data + h->raw_bytes, 0, BITPACK_SLACK);
	out->len = h->raw_bytes;
	return st;
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

static enum flow_status
load_dictionary(struct pq_chunk_reader *r, const struct page_header *h, const uint8_t *body,
    struct flow_error *err)
{
	enum flow_status st;
	struct cursor in;

	if (r->has_dictionary)
		return flow_fail(err, FLOW_EFORMAT, page_offset(r), "a second dictionary page");
	if (h->encoding != ENCODING_PLAIN && h->encoding != ENCODING_PLAIN_DICTIONARY)
		return flow_fail(err, FLOW_EUNSUPPORTED, page_offset(r),
		    "a dictionary in encoding %d", h->encoding);
	if (is_text(r)) {
		struct buf *kept = texts_block(&r->texts);

		st = kept != NULL ? unpack_body(r, h, body, kept, err) : flow_fail_memory(err);
		if (st == FLOW_OK)
			st = texts_add_plain(&r->texts, cursor_make(kept->data, kept->len), h->values, err);
		r->dictionary_count = r->texts.count;
	} else {
		st = unpack_body(r, h, body, &r->page, err);
		in = cursor_make(r->page.data, r->page.len);
		if (st == FLOW_OK && h->values > r->page.len)
			st = flow_fail(err, FLOW_EFORMAT, page_offset(r), "a cut dictionary");
		if (st == FLOW_OK)
			st = reserve_dictionary(r, h->values, err);
		if (st == FLOW_OK)
			st = values_plain(r->column, r->type_length, &in, h->values, r->dictionary, err);
		r->dictionary_count = st == FLOW_OK ? h->values : 0;
		if (st == FLOW_OK)
			st = narrow_dictionary(r, err);
	}
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
open_numbers(struct pq_chunk_reader *r, uint32_t rows, struct flow_error *err)
{
	/* Values there are no more than rows. */
	if (rows > r->numbers_cap) {
		uint64_t *numbers = realloc(r->numbers, (size_t)rows * sizeof(*numbers));

		if (numbers == NULL)
			return flow_fail_memory(err);
		r->numbers = numbers;
		r->numbers_cap = rows;
	}
	r->numbers_at = 0;
	if (!values_delta(r->column, &r->values, rows, r->numbers, &r->numbers_count))
		return flow_fail(err, FLOW_EFORMAT, page_offset(r), "malformed DELTA_BINARY_PACKED data");
	return FLOW_OK;
}

/* Texts of a page without dictionary get codes of their own. */
static enum flow_status
open_texts(struct pq_chunk_reader *r, uint32_t rows, struct flow_error *err)
{
	struct buf *kept = texts_block(&r->texts);
	struct cursor in = r->values;
	enum flow_status st;

	if (kept == NULL)
		return flow_fail_memory(err);
	r->next_text = r->texts.count;
	buf_append(kept, in.pos, cursor_left(&in));
	if (buf_status(kept) != FLOW_OK || !buf_reserve(kept, BITPACK_SLACK))
		return flow_fail_memory(err);
	memset(buf_end(kept), 0, BITPACK_SLACK);
	in = cursor_make(kept->data, kept->len);
	if (r->encoding == ENCODING_PLAIN)
		st = texts_add_plain(&r->texts, in, UINT32_MAX, err);
	else if (r->encoding == ENCODING_DELTA_LENGTH_BYTE_ARRAY)
		st = texts_add_delta_length(&r->texts, in, rows, err);
	else
		st = texts_add_delta(&r->texts, in, rows, err);
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
			return open_numbers(r, rows, err);
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
	enum flow_status st = unpack_body(r, h, body, &r->page, err);

	if (st != FLOW_OK)
		return st;
	r->values = cursor_make(r->page.data, r->page.len);
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
 * Makes the next data page current, or steps over it where all of its rows are
 * among the *skip rows to be skipped.
 */
static enum flow_status
enter_page(struct pq_chunk_reader *r, size_t *skip, struct flow_error *err)
{
	const uint8_t *body = NULL;
	struct page_header h;
	enum flow_status st = r->is_loaded ? FLOW_OK : load_chunk(r, err);

	if (st == FLOW_OK)
		st = next_page(r, &h, &body, err);
	if (st != FLOW_OK)
		return st;
	if (h.type == PAGE_DICTIONARY)
		return load_dictionary(r, &h, body, err);
	if (h.type != PAGE_DATA && h.type != PAGE_DATA_V2)
		return FLOW_OK;		/* an index page, or something newer */
	if (h.values > r->rows_left)
		return flow_fail(err, FLOW_EFORMAT, page_offset(r),
		    "a page of %u rows where %" PRIu64 " are left", h.values, r->rows_left);
	if (h.values <= *skip) {
		*skip -= h.values;
		r->rows_left -= h.values;
		return FLOW_OK;
	}
	return open_page(r, &h, body, err);
}

static enum flow_status
reserve_scratch(struct pq_chunk_reader *r, size_t rows, struct flow_error *err)
{
	if (rows > r->scratch_cap) {
		/* Room for 64-bit values, and for a last group of eight. */
		uint32_t *scratch = realloc(r->scratch, (rows + 8) * sizeof(uint64_t));

		if (scratch == NULL)
			return flow_fail_memory(err);
		r->scratch = scratch;
		r->scratch_cap = rows;
	}
	return FLOW_OK;
}

/* Indexes of n values, all within the dictionary. */
static bool
read_indexes(struct pq_chunk_reader *r, size_t n, uint32_t *out)
{
	uint32_t most = 0;
	size_t i;

	if (!rle_decode(&r->indexes, n, out))
		return false;
	for (i = 0; i < n; i++)
		most = out[i] > most ? out[i] : most;
	return n == 0 || most < r->dictionary_count;
}

/* n values of the current page, none of them null, as codes. */
static bool
read_codes(struct pq_chunk_reader *r, size_t n, uint32_t *out)
{
	size_t i;

	if (r->encoding == ENCODING_PLAIN_DICTIONARY || r->encoding == ENCODING_RLE_DICTIONARY)
		return read_indexes(r, n, out);
	if (n > r->end_text - r->next_text)
		return false;
	for (i = 0; i < n; i++)
		out[i] = r->next_text++;
	return true;
}

/* n values of the current page, none of them null, as numbers. */
static enum flow_status
read_numbers(struct pq_chunk_reader *r, size_t n, void *out, struct flow_error *err)
{
	uint64_t *wide = (uint64_t *)(void *)r->scratch;
	enum flow_status st;

	if (r->encoding == ENCODING_PLAIN_DICTIONARY || r->encoding == ENCODING_RLE_DICTIONARY) {
		if (!read_indexes(r, n, r->scratch))
			return flow_fail(err, FLOW_EFORMAT, page_offset(r), "malformed indexes");
		values_look_up(r->narrow, r->scratch, n, r->width, out);
		return FLOW_OK;
	}
	if (r->encoding == ENCODING_DELTA_BINARY_PACKED) {
		if (n > r->numbers_count - r->numbers_at)
			return flow_fail(err, FLOW_EFORMAT, page_offset(r), "too few values in a page");
		wide = r->numbers + r->numbers_at;
		r->numbers_at += n;
	} else {
		st = values_plain(r->column, r->type_length, &r->values, n, wide, err);
		if (st != FLOW_OK)
			return st;
	}
	if (!values_narrow(wide, n, r->width, out))
		return flow_fail(err, FLOW_EFORMAT, page_offset(r), "a value does not fit %u bits",
		    r->width * 8);
	return FLOW_OK;
}

static enum flow_status
read_values(struct pq_chunk_reader *r, size_t n, void *out, struct flow_error *err)
{
	if (!is_text(r))
		return read_numbers(r, n, out, err);
	if (!read_codes(r, n, out))
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
	enum flow_status st = reserve_scratch(r, rows, err);
	size_t done = 0, none = 0;

	*has_nulls = false;
	if (st == FLOW_OK && rows > r->rows_left + r->page_left)
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

/* Steps over n rows of the current page. */
static enum flow_status
skip_rows(struct pq_chunk_reader *r, size_t n, struct flow_error *err)
{
	uint64_t valid[BITMAP_WORDS(1024)];
	size_t present;

	while (n > 0) {
		size_t some = n < 1024 ? n : 1024;
		enum flow_status st = read_levels(r, some, valid, 0, &present, err);
		bool ok = true;

		if (st != FLOW_OK)
			return st;
		if (r->encoding == ENCODING_PLAIN_DICTIONARY || r->encoding == ENCODING_RLE_DICTIONARY)
			ok = rle_skip(&r->indexes, present);
		else if (is_text(r))
			r->next_text += (uint32_t)present;
		else if (r->encoding == ENCODING_DELTA_BINARY_PACKED)
			r->numbers_at += present;
		else
			cursor_skip(&r->values, present * values_plain_bytes(r->column, r->type_length));
		if (!ok || cursor_failed(&r->values) || r->numbers_at > r->numbers_count ||
		    (is_text(r) && r->next_text > r->end_text))
			return flow_fail(err, FLOW_EFORMAT, page_offset(r), "too few values in a page");
		r->page_left -= (uint32_t)some;
		n -= some;
	}
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
