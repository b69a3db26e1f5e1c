/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/chunk_write.h"

#include <stdlib.h>
#include <string.h>

#include "base/bitmap.h"
#include "base/bytes.h"
#include "parquet/encoding/bitpack.h"
#include "parquet/meta/bloom.h"
#include "parquet/chunk.h"
#include "parquet/codec/codec.h"
#include "parquet/crc.h"
#include "parquet/encoding/delta.h"
#include "parquet/dict/dict_pack.h"
#include "parquet/dict/number_dict.h"
#include "parquet/meta/page_header.h"
#include "parquet/encoding/rle.h"
#include "parquet/meta/stats.h"
#include "parquet/dict/text_sort.h"

/* Pages hold a multiple of this many rows, and about so many bytes at least. */
#define PAGE_ROWS ((size_t)8192)
#define PAGE_BYTES ((size_t)8 << 10)

/* A page header, at most. */
#define HEADER_BYTES 64

/* The values that are there, nulls squeezed out, and how they will be encoded. */
struct work {
	const struct pq_column *column;
	const struct pq_values *in;
	size_t count;			/* values that are not null */
	const uint64_t *numbers;
	uint64_t *numbers_owned;
	uint32_t *codes;		/* into the dictionary; owned */
	struct number_dict number_dict;
	struct flow_text *texts;	/* dictionary of a text column; owned */
	uint32_t text_count;
	int encoding;
	unsigned width;			/* of codes */
	struct buf raw;			/* bodies of all pages, uncompressed */
	struct codec_state codec;
};

/* One page's body within work.raw, or compressed. */
struct body {
	size_t offset, len;
};

static void
work_release(struct work *w)
{
	free(w->numbers_owned);
	free(w->codes);
	free(w->texts);
	number_dict_release(&w->number_dict);
	buf_release(&w->raw);
	codec_state_release(&w->codec);
}

static unsigned
physical_bytes(const struct pq_column *c)
{
	return c->physical == PQ_INT32 ? 4 : 8;
}

#define WIDEN(type)                                                     \
	do {                                                            \
		const type *from = in->numbers;                         \
		for (i = 0; i < in->rows; i++) {                        \
			to[n] = from[i];                                \
			n += in->valid == NULL || bitmap_get(in->valid, i); \
		}                                                       \
	} while (0)

/* Numbers without nulls, as 64 bits each. */
static enum flow_status
squeeze_numbers(struct work *w)
{
	const struct pq_values *in = w->in;
	uint64_t *to;
	size_t n = 0, i;

	if (in->width == 8 && in->valid == NULL) {
		w->numbers = in->numbers;
		w->count = in->rows;
		return FLOW_OK;
	}
	to = malloc((in->rows + 1) * sizeof(*to));
	if (to == NULL)
		return FLOW_ENOMEM;
	switch (in->width) {
	case 1:
		WIDEN(uint8_t);
		break;
	case 2:
		WIDEN(uint16_t);
		break;
	case 4:
		WIDEN(uint32_t);
		break;
	default:
		WIDEN(uint64_t);
		break;
	}
	w->numbers = w->numbers_owned = to;
	w->count = n;
	return FLOW_OK;
}

/*
 * Puts the dictionary into order, each text once: neighbours share their beginnings, which LZ4
 * sees, and bounds of a page are those of its codes.
 */
static enum flow_status
sort_texts(struct work *w)
{
	struct flow_text *sorted = malloc(((size_t)w->text_count + 1) * sizeof(*sorted));
	uint32_t *rank = malloc(((size_t)w->text_count + 1) * sizeof(*rank));
	uint32_t distinct;
	bool done = sorted != NULL && rank != NULL &&
	    text_rank(w->texts, w->text_count, rank, &distinct);
	size_t i;

	if (done) {
		for (i = 0; i < w->text_count; i++)
			sorted[rank[i]] = w->texts[i];
		for (i = 0; i < w->count; i++)
			w->codes[i] = rank[w->codes[i]];
		free(w->texts);
		w->texts = sorted;
		w->text_count = distinct;
		sorted = NULL;
	}
	free(sorted);
	free(rank);
	return done ? FLOW_OK : FLOW_ENOMEM;
}

/* Codes without nulls; texts that no row uses are dropped. */
static enum flow_status
squeeze_codes(struct work *w)
{
	const struct pq_values *in = w->in;
	uint32_t *remap = calloc((size_t)in->text_count + 1, sizeof(*remap));
	size_t i;

	w->codes = malloc((in->rows + 1) * sizeof(*w->codes));
	w->texts = malloc(((size_t)in->text_count + 1) * sizeof(*w->texts));
	if (remap == NULL || w->codes == NULL || w->texts == NULL) {
		free(remap);
		return FLOW_ENOMEM;
	}
	for (i = 0; i < in->rows; i++) {
		uint32_t code = in->codes[i];

		if (in->valid != NULL && !bitmap_get(in->valid, i))
			continue;
		if (remap[code] == 0) {
			w->texts[w->text_count++] = in->texts[code];
			remap[code] = w->text_count;
		}
		w->codes[w->count++] = remap[code] - 1;
	}
	free(remap);
	return sort_texts(w);
}

