/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/group_read.h"

#include <stdlib.h>
#include <string.h>

#include "parquet/chunk_read.h"

struct column_reader {
	struct pq_chunk_reader *chunk;	/* made when first needed, then kept */
	bool is_open;			/* for this row group */
	uint64_t at;			/* the chunk's next row */
	void *values;			/* FLOW_BATCH_ROWS numbers or codes */
	struct flow_dict dict;
	uint64_t valid[BITMAP_WORDS(FLOW_BATCH_ROWS)];
};

struct group_reader {
	struct flow_fieldset early, late;
	struct flow_fieldset absent;	/* early ones that are not read for now */
	const uint64_t *keep;		/* batches to read; NULL: all */
	const struct source *source;	/* NULL: not open */
	size_t group;
	uint64_t rows, at;		/* of the group; of the batch in it */
	struct flow_batch batch;
	struct column_reader *column[FLOW_FIELD_COUNT];
};

struct group_reader *
group_reader_new(const struct flow_fieldset *early, const struct flow_fieldset *late)
{
	struct group_reader *r = calloc(1, sizeof(*r));

	if (r != NULL) {
		r->early = *early;
		r->late = *late;
	}
	return r;
}

void
group_reader_free(struct group_reader *r)
{
	unsigned f;

	if (r == NULL)
		return;
	for (f = 0; f < FLOW_FIELD_COUNT; f++) {
		if (r->column[f] == NULL)
			continue;
		pq_chunk_reader_free(r->column[f]->chunk);
		free(r->column[f]->values);
		free(r->column[f]);
	}
	free(r);
}

void
group_reader_begin(struct group_reader *r, const struct source *source, size_t group,
    const struct plan_part *part)
{
	unsigned f;

	r->source = source;
	r->group = group;
	r->rows = pq_file_group_rows(source->file, group);
	r->at = 0;
	r->absent = part != NULL ? part->absent : (struct flow_fieldset){ .words = { 0 } };
	r->keep = part != NULL ? part->keep : NULL;
	memset(&r->batch, 0, sizeof(r->batch));
	for (f = 0; f < FLOW_FIELD_COUNT; f++)
		if (r->column[f] != NULL)
			r->column[f]->is_open = false;
}

void
group_reader_end(struct group_reader *r)
{
	r->source = NULL;
}

bool
group_reader_is_open(const struct group_reader *r)
{
	return r->source != NULL;
}

static size_t
value_width(enum flow_field field)
{
	return flow_type_size(flow_field_info(field)->type);
}

static struct column_reader *
column_reader(struct group_reader *r, enum flow_field field)
{
	struct column_reader *c = r->column[field];

	if (c != NULL)
		return c;
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->chunk = pq_chunk_reader_new();
	/* Eight bytes hold a number of any type, and a code. */
	c->values = calloc(FLOW_BATCH_ROWS, sizeof(uint64_t));
	if (c->chunk == NULL || c->values == NULL) {
		pq_chunk_reader_free(c->chunk);
		free(c->values);
		free(c);
		return NULL;
	}
	r->column[field] = c;
	return c;
}

/* A column that the file lacks: absent, or where the profile says "always" its default. */
static enum flow_status
missing_column(struct group_reader *r, enum flow_field field, struct flow_error *err)
{
	struct flow_column *out = &r->batch.column[field];
	struct column_reader *c;
	size_t i;

	out->form = FLOW_FORM_NULL;
	if (!flow_field_info(field)->required || flow_type_is_text(flow_field_info(field)->type))
		return FLOW_OK;
	c = column_reader(r, field);
	if (c == NULL)
		return flow_fail_memory(err);
	memset(c->values, 0, r->batch.rows * value_width(field));
	for (i = 0; field == FLOW_FIELD_FLOWS && i < r->batch.rows; i++)
		((int64_t *)c->values)[i] = 1;
	*out = (struct flow_column){ .form = FLOW_FORM_FLAT, .values = c->values };
	return FLOW_OK;
}

static bool
is_early(const struct group_reader *r, enum flow_field field)
{
	return flow_fieldset_has(&r->early, field) && !flow_fieldset_has(&r->absent, field);
}

/* Opens the chunk if need be, and steps to the batch's first row. */
static enum flow_status
seek(struct group_reader *r, struct column_reader *c, enum flow_field field,
    struct flow_error *err)
{
	bool text = flow_type_is_text(flow_field_info(field)->type);
	enum flow_status st = FLOW_OK;

