/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/chunk_write.h"

#include <stdlib.h>
#include <string.h>

#include "base/bitmap.h"
#include "base/bytes.h"
#include "parquet/meta/bloom.h"
#include "parquet/chunk.h"
#include "parquet/chunk_work.h"
#include "parquet/crc.h"
#include "parquet/encoding/delta.h"
#include "parquet/dict/dict_index.h"
#include "parquet/dict/dict_pack.h"
#include "parquet/dict/number_frames.h"
#include "parquet/meta/page_header.h"
#include "parquet/encoding/rle.h"
#include "parquet/meta/stats.h"

/* Rows of a page are a multiple of PAGE_ROWS, and take about PAGE_BYTES at least. */
#define PAGE_ROWS ((size_t)8192)
#define PAGE_BYTES ((size_t)8 << 10)

/* The most bytes of a page header. */
#define HEADER_BYTES 64

/* One page's body within work.raw, or compressed. */
struct body {
	size_t offset, len;
};

/* Appends definition levels of rows [from, to): one bit each, after their length (data page V1). */
static void
append_levels(struct work *w, size_t from, size_t to, size_t values)
{
	size_t start = w->raw.len;

	if (w->column->required)
		return;
	buf_append_le32(&w->raw, 0);
	if (values == to - from || values == 0)
		rle_encode_run(values != 0, to - from, 1, &w->raw);
	else
		rle_encode_bits(w->in->valid, from, to, &w->raw);
	if (!w->raw.failed)
		store_le32(w->raw.data + start, (uint32_t)(w->raw.len - start - 4));
}

static enum flow_status
prepare(struct work *w, const struct pq_encode_options *options, struct flow_error *err)
{
	enum flow_status st;

	w->encoding = ENCODING_PLAIN;
	if (w->in->all_null || w->in->rows == 0)
		return FLOW_OK;
	st = work_squeeze(w);
	if (st == FLOW_OK && w->count > 0)
		st = work_choose(w, options);
	return st == FLOW_OK ? FLOW_OK : flow_fail_memory(err);
}

static void
page_stats(struct work *w, size_t from, size_t to, size_t nulls, struct chunk_stats *stats)
{
	stats_init(stats, nulls);
	if (to == from)
		return;
	if (w->texts != NULL)
		stats_texts(stats, w->texts, w->codes + from, to - from);
	else
		stats_numbers(stats, w->column, w->numbers + from, to - from);
}

/* Rows of a page: PAGE_ROWS times the least power of two that makes PAGE_BYTES of values. */
static size_t
page_rows(const struct work *w)
{
	size_t rows = PAGE_ROWS, bits;

	if (w->count == 0)
		return w->in->rows;
	bits = w->encoding == ENCODING_RLE_DICTIONARY ? w->width :
	    w->encoding == ENCODING_PLAIN ? work_value_bytes(w) * 8u :
	    delta_estimate(w->numbers, w->count, work_value_bytes(w) * 8) * 8 / w->count;
	while (rows < w->in->rows && rows * bits / 8 < PAGE_BYTES)
		rows *= 2;
	return rows;
}

/* Encodes all data pages into w->raw; sets rows and statistics of chunk->page. */
static enum flow_status
encode_pages(struct work *w, struct pq_chunk *chunk, struct body *body)
{
	size_t rows = page_rows(w), row, value = 0;

	for (row = 0; row < w->in->rows; row += rows) {
		size_t end = w->in->rows - row < rows ? w->in->rows : row + rows, values = end - row;
		struct chunk_page *page = &chunk->page[chunk->pages];

		/* Pages begin at whole bitmap words. */
		if (w->in->all_null)
			values = 0;
		else if (w->in->valid != NULL)
			values = bitmap_count(w->in->valid + row / 64, values);
		body->offset = w->raw.len;
		append_levels(w, row, end, values);
		work_append_values(w, value, value + values, &w->raw);
		body->len = w->raw.len - body->offset;
		page->first_row = row;
		page_stats(w, value, value + values, end - row - values, &page->stats);
		stats_merge(&chunk->stats, &page->stats, w->column);
		value += values;
		chunk->pages++;
		body++;
	}
	return buf_status(&w->raw);
}

static void
append_page(struct buf *out, struct page_header *h, size_t raw_len, const uint8_t *body, size_t len)
{
	h->raw_bytes = (uint32_t)raw_len;
	h->bytes = (uint32_t)len;
	h->has_crc = true;
	h->crc = crc_page(body, len);
	page_header_write(h, out);
	buf_append(out, body, len);
}