/*
 * Entries that a dictionary of `count` indexes may have to take less than `best` bytes: the
 * wider the indexes are, the less is left for the entries themselves.
 */
static size_t
most_entries(size_t count, unsigned bytes, size_t best)
{
	size_t most = 1;
	unsigned width;

	for (width = 1; width < 31 && count * width / 8 < best; width++) {
		size_t entries = (best - count * width / 8) * 3 / (2 * bytes);

		entries = entries < (size_t)1 << width ? entries : (size_t)1 << width;
		most = entries > most ? entries : most;
	}
	return most;
}

/*
 * fastparquet 2026.9 reads differences of more than 28 bits wrongly, whoever wrote them, and says nothing.
 * They are rare: flows of 256 MiB, times three days apart.
 */
#define DELTA_WIDTH_MAX 28

/* Whether differences take less than `plain` bytes, which they then take, and all engines read them. */
static bool
choose_delta(const struct work *w, size_t plain, size_t *best)
{
	unsigned bits = physical_bytes(w->column) * 8;
	size_t delta = delta_estimate(w->numbers, w->count, bits);

	if (delta >= plain || delta_width(w->numbers, w->count, bits) > DELTA_WIDTH_MAX)
		return false;
	*best = delta;
	return true;
}

/*
 * The smallest encoding.  LZ4 and GZIP make about two thirds of plain numbers and
 * of a dictionary of numbers, and hardly anything of packed codes and differences.
 */
static enum flow_status
choose_number_encoding(struct work *w, const struct pq_encode_options *options)
{
	unsigned bytes = physical_bytes(w->column);
	size_t plain = w->count * bytes, best;
	bool failed;

	if (options->codec != PQ_UNCOMPRESSED)
		plain = plain * 2 / 3;
	best = plain;
	w->encoding = choose_delta(w, plain, &best) ? ENCODING_DELTA_BINARY_PACKED : ENCODING_PLAIN;
	w->codes = malloc((w->count + 1) * sizeof(*w->codes));
	if (w->codes == NULL)
		return FLOW_ENOMEM;
	if (number_dict_build(&w->number_dict, w->numbers, w->count,
	    most_entries(w->count, bytes, best), w->codes, &failed))
		w->encoding = ENCODING_RLE_DICTIONARY;
	return failed ? FLOW_ENOMEM : FLOW_OK;
}

static enum flow_status
prepare(struct work *w, const struct pq_encode_options *options, struct flow_error *err)
{
	enum flow_status st;

	w->encoding = ENCODING_PLAIN;
	if (w->in->all_null || w->in->rows == 0)
		return FLOW_OK;
	if (w->column->physical == PQ_BYTE_ARRAY) {
		st = squeeze_codes(w);
		w->encoding = w->count > 0 ? ENCODING_RLE_DICTIONARY : ENCODING_PLAIN;
	} else {
		st = squeeze_numbers(w);
		if (st == FLOW_OK && w->count > 0)
			st = choose_number_encoding(w, options);
	}
	if (st != FLOW_OK)
		return flow_fail_memory(err);
	if (w->encoding == ENCODING_RLE_DICTIONARY) {
		size_t entries = w->texts != NULL ? w->text_count : w->number_dict.count;

		w->width = bitpack_width(entries - 1);
	}
	return FLOW_OK;
}

static void
append_plain(struct buf *out, const uint64_t *numbers, size_t n, unsigned bytes)
{
	size_t i;

	if (!buf_reserve(out, n * bytes))
		return;
	for (i = 0; i < n; i++) {
		if (bytes == 4)
			store_le32(buf_end(out) + i * 4, (uint32_t)numbers[i]);
		else
			store_le64(buf_end(out) + i * 8, numbers[i]);
	}
	out->len += n * bytes;
}

static void
append_dictionary(struct work *w)
{
	uint32_t i;

	if (w->texts == NULL) {
		append_plain(&w->raw, w->number_dict.value, w->number_dict.count,
		    physical_bytes(w->column));
		return;
	}
	for (i = 0; i < w->text_count; i++) {
		buf_append_le32(&w->raw, w->texts[i].len);
		buf_append(&w->raw, w->texts[i].p, w->texts[i].len);
	}
}

/* Definition levels of rows [from, to): a bit each, behind their length (data page V1). */
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

