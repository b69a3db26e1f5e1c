/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/chunk_copy.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "parquet/chunk.h"
#include "parquet/crc.h"
#include "parquet/dict/dict_index.h"
#include "parquet/file_inner.h"
#include "parquet/meta/page_header.h"
#include "parquet/meta/page_index.h"

/* A chunk that is being copied. */
struct copy {
	const struct pq_file *file;
	const struct file_chunk *from;
	struct pq_chunk *to;
	struct dict_index index;
	size_t pages_cap;
	uint64_t rows;		/* in the pages so far */
};

static enum flow_status
other_writer(const struct copy *c, const char *what, struct flow_error *err)
{
	return flow_fail(err, FLOW_EUNSUPPORTED, (int64_t)c->from->begin, "%s", what);
}

/* Appends bytes of the file to an empty buffer. */
static enum flow_status
read_bytes(const struct copy *c, uint64_t offset, uint64_t len, struct buf *out, struct flow_error *err)
{
	enum flow_status st;

	if (!buf_reserve(out, (size_t)len + 1))
		return flow_fail_memory(err);
	st = file_read_at(c->file, offset, (size_t)len, out->data, err);
	if (st == FLOW_OK)
		out->len = (size_t)len;
	return st;
}

/* Copies the index of the dictionary's pieces, and checks its checksum. */
static enum flow_status
copy_index(struct copy *c, struct flow_error *err)
{
	uint64_t len = c->from->dict_index_bytes;
	enum flow_status st;

	if (len == 0)
		return FLOW_OK;
	st = read_bytes(c, c->from->begin - len, len, &c->to->dict_index, err);
	if (st == FLOW_OK)
		st = dict_index_take(&c->index, c->to->dict_index.data, (size_t)len, err);
	if (st == FLOW_OK && c->index.texts.len == 0)
		st = other_writer(c, "no index where the chunk's metadata has it", err);
	return st;
}

static enum flow_status
take_dictionary(struct copy *c, const struct page_header *h, struct flow_error *err)
{
	enum flow_status st;

	if (c->to->has_dictionary || c->to->pages > 0)
		return other_writer(c, "a dictionary behind other pages", err);
	c->to->has_dictionary = true;
	c->to->dictionary_bytes = h->raw_bytes;
	if (c->to->dict_index.len == 0)
		return FLOW_OK;
	st = dict_index_read(&c->index, c->to->codec, h, err);
	return st == FLOW_OK && c->index.count == 0 ? other_writer(c, "no pieces in an index", err) : st;
}

/* Adds a page, at [begin, end) in the chunk. */
static enum flow_status
take_data(struct copy *c, const struct page_header *h, size_t begin, size_t end, struct flow_error *err)
{
	struct pq_chunk *to = c->to;

	if (to->pages == 0) {
		to->data_offset = begin;
		to->encoding = h->encoding;
	}
	if (h->encoding != to->encoding || (to->encoding == ENCODING_RLE_DICTIONARY) != to->has_dictionary ||
	    h->level_encoding != ENCODING_RLE || h->values == 0 || h->values > to->rows - c->rows)
		return other_writer(c, "pages of several kinds", err);
	if (!VEC_RESERVE(to->page, c->pages_cap, to->pages + 1))
		return flow_fail_memory(err);
	to->page[to->pages++] = (struct chunk_page){ .offset = begin, .bytes = (uint32_t)(end - begin),
		.first_row = c->rows };
	c->rows += h->values;
	return FLOW_OK;
}

/* Copies the page at the cursor. */
static enum flow_status
take_page(struct copy *c, struct cursor *in, struct flow_error *err)
{
	size_t begin = cursor_offset(in), head;
	struct page_header h;
	const uint8_t *body;

	if (!page_header_read(in, &h) || cursor_left(in) < h.bytes)
		return flow_fail(err, FLOW_EFORMAT, (int64_t)(c->from->begin + begin), "a malformed page header");
	head = cursor_offset(in) - begin;
	body = cursor_bytes(in, h.bytes);
	if (!h.has_crc || h.extension_bytes > 0 || (h.type != PAGE_DATA && h.type != PAGE_DICTIONARY))
		return other_writer(c, "a page of another kind", err);
	if (crc_page(body, h.bytes) != h.crc)
		return flow_fail(err, FLOW_ECORRUPT, (int64_t)(c->from->begin + begin),
		    "the page's checksum (CRC-32) is wrong: the file is damaged");
	c->to->uncompressed_bytes += head + h.raw_bytes;
	return h.type == PAGE_DICTIONARY ? take_dictionary(c, &h, err) :
	    take_data(c, &h, begin, cursor_offset(in), err);
}