static void
append_data_page(struct buf *out, int encoding, size_t values, size_t raw_len, const uint8_t *body,
    size_t len)
{
	struct page_header h = { .type = PAGE_DATA, .values = (uint32_t)values, .encoding = encoding,
		.level_encoding = ENCODING_RLE };

	append_page(out, &h, raw_len, body, len);
}

static void
append_dictionary_page(struct buf *out, const struct work *w, size_t values, size_t raw_len,
    const uint8_t *body, size_t len)
{
	struct page_header h = { .type = PAGE_DICTIONARY, .values = (uint32_t)values,
		.encoding = ENCODING_PLAIN, .is_sorted = w->texts != NULL };

	append_page(out, &h, raw_len, body, len);
}

/* Compresses body i of the chunk; a dictionary may be compressed in pieces. */
static enum flow_status
compress_body(struct work *w, const struct pq_encode_options *options, size_t i,
    const struct body *body, struct buf *packed, struct buf *dict_index)
{
	const uint8_t *raw = w->raw.data + body->offset;

	bool is_dictionary = i == 0 && w->encoding == ENCODING_RLE_DICTIONARY;

	if (is_dictionary && w->texts != NULL && dict_index_knows(options->codec))
		return dict_pack(options->codec, options->level, &w->codec, raw, body->len, w->text_count,
		    packed, dict_index);
	if (is_dictionary && w->texts == NULL && options->codec == PQ_ZSTD)
		return number_frames_write(options->level, &w->codec, raw, body->len, work_value_bytes(w), packed);
	return codec_compress(options->codec, options->level, &w->codec, raw, body->len, packed);
}

/* Compresses the bodies, unless that saves too little. */
static enum flow_status
compress_bodies(struct work *w, const struct pq_encode_options *options,
    struct body *body, size_t count, struct buf *packed, struct pq_chunk *chunk)
{
	struct body *shrunk = calloc(count, sizeof(*shrunk));
	enum flow_status st = FLOW_OK;
	size_t i;

	chunk->codec = PQ_UNCOMPRESSED;
	if (shrunk == NULL)
		return FLOW_ENOMEM;
	for (i = 0; i < count && st == FLOW_OK && options->codec != PQ_UNCOMPRESSED; i++) {
		shrunk[i].offset = packed->len;
		st = compress_body(w, options, i, &body[i], packed, &chunk->dict_index);
		shrunk[i].len = packed->len - shrunk[i].offset;
	}
	if (options->codec != PQ_UNCOMPRESSED && packed->len < w->raw.len - w->raw.len / 20) {
		chunk->codec = options->codec;
		memcpy(body, shrunk, count * sizeof(*body));
	} else {
		buf_clear(&chunk->dict_index);
	}
	free(shrunk);
	return st;
}

static size_t
rows_of_page(const struct pq_chunk *chunk, size_t page)
{
	uint64_t end = page + 1 < chunk->pages ? chunk->page[page + 1].first_row : chunk->rows;

	return (size_t)(end - chunk->page[page].first_row);
}

/* Appends headers and bodies to the chunk; body[0] is the dictionary's if there is one. */
static enum flow_status
assemble(const struct work *w, const struct body *raw, const struct body *body,
    const uint8_t *bytes, struct pq_chunk *chunk)
{
	struct buf *out = &chunk->bytes;
	size_t i, d = chunk->has_dictionary ? 1 : 0;

	if (!buf_reserve(out, w->raw.len + (chunk->pages + 1) * HEADER_BYTES))
		return FLOW_ENOMEM;
	if (d != 0) {
		append_dictionary_page(out, w, work_entries(w), raw[0].len,
		    bytes + body[0].offset, body[0].len);
		chunk->uncompressed_bytes += out->len - body[0].len + raw[0].len;
		chunk->dictionary_bytes = raw[0].len;
	}
	chunk->data_offset = out->len;
	for (i = 0; i < chunk->pages; i++) {
		size_t start = out->len;

		append_data_page(out, w->encoding, rows_of_page(chunk, i), raw[i + d].len,
		    bytes + body[i + d].offset, body[i + d].len);
		chunk->page[i].offset = start;
		chunk->page[i].bytes = (uint32_t)(out->len - start);
		chunk->uncompressed_bytes += out->len - start - body[i + d].len + raw[i + d].len;
	}
	return buf_status(out);
}

