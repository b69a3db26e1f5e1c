/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks page indexes and the promises of page headers against the pages; part of file_read.h. */
#include <inttypes.h>

#include "parquet/encoding/bitpack.h"
#include "parquet/dict/dict_pieces.h"
#include "parquet/meta/page_index.h"
#include "parquet/page_source.h"
#include "parquet/encoding/texts.h"

/* Entries must ascend: in a dictionary that claims to be sorted, a search stops behind its text. */
static enum flow_status
check_ascent(const struct texts *t, bool distinct, int64_t offset, struct flow_error *err)
{
	uint32_t i;

	for (i = 1; i < t->count; i++) {
		int order = text_compare(&t->text[i - 1], &t->text[i]);

		if (order > 0 || (order == 0 && distinct))
			return flow_fail(err, FLOW_ECORRUPT, offset, "entry %u of the dictionary, which is said"
			    " to be sorted, is %s the one before", i, order > 0 ? "below" : "equal to");
	}
	return FLOW_OK;
}

/* Checks each piece: an entry is looked for in one of them only. */
static enum flow_status
check_pieces(struct dict_pieces *d, const struct page_source *source, uint64_t at,
    const struct page_header *h, const uint8_t *bytes, struct flow_error *err)
{
	struct buf room = BUF_INIT;
	enum flow_status st;

	st = buf_reserve(&room, (size_t)h->raw_bytes + BITPACK_SLACK) ?
	    dict_pieces_open(d, source->file, (enum pq_codec)source->chunk->codec, at, h, room.data, err) :
	    flow_fail_memory(err);
	if (st == FLOW_OK)
		st = dict_pieces_verify(d, bytes, err);
	buf_release(&room);
	return st;
}

static enum flow_status
check_dictionary(struct page_source *source, const struct page_header *h, const uint8_t *body,
    struct dict_pieces *d, struct flow_error *err)
{
	uint64_t at = (uint64_t)page_source_offset(source) - h->bytes;
	struct texts t = { .count = 0 };
	struct buf *room = texts_block(&t);
	enum flow_status st;
	struct cursor in;

	st = room != NULL ? page_source_unpack(source, h, body, room, true, &in, err) :
	    flow_fail_memory(err);
	if (st == FLOW_OK)
		st = texts_add_plain(&t, in, h->values, err);
	if (st == FLOW_OK)
		st = check_ascent(&t, d->index.count > 0, (int64_t)at, err);
	if (st == FLOW_OK && d->index.count > 0)
		st = check_pieces(d, source, at, h, in.pos, err);
	texts_release(&t);
	return st;
}

/* Reads the index of the dictionary's pieces, which must exist if the metadata says so. */
static enum flow_status
take_index(struct page_source *source, struct dict_pieces *d, struct flow_error *err)
{
	uint64_t len = source->chunk->dict_index_bytes;
	const uint8_t *bytes;
	enum flow_status st;

	if (len == 0)
		return FLOW_OK;
	st = page_source_before(source, len, &bytes, err);
	if (st == FLOW_OK)
		st = dict_index_take(&d->index, bytes, (size_t)len, err);
	if (st == FLOW_OK && d->index.texts.len == 0)
		st = flow_fail(err, FLOW_ECORRUPT, (int64_t)(source->chunk->begin - len),
		    "there is no index of the dictionary's pieces where the chunk's metadata has it");
	return st;
}

/* Takes a page's header, the index of its pieces if it has one, and its body. */
static enum flow_status
take_page(struct page_source *source, struct page_header *h, const uint8_t **body,
    struct dict_pieces *d, struct flow_error *err)
{
	enum flow_status st = page_source_header(source, h, err);

	d->index.count = 0;
	if (st == FLOW_OK && h->type == PAGE_DICTIONARY && dict_index_knows(source->chunk->codec))
		st = dict_index_read(&d->index, (enum pq_codec)source->chunk->codec, h, err);
	return st == FLOW_OK ? page_source_body(source, h, body, err) : st;
}

/* Whether data page i is where the offset index, if there is one, says. */
static bool
is_placed(const struct page_places *places, size_t i, uint64_t begin, uint64_t bytes, uint64_t row)
{
	if (places->count == 0)
		return true;
	return i < places->count && places->place[i].offset == begin &&
	    places->place[i].bytes == bytes && places->place[i].first_row == row;
}

