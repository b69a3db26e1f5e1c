/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/meta/page_index.h"

#include <inttypes.h>
#include <stdlib.h>

#include "parquet/meta/chunk_bounds.h"
#include "parquet/meta/thrift.h"

/* A larger index of a chunk is refused. */
#define INDEX_BYTES_MAX ((int64_t)64 << 20)

struct pq_pages {
	const struct pq_column *column;
	uint64_t rows;
	struct page_places places;
	struct page_range *range;	/* one for each page */
	int order;		/* enum page_order, or something newer */
	uint8_t *bytes;		/* of the column index; texts point into it */
};

/* Reads the bytes of an index; *bytes is freed by the caller. */
static enum flow_status
load(const struct pq_file *file, const struct file_place *place, uint8_t **bytes,
    struct flow_error *err)
{
	enum flow_status st;

	*bytes = NULL;
	if (place->offset < 0 || place->bytes > INDEX_BYTES_MAX)
		return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET, "a page index outside the file");
	*bytes = malloc((size_t)place->bytes);
	if (*bytes == NULL)
		return flow_fail_memory(err);
	st = file_read_at(file, (uint64_t)place->offset, (size_t)place->bytes, *bytes, err);
	if (st != FLOW_OK) {
		free(*bytes);
		*bytes = NULL;
	}
	return st;
}

static enum flow_status
malformed(const struct file_place *place, struct flow_error *err)
{
	return flow_fail(err, FLOW_EFORMAT, place->offset, "a malformed page index");
}

static void
read_place(struct thrift_reader *t, struct page_place *place)
{
	struct thrift_field f;

	*place = (struct page_place){ 0 };
	thrift_struct(t);
	while (thrift_field(t, &f)) {
		if (f.id == 1)
			place->offset = (uint64_t)thrift_read_int(t, &f);
		else if (f.id == 2)
			place->bytes = (uint64_t)thrift_read_int(t, &f);
		else if (f.id == 3)
			place->first_row = (uint64_t)thrift_read_int(t, &f);
		else
			thrift_skip(t, &f);
	}
}

static bool
reserve(struct page_places *places, size_t count)
{
	struct page_place *more;

	if (count <= places->cap)
		return true;
	more = realloc(places->place, count * sizeof(*more));
	if (more == NULL)
		return false;
	places->place = more;
	places->cap = count;
	return true;
}

/* Pages follow each other within the chunk, and each has a row. */
static bool
are_in_order(const struct page_places *places, const struct file_chunk *chunk, uint64_t rows)
{
	uint64_t at = chunk->begin, end = chunk->begin + (uint64_t)chunk->bytes;
	size_t i;

	for (i = 0; i < places->count; i++) {
		const struct page_place *p = &places->place[i];

		if (p->offset < at || p->offset > end || p->bytes > end - p->offset)
			return false;
		if (i == 0 ? p->first_row != 0 : p->first_row <= places->place[i - 1].first_row)
			return false;
		at = p->offset + p->bytes;
	}
	return places->count == 0 || places->place[places->count - 1].first_row < rows;
}

enum flow_status
page_places_read(struct page_places *places, const struct pq_file *file,
    const struct file_chunk *chunk, uint64_t rows, struct flow_error *err)
{
	struct thrift_reader t = { .depth = 0 };
	enum flow_status st;
	struct thrift_field f;
	uint8_t *bytes;
	size_t i;

	places->count = 0;
	if (chunk->offset_index.offset <= 0 || chunk->offset_index.bytes <= 0)
		return FLOW_OK;
	st = load(file, &chunk->offset_index, &bytes, err);
	if (st != FLOW_OK)
		return st;
	t.in = cursor_make(bytes, (size_t)chunk->offset_index.bytes);
	thrift_struct(&t);
	while (st == FLOW_OK && thrift_field(&t, &f)) {
		if (f.id != 1 || places->count > 0) {
			thrift_skip(&t, &f);
			continue;
		}
		places->count = thrift_read_list(&t, &f, THRIFT_STRUCT);
		if (!reserve(places, places->count)) {
			places->count = 0;
			st = flow_fail_memory(err);
		}
		for (i = 0; i < places->count; i++)
			read_place(&t, &places->place[i]);
	}
	if (st == FLOW_OK && (cursor_failed(&t.in) || !are_in_order(places, chunk, rows))) {
		places->count = 0;
		st = malformed(&chunk->offset_index, err);
	}
	free(bytes);
	return st;
}

void
page_places_release(struct page_places *places)
{
	free(places->place);
	*places = (struct page_places){ .count = 0 };
}