	if (!c->is_open) {
		st = pq_chunk_reader_open(c->chunk, r->source->file, r->group,
		    (size_t)r->source->map.column[field],
		    text ? 0 : (unsigned)value_width(field), err);
		/* Of a late column, and where batches are left out, not all pages are wanted. */
		if (st == FLOW_OK && (r->keep != NULL || !is_early(r, field)))
			st = pq_chunk_reader_by_page(c->chunk, err);
		c->is_open = st == FLOW_OK;
		c->at = 0;
		c->dict = (struct flow_dict){ .serial = flow_dict_serial() };
	}
	if (st == FLOW_OK && c->at < r->at) {
		st = pq_chunk_reader_skip(c->chunk, (size_t)(r->at - c->at), err);
		c->at = r->at;
	}
	return st;
}

static enum flow_status
take_texts(struct column_reader *c, struct flow_error *err)
{
	const struct flow_text *text;
	uint32_t count;
	enum flow_status st = pq_chunk_reader_texts(c->chunk, &text, &count, err);

	if (st == FLOW_OK && (count != c->dict.count || text != c->dict.text))
		c->dict = (struct flow_dict){ flow_dict_serial(), count, text };
	return st;
}

static enum flow_status
read_column(struct group_reader *r, struct column_reader *c, enum flow_field field,
    struct flow_error *err)
{
	bool text = flow_type_is_text(flow_field_info(field)->type), has_nulls;
	struct flow_column *out = &r->batch.column[field];
	enum flow_status st = seek(r, c, field, err);

	if (st == FLOW_OK)
		st = text ? pq_chunk_reader_codes(c->chunk, r->batch.rows, c->values, c->valid,
		    &has_nulls, err) : pq_chunk_reader_numbers(c->chunk, r->batch.rows, c->values,
		    c->valid, &has_nulls, err);
	if (st == FLOW_OK && text)
		st = take_texts(c, err);
	if (st != FLOW_OK)
		return st;
	c->at += r->batch.rows;
	*out = (struct flow_column){ .form = text ? FLOW_FORM_DICT : FLOW_FORM_FLAT,
		.valid = has_nulls ? c->valid : NULL };
	if (text) {
		out->codes = c->values;
		out->dict = &c->dict;
		/* Without entries there are no values either. */
		if (c->dict.count == 0)
			out->form = FLOW_FORM_NULL;
	} else {
		out->values = c->values;
	}
	return FLOW_OK;
}

/* Whether the row group has no value of the column, by its footer: most columns of most files. */
static bool
is_all_null(const struct group_reader *r, enum flow_field field)
{
	struct pq_bounds bounds;

	if (flow_field_info(field)->required)
		return false;
	pq_file_bounds(r->source->file, r->group, (size_t)r->source->map.column[field], &bounds);
	return bounds.has_null_count && bounds.null_count == r->rows;
}

static enum flow_status
load_column(struct group_reader *r, enum flow_field field, struct flow_error *err)
{
	struct column_reader *c;
	enum flow_status st;

	if (r->source->map.column[field] < 0 || is_all_null(r, field))
		return missing_column(r, field, err);
	c = column_reader(r, field);
	if (c == NULL)
		return flow_fail_memory(err);
	st = read_column(r, c, field, err);
	if (st != FLOW_OK)
		flow_error_prefix(err, flow_field_info(field)->name);
	return st;
}

enum flow_status
group_reader_next(struct group_reader *r, const struct flow_batch **batch, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;
	unsigned f;

	r->at += r->batch.rows;
	while (r->at < r->rows && r->keep != NULL &&
	    !bitmap_get(r->keep, (size_t)(r->at / FLOW_BATCH_ROWS)))
		r->at += FLOW_BATCH_ROWS;
	if (r->at >= r->rows) {
		group_reader_end(r);
		return FLOW_END;
	}
	r->batch.rows = r->rows - r->at < FLOW_BATCH_ROWS ? (size_t)(r->rows - r->at) : FLOW_BATCH_ROWS;
	for (f = 0; f < FLOW_FIELD_COUNT && st == FLOW_OK; f++) {
		if (is_early(r, (enum flow_field)f))
			st = load_column(r, (enum flow_field)f, err);
		else
			r->batch.column[f].form = FLOW_FORM_NULL;
	}
	if (st == FLOW_OK)
		*batch = &r->batch;
	return st;
}

enum flow_status
group_reader_late(struct group_reader *r, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;
	unsigned f;

	for (f = 0; f < FLOW_FIELD_COUNT && st == FLOW_OK; f++)
		if (flow_fieldset_has(&r->late, (enum flow_field)f) && !is_early(r, (enum flow_field)f))
			st = load_column(r, (enum flow_field)f, err);
	return st;
}