static enum flow_status
copy_pages(struct copy *c, struct flow_error *err)
{
	enum flow_status st = read_bytes(c, c->from->begin, (uint64_t)c->from->bytes, &c->to->bytes, err);
	struct cursor in;

	if (st != FLOW_OK)
		return st;
	in = cursor_make(c->to->bytes.data, c->to->bytes.len);
	while (st == FLOW_OK && cursor_left(&in) > 0)
		st = take_page(c, &in, err);
	if (st == FLOW_OK && c->to->dict_index.len > 0 && !c->to->has_dictionary)
		return other_writer(c, "an index of no dictionary", err);
	if (st == FLOW_OK && c->rows != c->to->rows)
		st = flow_fail(err, FLOW_EFORMAT, (int64_t)c->from->begin, "pages end before the rows do");
	return st;
}

/* Copies bounds and null count; false if they are longer than CHUNK_STAT_BYTES. */
static bool
take_stats(struct chunk_stats *to, const char *min, size_t min_len, const char *max, size_t max_len,
    int64_t nulls)
{
	if (nulls < 0 || min_len > CHUNK_STAT_BYTES || max_len > CHUNK_STAT_BYTES)
		return false;
	to->null_count = (uint64_t)nulls;
	to->has_bounds = min != NULL && max != NULL;
	if (!to->has_bounds)
		return true;
	memcpy(to->min, min, min_len);
	memcpy(to->max, max, max_len);
	to->min_len = (uint8_t)min_len;
	to->max_len = (uint8_t)max_len;
	return true;
}

/* Copies the column index, whose pages have to be those that were found. */
static bool
take_ranges(struct pq_chunk *to, const struct pq_pages *pages)
{
	if (pq_pages_count(pages) != to->pages)
		return false;
	for (size_t i = 0; i < to->pages; i++) {
		const struct page_range *r = page_index_range(pages, i);
		uint64_t first, end;

		pq_pages_rows(pages, i, &first, &end);
		if (first != to->page[i].first_row ||
		    !take_stats(&to->page[i].stats, r->null ? NULL : r->min, r->min_len,
		    r->null ? NULL : r->max, r->max_len, r->nulls))
			return false;
	}
	return true;
}

static enum flow_status
copy_statistics(struct copy *c, size_t group, size_t column, struct flow_error *err)
{
	const struct file_stats *s = &c->from->stats;
	struct pq_pages *pages = NULL;
	enum flow_status st;

	if (!take_stats(&c->to->stats, s->min, s->min_len, s->max, s->max_len, s->null_count))
		return other_writer(c, "no statistics", err);
	st = pq_pages_read(c->file, group, column, &pages, err);
	if (st != FLOW_OK)
		return st;
	if (pages == NULL)
		c->to->stats.unbounded = true;	/* a bound was too long */
	else if (!take_ranges(c->to, pages))
		st = other_writer(c, "another page index", err);
	pq_pages_free(pages);
	return st;
}

static enum flow_status
copy_bloom(struct copy *c, size_t group, size_t column, struct flow_error *err)
{
	struct pq_bloom *bloom;
	enum flow_status st = pq_bloom_read(c->file, group, column, &bloom, err);

	if (st == FLOW_OK && bloom != NULL) {
		size_t bytes;
		const uint8_t *bits = pq_bloom_bits(bloom, &bytes);

		buf_append(&c->to->bloom, bits, bytes);
		if (c->to->bloom.failed)
			st = flow_fail_memory(err);
		pq_bloom_free(bloom);
	}
	return st;
}

static enum flow_status
copy_chunk(struct copy *c, size_t group, size_t column, struct flow_error *err)
{
	enum flow_status st;

	c->to->codec = (enum pq_codec)c->from->codec;
	c->to->rows = c->file->group[group].rows;
	st = copy_index(c, err);
	if (st == FLOW_OK)
		st = copy_pages(c, err);
	if (st == FLOW_OK)
		st = copy_statistics(c, group, column, err);
	if (st == FLOW_OK)
		st = copy_bloom(c, group, column, err);
	return st;
}

enum flow_status
pq_chunk_copy(const struct pq_file *file, size_t group, size_t column, struct pq_chunk **chunk,
    struct flow_error *err)
{
	struct copy c = { .file = file, .from = &file->group[group].chunk[column],
		.to = calloc(1, sizeof(*c.to)) };
	enum flow_status st = c.to != NULL ? copy_chunk(&c, group, column, err) : flow_fail_memory(err);

	dict_index_release(&c.index);
	if (st == FLOW_OK)
		*chunk = c.to;
	else
		pq_chunk_free(c.to);
	return st;
}

enum pq_codec
pq_chunk_codec(const struct pq_chunk *chunk)
{
	return chunk->codec;
}