/* Reads one list of the column index, which has one element for each page. */
static bool
read_list(struct thrift_reader *t, const struct thrift_field *f, struct pq_pages *pages)
{
	static const enum thrift_type element[] = { THRIFT_STOP, THRIFT_TRUE, THRIFT_BINARY,
		THRIFT_BINARY, THRIFT_STOP, THRIFT_I64 };
	size_t i;

	if (thrift_read_list(t, f, element[f->id]) != pages->places.count)
		return false;
	for (i = 0; i < pages->places.count; i++) {
		struct page_range *r = &pages->range[i];

		if (f->id == 1)
			r->null = thrift_read_element_bool(t);
		else if (f->id == 2)
			r->min = thrift_read_element_binary(t, &r->min_len);
		else if (f->id == 3)
			r->max = thrift_read_element_binary(t, &r->max_len);
		else
			r->nulls = thrift_read_element_int(t);
	}
	return true;
}

static bool
read_ranges(struct thrift_reader *t, struct pq_pages *pages)
{
	struct thrift_field f;
	unsigned seen = 0;

	thrift_struct(t);
	while (thrift_field(t, &f)) {
		if ((f.id >= 1 && f.id <= 3) || f.id == 5) {
			seen |= 1U << f.id;
			if (!read_list(t, &f, pages))
				return false;
		} else if (f.id == 4) {
			pages->order = (int)thrift_read_int(t, &f);
		} else {
			thrift_skip(t, &f);
		}
	}
	/* Null pages, minima and maxima are required. */
	return !cursor_failed(&t->in) && (seen & 0xe) == 0xe;
}

static enum flow_status
read_column_index(struct pq_pages *pages, const struct pq_file *file,
    const struct file_chunk *chunk, struct flow_error *err)
{
	struct thrift_reader t = { .depth = 0 };
	enum flow_status st = load(file, &chunk->column_index, &pages->bytes, err);
	size_t i;

	if (st != FLOW_OK)
		return st;
	pages->range = calloc(pages->places.count, sizeof(*pages->range));
	if (pages->range == NULL)
		return flow_fail_memory(err);
	for (i = 0; i < pages->places.count; i++)
		pages->range[i].nulls = -1;
	t.in = cursor_make(pages->bytes, (size_t)chunk->column_index.bytes);
	return read_ranges(&t, pages) ? FLOW_OK : malformed(&chunk->column_index, err);
}

enum flow_status
pq_pages_read(const struct pq_file *file, size_t group, size_t column, struct pq_pages **pages,
    struct flow_error *err)
{
	const struct file_chunk *chunk = &file->group[group].chunk[column];
	struct pq_pages *p;
	enum flow_status st;

	*pages = NULL;
	if (chunk->column_index.offset <= 0 || chunk->column_index.bytes <= 0)
		return FLOW_OK;
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return flow_fail_memory(err);
	p->column = &file->column[column].column;
	p->rows = file->group[group].rows;
	st = page_places_read(&p->places, file, chunk, p->rows, err);
	if (st == FLOW_OK && p->places.count > 0)
		st = read_column_index(p, file, chunk, err);
	if (st != FLOW_OK || p->places.count == 0) {
		pq_pages_free(p);
		return st;
	}
	*pages = p;
	return FLOW_OK;
}

void
pq_pages_free(struct pq_pages *pages)
{
	if (pages == NULL)
		return;
	page_places_release(&pages->places);
	free(pages->range);
	free(pages->bytes);
	free(pages);
}

size_t
pq_pages_count(const struct pq_pages *pages)
{
	return pages->places.count;
}

void
pq_pages_rows(const struct pq_pages *pages, size_t i, uint64_t *first, uint64_t *end)
{
	*first = pages->places.place[i].first_row;
	*end = page_places_end(&pages->places, i, pages->rows);
}

void
pq_pages_bounds(const struct pq_pages *pages, size_t i, struct pq_bounds *bounds)
{
	const struct page_range *r = &pages->range[i];
	uint64_t first, end;

	pq_pages_rows(pages, i, &first, &end);
	if (r->null) {
		*bounds = (struct pq_bounds){ .has_null_count = true, .null_count = end - first };
		return;
	}
	bounds_read(pages->column, r->min, r->min_len, r->max, r->max_len, bounds);
	bounds_nulls(pages->column, r->nulls, end - first, bounds);
}

const struct page_range *
page_index_range(const struct pq_pages *pages, size_t i)
{
	return &pages->range[i];
}

int
page_index_order(const struct pq_pages *pages)
{
	return pages->order;
}
