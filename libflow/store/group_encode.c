/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes a row group of a batch: encodes its columns as chunks, and adds up its totals. */
#include <stdlib.h>

#include "parquet/file_write.h"
#include "record/dictify.h"
#include "store/cluster.h"
#include "store/gather.h"
#include "store/group_inner.h"
#include "store/profile.h"
#include "store/totals.h"
#include "store/writer.h"

/* A required column that a batch lacks: the same value in every row. */
static void
default_column(enum flow_field field, size_t rows, struct pq_values *values, void **owned)
{
	size_t i;

	values->valid = NULL;
	values->all_null = false;
	if (values->width == 0) {
		static const struct flow_text none = { "", 0 };

		*owned = calloc(rows, sizeof(uint32_t));
		values->codes = *owned;
		values->texts = &none;
		values->text_count = 1;
		return;
	}
	*owned = calloc(rows, values->width);
	values->numbers = *owned;
	for (i = 0; *owned != NULL && field == FLOW_FIELD_FLOWS && i < rows; i++)
		((int64_t *)*owned)[i] = 1;
}

static enum flow_status
encode_column(enum flow_field field, const struct flow_batch *batch,
    const struct pq_encode_options *options, struct pq_chunk **chunk, struct flow_error *err)
{
	const struct pq_column column = profile_column(field);
	const struct flow_column *in = &batch->column[field];
	struct pq_values values = { .rows = batch->rows, .valid = in->valid };
	enum flow_status st;
	void *owned = NULL;

	values.width = column.physical == PQ_BYTE_ARRAY ? 0 :
	    (unsigned)flow_type_size(flow_field_info(field)->type);
	values.all_null = in->form == FLOW_FORM_NULL;
	if (in->form == FLOW_FORM_NULL && column.required && batch->rows > 0) {
		default_column(field, batch->rows, &values, &owned);
		if (owned == NULL)
			return flow_fail_memory(err);
	} else if (in->form == FLOW_FORM_FLAT) {
		values.numbers = in->values;
	} else if (in->form == FLOW_FORM_DICT) {
		values.codes = in->codes;
		values.texts = in->dict->text;
		values.text_count = in->dict->count;
	}
	st = pq_chunk_encode(&column, &values, options, chunk, err);
	free(owned);
	if (st == FLOW_EINVAL)
		(void)flow_fail(err, st, FLOW_NO_OFFSET, "%s: nulls in a column that may have none: write the "
		    "file that has them again, with coalesce(%s, VALUE), or choose rows by 'not %s is null'",
		    column.name, column.name, column.name);
	return st;
}

static struct pq_encode_options
encode_options(const struct flow_writer_options *options)
{
	return (struct pq_encode_options){ profile_codec(options->codec), options->level };
}

static enum flow_status
encode_rows(const struct flow_batch *batch, const struct flow_writer_options *options,
    struct flow_group **group, struct flow_error *err)
{
	const struct pq_encode_options encode = encode_options(options);
	struct flow_group *g = calloc(1, sizeof(*g));
	enum flow_status st = FLOW_OK;
	unsigned f;

	if (g == NULL)
		return flow_fail_memory(err);
	g->rows = batch->rows;
	store_totals_init(&g->totals);
	store_totals_add_batch(&g->totals, batch);
	for (f = 0; f < FLOW_FIELD_STORED && st == FLOW_OK; f++)
		st = encode_column((enum flow_field)f, batch, &encode, &g->chunk[f], err);
	if (st != FLOW_OK) {
		flow_group_free(g);
		return st;
	}
	*group = g;
	return FLOW_OK;
}

/* The same with rows in the order of options->cluster. */
enum flow_status
group_encode(const struct flow_batch *batch, const struct flow_writer_options *options,
    struct flow_group **group, struct flow_error *err)
{
	struct gather *ordered;
	uint32_t *row;
	enum flow_status st = FLOW_ENOMEM;

	if (options->cluster.count == 0)
		return encode_rows(batch, options, group, err);
	ordered = gather_new();
	row = malloc((batch->rows + 1) * sizeof(*row));
	if (ordered != NULL && row != NULL)
		st = cluster_order(batch, &options->cluster, row);
	if (st == FLOW_OK)
		st = gather_add_rows(ordered, batch, row, batch->rows);
	free(row);
	if (st == FLOW_OK)
		st = encode_rows(gather_batch(ordered), options, group, err);
	else
		st = flow_fail_memory(err);
	gather_free(ordered);
	return st;
}

enum flow_status
flow_group_encode(const struct flow_batch *batch, const struct flow_writer_options *options,
    struct flow_group **group, struct flow_error *err)
{
	struct flow_dictify *dictify = flow_dictify_new();
	struct flow_batch whole;
	enum flow_status st;

	if (dictify == NULL || flow_dictify(dictify, batch, &whole) != FLOW_OK) {
		flow_dictify_free(dictify);
		return flow_fail_memory(err);
	}
	st = group_encode(&whole, options, group, err);
	flow_dictify_free(dictify);
	return st;
}

void
flow_group_free(struct flow_group *group)
{
	unsigned f;

	if (group == NULL)
		return;
	for (f = 0; f < FLOW_FIELD_STORED; f++)
		pq_chunk_free(group->chunk[f]);
	free(group);
}

const struct flow_totals *
flow_group_totals(const struct flow_group *group)
{
	return &group->totals;
}

void
flow_group_count(struct flow_group *group, const struct flow_batch *batch)
{
	store_totals_add_batch(&group->totals, batch);
}

bool
flow_group_is_counted(const struct flow_group *group)
{
	return group->totals.rows == group->rows;
}