/* Takes all pages of the chunk; each data page has to be where the index has the next one. */
static enum flow_status
check_pages(const struct page_places *places, struct page_source *source, uint64_t rows,
    bool texts, struct flow_error *err)
{
	struct dict_pieces pieces = { .parts = 0 };
	enum flow_status st = take_index(source, &pieces, err);
	struct page_header h;
	const uint8_t *body;
	uint64_t row = 0;
	size_t i = 0;

	while (st == FLOW_OK && row < rows) {
		uint64_t begin = (uint64_t)page_source_offset(source), bytes;

		st = take_page(source, &h, &body, &pieces, err);
		if (st == FLOW_OK && texts && h.type == PAGE_DICTIONARY &&
		    (h.is_sorted || pieces.index.count > 0))
			st = check_dictionary(source, &h, body, &pieces, err);
		if (st != FLOW_OK || (h.type != PAGE_DATA && h.type != PAGE_DATA_V2))
			continue;
		bytes = (uint64_t)page_source_offset(source) - begin;
		if (!is_placed(places, i, begin, bytes, row))
			st = flow_fail(err, FLOW_ECORRUPT, (int64_t)begin, "page %zu, of %" PRIu64
			    " bytes from row %" PRIu64 ", is not where the offset index has it", i, bytes, row);
		row += h.values;
		i++;
	}
	dict_pieces_release(&pieces);
	if (st == FLOW_OK && places->count > 0 && i != places->count)
		st = flow_fail(err, FLOW_ECORRUPT, FLOW_NO_OFFSET,
		    "the offset index has %zu pages, the chunk %zu", places->count, i);
	return st;
}

static int
compare_numbers(const struct pq_column *column, int64_t a, int64_t b)
{
	if (column->logical == PQ_UINT_64)
		return ((uint64_t)a > (uint64_t)b) - ((uint64_t)a < (uint64_t)b);
	return (a > b) - (a < b);
}

/* Whether page b may follow page a. */
static bool
follows(const struct pq_column *column, bool ascends, const struct pq_bounds *a,
    const struct pq_bounds *b)
{
	const struct pq_bounds *low = ascends ? a : b, *high = ascends ? b : a;

	if (column->physical == PQ_BYTE_ARRAY)
		return text_compare(&low->min_text, &high->min_text) <= 0 &&
		    text_compare(&low->max_text, &high->max_text) <= 0;
	return compare_numbers(column, low->min, high->min) <= 0 &&
	    compare_numbers(column, low->max, high->max) <= 0;
}

/* Checks the order of pages that the index claims: other readers use binary search then. */
static enum flow_status
check_order(const struct pq_pages *pages, const struct pq_column *column, struct flow_error *err)
{
	int order = page_index_order(pages);
	struct pq_bounds last = { .has_bounds = false }, b;
	size_t i;

	if (order != PAGE_ORDER_ASCENDING && order != PAGE_ORDER_DESCENDING)
		return FLOW_OK;
	for (i = 0; i < pq_pages_count(pages); i++) {
		pq_pages_bounds(pages, i, &b);
		if (!b.has_bounds)
			continue;	/* only nulls */
		if (last.has_bounds && !follows(column, order == PAGE_ORDER_ASCENDING, &last, &b))
			return flow_fail(err, FLOW_ECORRUPT, FLOW_NO_OFFSET,
			    "page %zu is not in the order that the column index tells", i);
		last = b;
	}
	return FLOW_OK;
}

enum flow_status
pq_pages_verify(const struct pq_file *file, size_t group, size_t column, struct flow_error *err)
{
	const struct file_chunk *chunk = &file->group[group].chunk[column];
	uint64_t rows = file->group[group].rows;
	struct page_source source = { .file = NULL };
	struct page_places places = { .count = 0 };
	struct pq_pages *pages = NULL;
	enum flow_status st = page_places_read(&places, file, chunk, rows, err);

	if (st == FLOW_OK) {
		page_source_open(&source, file, chunk);
		st = check_pages(&places, &source, rows,
		    file->column[column].column.physical == PQ_BYTE_ARRAY, err);
		page_source_release(&source);
	}
	if (st == FLOW_OK)
		st = pq_pages_read(file, group, column, &pages, err);
	if (st == FLOW_OK && pages != NULL)
		st = check_order(pages, &file->column[column].column, err);
	pq_pages_free(pages);
	page_places_release(&places);
	return st;
}