/*
 * Makes the Bloom filter from the dictionary page, where entries are contiguous; the texts themselves are
 * scattered in memory.  A column without a dictionary gets no filter.
 */
static enum flow_status
fill_bloom(const struct work *w, struct buf *bloom)
{
	size_t entries = w->encoding == ENCODING_RLE_DICTIONARY ? work_entries(w) : 0,
	    bytes = bloom_bytes(entries), at = 0;

	if (!w->column->bloom || entries == 0)
		return FLOW_OK;
	if (!buf_reserve(bloom, bytes))
		return FLOW_ENOMEM;
	memset(bloom->data, 0, bytes);
	bloom->len = bytes;
	for (size_t i = 0; i < entries; i++) {
		size_t head = w->texts != NULL ? 4 : 0;
		size_t len = head > 0 ? load_le32(w->raw.data + at) : work_value_bytes(w);

		bloom_insert(bloom->data, bytes, bloom_hash(w->raw.data + at + head, len));
		at += head + len;
	}
	return FLOW_OK;
}

static enum flow_status
build(struct work *w, const struct pq_encode_options *options, struct pq_chunk *chunk,
    struct body *raw)
{
	size_t d = w->encoding == ENCODING_RLE_DICTIONARY ? 1 : 0;
	struct buf packed = BUF_INIT;
	struct body *body;
	enum flow_status st;

	chunk->rows = w->in->rows;
	chunk->has_dictionary = d != 0;
	chunk->encoding = w->encoding;
	stats_init(&chunk->stats, 0);
	if (d != 0) {
		work_append_dictionary(w, &w->raw);
		raw[0] = (struct body){ 0, w->raw.len };
	}
	st = encode_pages(w, chunk, raw + d);
	body = malloc((chunk->pages + 1) * sizeof(*body));
	if (st != FLOW_OK || body == NULL) {
		free(body);
		return FLOW_ENOMEM;
	}
	memcpy(body, raw, (chunk->pages + d) * sizeof(*body));
	st = compress_bodies(w, options, body, chunk->pages + d, &packed, chunk);
	if (st == FLOW_OK)
		st = assemble(w, raw, body,
		    chunk->codec == PQ_UNCOMPRESSED ? w->raw.data : packed.data, chunk);
	if (st == FLOW_OK)
		st = fill_bloom(w, &chunk->bloom);
	buf_release(&packed);
	free(body);
	return st;
}

enum flow_status
pq_chunk_encode(const struct pq_column *column, const struct pq_values *values,
    const struct pq_encode_options *options, struct pq_chunk **chunk, struct flow_error *err)
{
	struct work w = { .column = column, .in = values, .number_dict = NUMBER_DICT_INIT,
		.raw = BUF_INIT };
	size_t pages = values->rows / PAGE_ROWS + 2;
	struct pq_chunk *c = calloc(1, sizeof(*c));
	struct body *raw = calloc(pages, sizeof(*raw));
	enum flow_status st = FLOW_ENOMEM;

	if (c != NULL)
		c->page = calloc(pages, sizeof(*c->page));
	if (c == NULL || raw == NULL || c->page == NULL)
		st = flow_fail_memory(err);
	else
		st = prepare(&w, options, err);
	if (st == FLOW_OK && column->required && w.count < values->rows)
		st = flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "%s: nulls in a required column",
		    column->name);
	if (st == FLOW_OK) {
		st = build(&w, options, c, raw);
		if (st != FLOW_OK)
			st = st == FLOW_ENOMEM ? flow_fail_memory(err) : flow_fail(err, st,
			    FLOW_NO_OFFSET, "%s: %s", column->name, flow_status_text(st));
	}
	work_release(&w);
	free(raw);
	if (st != FLOW_OK) {
		pq_chunk_free(c);
		return st;
	}
	*chunk = c;
	return FLOW_OK;
}

void
pq_chunk_free(struct pq_chunk *chunk)
{
	if (chunk == NULL)
		return;
	buf_release(&chunk->bytes);
	buf_release(&chunk->dict_index);
	buf_release(&chunk->bloom);
	free(chunk->page);
	free(chunk);
}

size_t
pq_chunk_bytes(const struct pq_chunk *chunk)
{
	return chunk->dict_index.len + chunk->bytes.len;
}