/* Values [from, to) of those that are not null. */
static void
append_values(struct work *w, size_t from, size_t to)
{
	if (w->encoding == ENCODING_RLE_DICTIONARY) {
		buf_append_u8(&w->raw, (uint8_t)w->width);
		rle_encode(w->codes + from, to - from, w->width, &w->raw);
	} else if (w->encoding == ENCODING_DELTA_BINARY_PACKED) {
		delta_encode(w->numbers + from, to - from, physical_bytes(w->column) * 8, &w->raw);
	} else if (to > from) {
		append_plain(&w->raw, w->numbers + from, to - from, physical_bytes(w->column));
	}
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

/* Rows of a page: what makes PAGE_BYTES of values, in steps of PAGE_ROWS times a power of two. */
static size_t
page_rows(const struct work *w)
{
	size_t rows = PAGE_ROWS, bits;

	if (w->count == 0)
		return w->in->rows;
	bits = w->encoding == ENCODING_RLE_DICTIONARY ? w->width :
	    w->encoding == ENCODING_PLAIN ? physical_bytes(w->column) * 8u :
	    delta_estimate(w->numbers, w->count, physical_bytes(w->column) * 8) * 8 / w->count;
	while (rows < w->in->rows && rows * bits / 8 < PAGE_BYTES)
		rows *= 2;
	return rows;
}

/* Encodes all data pages into w->raw; chunk->page gets their rows and statistics. */
static enum flow_status
encode_pages(struct work *w, struct pq_chunk *chunk, struct body *body)
{
	size_t rows = page_rows(w), row, value = 0;

	for (row = 0; row < w->in->rows; row += rows) {
		size_t end = w->in->rows - row < rows ? w->in->rows : row + rows, values = end - row;
		struct chunk_page *page = &chunk->page[chunk->pages];

		/* Pages begin at whole words of the bitmap. */
		if (w->in->all_null)
			values = 0;
		else if (w->in->valid != NULL)
			values = bitmap_count(w->in->valid + row / 64, values);
		body->offset = w->raw.len;
		append_levels(w, row, end, values);
		append_values(w, value, value + values);
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

/* Compresses body i of the chunk, a dictionary of texts in pieces. */
static enum flow_status
compress_body(struct work *w, const struct pq_encode_options *options, size_t i,
    const struct body *body, struct buf *packed, struct buf *dict_index)
{
	const uint8_t *raw = w->raw.data + body->offset;

	if (i == 0 && w->texts != NULL && w->encoding == ENCODING_RLE_DICTIONARY &&
	    options->codec == PQ_LZ4_RAW)
		return dict_pack(options->level, raw, body->len, w->text_count, packed, dict_index);
	return codec_compress(options->codec, options->level, &w->codec, raw, body->len, packed);
}

/* Compresses the bodies; keeps them as they are where it does not pay. */
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
dictionary_entries(const struct work *w)
{
	return w->texts != NULL ? w->text_count : w->number_dict.count;
}

static size_t
rows_of_page(const struct pq_chunk *chunk, size_t page)
{
	uint64_t end = page + 1 < chunk->pages ? chunk->page[page + 1].first_row : chunk->rows;

	return (size_t)(end - chunk->page[page].first_row);
}

/* Headers and bodies into the chunk; body[0] is the dictionary's where there is one. */
static enum flow_status
assemble(const struct work *w, const struct body *raw, const struct body *body,
    const uint8_t *bytes, struct pq_chunk *chunk)
{
	struct buf *out = &chunk->bytes;
	size_t i, d = chunk->has_dictionary ? 1 : 0;

	if (!buf_reserve(out, w->raw.len + (chunk->pages + 1) * HEADER_BYTES))
		return FLOW_ENOMEM;
	if (d != 0) {
		append_dictionary_page(out, w, dictionary_entries(w), raw[0].len,
		    bytes + body[0].offset, body[0].len);
		chunk->uncompressed_bytes += out->len - body[0].len + raw[0].len;
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
 * Takes the texts from the dictionary page, where they stand one behind the other; they
 * themselves are all over the memory.
 */
static enum flow_status
fill_bloom(const struct work *w, struct buf *bloom)
{
	size_t bytes = bloom_bytes(w->text_count), at = 0;
	uint32_t i;

	if (!w->column->bloom || w->text_count == 0)
		return FLOW_OK;
	if (!buf_reserve(bloom, bytes))
		return FLOW_ENOMEM;
	memset(bloom->data, 0, bytes);
	bloom->len = bytes;
	for (i = 0; i < w->text_count; i++) {
		uint32_t len = load_le32(w->raw.data + at);

		bloom_insert(bloom->data, bytes, bloom_hash(w->raw.data + at + 4, len));
		at += 4 + (size_t)len;
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
		append_dictionary(w);
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
