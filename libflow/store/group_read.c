/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/group_read.h"

#include <stdlib.h>
#include <string.h>

#include "store/column_read.h"

struct group_reader {
	struct flow_fieldset early, late;
	struct flow_dict sought[FLOW_FIELD_STORED];	/* the host that is looked for; count 0: none */
	struct flow_fieldset absent;	/* early columns that are null until they are late */
	const uint64_t *keep;		/* batches to read; NULL: all */
	const struct source *source;	/* NULL: no group's columns are open */
	const struct plan_part *part;	/* of group_reader_begin */
	bool is_open;			/* between begin and end */
	size_t group;
	uint64_t rows, at;		/* rows of the group; first row of the batch */
	uint64_t from, end;		/* rows to read */
	struct flow_batch batch;
	struct column_reader *column[FLOW_FIELD_STORED];
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
	for (f = 0; f < FLOW_FIELD_STORED; f++)
		column_reader_free(r->column[f]);
	free(r);
}

/* A text for which other rows may be null gets a dictionary of its own. */
static void
seek_text(struct group_reader *r, const struct flow_bound *bound)
{
	if (bound->sole && bound->text_count == 1 &&
	    flow_field_info(bound->field)->type == FLOW_TYPE_ADDR)
		r->sought[bound->field] = (struct flow_dict){ flow_dict_serial(), 1, bound->text };
}

void
group_reader_seek(struct group_reader *r, const struct flow_bounds *bounds)
{
	size_t i, k;

	for (i = 0; bounds != NULL && i < bounds->count; i++)
		for (k = 0; k < bounds->clause[i].count; k++)
			seek_text(r, &bounds->clause[i].bound[k]);
}

void
group_reader_begin(struct group_reader *r, const struct source *source, size_t group,
    const struct plan_part *part)
{
	unsigned f;

	r->source = source;
	r->group = group;
	r->part = part;
	r->is_open = true;
	r->rows = pq_file_group_rows(source->file, group);
	r->at = r->from = 0;
	r->end = r->rows;
	r->absent = part != NULL ? part->absent : (struct flow_fieldset){ .words = { 0 } };
	r->keep = part != NULL ? part->keep : NULL;
	memset(&r->batch, 0, sizeof(r->batch));
	for (f = 0; f < FLOW_FIELD_STORED; f++)
		if (r->column[f] != NULL)
			column_reader_begin(r->column[f]);
}

void
group_reader_begin_rows(struct group_reader *r, const struct source *source, size_t group,
    const struct plan_part *part, uint64_t from, uint64_t end)
{
	bool goes_on = r->source == source && r->part == part && r->at + r->batch.rows <= from;

	if (!goes_on)
		group_reader_begin(r, source, group, part);
	r->is_open = true;
	r->at = r->from = from;
	r->end = end;
	r->batch.rows = 0;
}

void
group_reader_end(struct group_reader *r)
{
	r->is_open = false;
}

void
group_reader_forget(struct group_reader *r)
{
	r->is_open = false;
	r->source = NULL;
}

bool
group_reader_is_open(const struct group_reader *r)
{
	return r->is_open;
}

uint64_t
group_reader_at(const struct group_reader *r)
{
	return r->at;
}

/* NULL when out of memory. */
static struct column_reader *
column_reader(struct group_reader *r, enum flow_field field)
{
	if (r->column[field] == NULL)
		r->column[field] = column_reader_new(field);
	return r->column[field];
}

static bool
is_early(const struct group_reader *r, enum flow_field field)
{
	return flow_fieldset_has(&r->early, field) && !flow_fieldset_has(&r->absent, field);
}

/* Whether the footer says that all rows are null, as in most columns of most files. */
static bool
is_all_null(const struct group_reader *r, enum flow_field field)
{
	struct pq_bounds bounds;

	if (flow_field_info(field)->required)
		return false;
	pq_file_bounds(r->source->file, r->group, (size_t)r->source->map.column[field], &bounds);
	return bounds.has_null_count && bounds.null_count == r->rows;
}

/* A column that the file lacks: what its directory tells, null, or its default if the profile requires the column. */
static enum flow_status
missing_column(struct group_reader *r, enum flow_field field, struct flow_error *err)
{
	struct flow_column *out = &r->batch.column[field];
	const struct hive_partition_value *told = hive_partition_find(r->source->partition, field);
	struct column_reader *c;

	out->form = FLOW_FORM_NULL;
	if (told != NULL ? told->is_null :
	    !flow_field_info(field)->required || flow_type_is_text(flow_field_info(field)->type))
		return FLOW_OK;
	c = column_reader(r, field);
	if (c == NULL)
		return flow_fail_memory(err);
	if (told != NULL)
		column_reader_constant(c, r->batch.rows, told, out);
	else
		column_reader_default(c, r->batch.rows, out);
	return FLOW_OK;
}

/*
 * Reads a column of the batch: early, for the filter (sel NULL), or late, for the selected rows. It is read page
 * by page if it is late, or if rows are skipped: then not all pages are needed.
 */
static enum flow_status
load_column(struct group_reader *r, enum flow_field field, bool late,
    const struct flow_selection *sel, struct flow_error *err)
{
	const struct column_rows rows = { r->source, r->group, r->at, r->batch.rows,
		r->keep != NULL || r->from > 0 || !is_early(r, field) };
	struct flow_column *out = &r->batch.column[field];
	struct column_reader *c;
	enum flow_status st;

	if (r->source->map.column[field] < 0 || is_all_null(r, field))
		return missing_column(r, field, err);
	c = column_reader(r, field);
	if (c == NULL)
		return flow_fail_memory(err);
	if (!late && r->sought[field].count > 0 && r->source->map.is_canonical)
		st = column_reader_sought(c, &rows, &r->sought[field], out, err);
	else if (sel != NULL && sel->count <= COLUMN_FEW_ROWS)
		st = column_reader_few(c, &rows, sel, out, err);
	else
		st = column_reader_all(c, &rows, out, err);
	if (st == FLOW_ERANGE)
		profile_cure(field, err);
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
	while (r->at < r->end && r->keep != NULL &&
	    !bitmap_get(r->keep, (size_t)(r->at / FLOW_BATCH_ROWS)))
		r->at += FLOW_BATCH_ROWS;
	if (r->at >= r->end) {
		r->batch.rows = 0;
		group_reader_end(r);
		return FLOW_END;
	}
	r->batch.rows = r->end - r->at < FLOW_BATCH_ROWS ? (size_t)(r->end - r->at) : FLOW_BATCH_ROWS;
	for (f = 0; f < FLOW_FIELD_STORED && st == FLOW_OK; f++) {
		if (is_early(r, (enum flow_field)f))
			st = load_column(r, (enum flow_field)f, false, NULL, err);
		else
			r->batch.column[f].form = FLOW_FORM_NULL;
	}
	if (st == FLOW_OK)
		*batch = &r->batch;
	return st;
}

enum flow_status
group_reader_late(struct group_reader *r, const struct flow_selection *sel, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;
	unsigned f;

	for (f = 0; f < FLOW_FIELD_STORED && st == FLOW_OK; f++)
		if (flow_fieldset_has(&r->late, (enum flow_field)f) &&
		    (!is_early(r, (enum flow_field)f) || r->sought[f].count > 0))
			st = load_column(r, (enum flow_field)f, true, sel, err);
	return st;
}
