/* SPDX-License-Identifier: BSD-2-Clause */
#include "rollup/rollup_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

#define BITS4 24
#define BITS6 48

static const struct rollup_width widths[ROLLUP_WIDTHS] = {
	{ "5m", 5 * MINUTE, HOUR },
	{ "1h", HOUR, DAY },
	{ "1d", DAY, DAY },
};

#define NONE FLOW_FIELD_NONE

static const struct table {
	const char *name, *keys;
	/* The columns of the keys after the bin, the exporter and the protocol. */
	enum flow_field field[2];
	enum flow_field mask;		/* the column of a network's prefix length, or NONE */
} tables[ROLLUP_TABLES] = {
	[ROLLUP_INTERFACE] = { "interface", "in_if,out_if", { FLOW_FIELD_IN_IF, FLOW_FIELD_OUT_IF }, NONE },
	[ROLLUP_AS] = { "as", "src_as,dst_as", { FLOW_FIELD_SRC_AS, FLOW_FIELD_DST_AS }, NONE },
	[ROLLUP_SERVICE] = { "service", "service", { FLOW_FIELD_DST_PORT, NONE }, NONE },
	[ROLLUP_SRC_NETWORK] = { "src_network", "src_addr/24,/48", { FLOW_FIELD_SRC_ADDR, NONE }, FLOW_FIELD_SRC_MASK },
	[ROLLUP_DST_NETWORK] = { "dst_network", "dst_addr/24,/48", { FLOW_FIELD_DST_ADDR, NONE }, FLOW_FIELD_DST_MASK },
};

/* The columns after the keys, in this order. */
static const char measures[] = "first,last,max(received),flows,packets,bytes,sum(rev_packets),sum(rev_bytes)";
static const enum flow_field measure_field[] = { FLOW_FIELD_FIRST, FLOW_FIELD_LAST, FLOW_FIELD_RECEIVED,
	FLOW_FIELD_FLOWS, FLOW_FIELD_PACKETS, FLOW_FIELD_BYTES, FLOW_FIELD_REV_PACKETS, FLOW_FIELD_REV_BYTES };

struct rollup_rows {
	void *values[FLOW_FIELD_COUNT];
	uint64_t *valid[FLOW_FIELD_COUNT];
	size_t cap;
	struct flow_batch batch;
};

const struct rollup_width *
rollup_width_at(unsigned i)
{
	return &widths[i];
}

const struct rollup_width *
rollup_width_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(widths); i++)
		if (strcmp(widths[i].name, name) == 0)
			return &widths[i];
	return NULL;
}

const char *
rollup_table_name(enum rollup_table table)
{
	return tables[table].name;
}

struct flow_agg_ask
rollup_table_ask(enum rollup_table table, const struct rollup_width *width, char room[ROLLUP_KEYS_MAX])
{
	(void)snprintf(room, ROLLUP_KEYS_MAX, "first/%s,exporter,proto,%s", width->name, tables[table].keys);
	return (struct flow_agg_ask){ .keys = room, .measures = measures };
}

void
rollup_table_sums(enum rollup_table table, const struct rollup_width *width, struct flow_agg_sums *sums)
{
	const struct table *t = &tables[table];

	*sums = (struct flow_agg_sums){ .width_ms = width->ms, .network = NONE };
	flow_fieldset_add(&sums->keys, FLOW_FIELD_EXPORTER);
	flow_fieldset_add(&sums->keys, FLOW_FIELD_PROTO);
	if (t->mask != NONE) {
		sums->network = t->field[0];
		sums->bits4 = BITS4;
		sums->bits6 = BITS6;
	} else if (table == ROLLUP_SERVICE) {
		sums->service = true;
	} else {
		flow_fieldset_add(&sums->keys, t->field[0]);
		flow_fieldset_add(&sums->keys, t->field[1]);
	}
}

struct rollup_rows *
rollup_rows_new(void)
{
	return calloc(1, sizeof(struct rollup_rows));
}

static void
forget(struct rollup_rows *r)
{
	for (unsigned f = 0; f < FLOW_FIELD_COUNT; f++) {
		free(r->values[f]);
		free(r->valid[f]);
		r->values[f] = NULL;
		r->valid[f] = NULL;
	}
}

void
rollup_rows_free(struct rollup_rows *r)
{
	if (r != NULL)
		forget(r);
	free(r);
}

static bool
is_valid(const struct flow_table_column *c, size_t row)
{
	return bitmap_get(c->valid, row);
}

/* Stores a number in the column's type; false if it does not fit. */
static bool
put_number(enum flow_field field, const struct flow_table_column *c, size_t row, void *values)
{
	uint64_t v = ((const uint64_t *)c->values)[row];

	switch (flow_type_size(flow_field_info(field)->type)) {
	case 1:
		((uint8_t *)values)[row] = (uint8_t)v;
		return v <= UINT8_MAX;
	case 2:
		((uint16_t *)values)[row] = (uint16_t)v;
		return v <= UINT16_MAX;
	case 4:
		((uint32_t *)values)[row] = (uint32_t)v;
		return v <= UINT32_MAX;
	default:
		((uint64_t *)values)[row] = v;
		return c->kind == FLOW_KIND_TIME || v <= INT64_MAX;
	}
}

static bool
put_value(enum flow_field field, const struct flow_table_column *c, size_t row, void *values)
{
	if (c->kind == FLOW_KIND_PREFIX)
		((struct addr *)values)[row] = ((const struct flow_prefix *)c->values)[row].addr;
	else if (c->kind == FLOW_KIND_ADDR)
		((struct addr *)values)[row] = ((const struct addr *)c->values)[row];
	else
		return put_number(field, c, row, values);
	return true;
}

/* Allocates a column's values and sets all to null. */
static enum flow_status
begin_column(struct rollup_rows *r, enum flow_field field, struct flow_error *err)
{
	size_t size = flow_type_size(flow_field_info(field)->type);

	if (r->values[field] == NULL) {
		r->values[field] = malloc(r->cap * size + 1);
		r->valid[field] = malloc(BITMAP_WORDS(r->cap + 1) * sizeof(uint64_t));
	}
	if (r->values[field] == NULL || r->valid[field] == NULL)
		return flow_fail_memory(err);
	memset(r->values[field], 0, r->batch.rows * size);
	memset(r->valid[field], 0, BITMAP_WORDS(r->batch.rows) * sizeof(uint64_t));
	r->batch.column[field] = (struct flow_column){ .form = FLOW_FORM_FLAT, .values = r->values[field],
		.valid = r->valid[field] };
	return FLOW_OK;
}

static enum flow_status
put_column(struct rollup_rows *r, enum flow_field field, const struct flow_table_column *c, struct flow_error *err)
{
	enum flow_status st = begin_column(r, field, err);

	for (size_t i = 0; st == FLOW_OK && i < r->batch.rows; i++) {
		if (!is_valid(c, i))
			continue;
		if (!put_value(field, c, i, r->values[field]))
			return flow_fail(err, FLOW_ERANGE, FLOW_NO_OFFSET, "a sum of %s is beyond what a column holds",
			    flow_field_info(field)->name);
		bitmap_set(r->valid[field], i);
	}
	return st;
}

/* Fills the column of prefix lengths. */
static enum flow_status
put_masks(struct rollup_rows *r, enum flow_field field, const struct flow_table_column *c, struct flow_error *err)
{
	enum flow_status st = begin_column(r, field, err);

	for (size_t i = 0; st == FLOW_OK && i < r->batch.rows; i++) {
		int bits = ((const struct flow_prefix *)c->values)[i].bits;

		if (!is_valid(c, i) || bits < 0)
			continue;
		((uint8_t *)r->values[field])[i] = (uint8_t)bits;
		bitmap_set(r->valid[field], i);
	}
	return st;
}

enum flow_status
rollup_rows_make(struct rollup_rows *r, enum rollup_table table, const struct flow_table *slice,
    const struct flow_batch **rows, struct flow_error *err)
{
	const struct table *t = &tables[table];
	const struct flow_table_column *c = slice->column + 1;	/* after the bin, which `first` implies */
	enum flow_status st;

	if (slice->rows > r->cap) {
		forget(r);
		r->cap = slice->rows;
	}
	r->batch = (struct flow_batch){ .rows = slice->rows };
	st = put_column(r, FLOW_FIELD_EXPORTER, c++, err);
	if (st == FLOW_OK)
		st = put_column(r, FLOW_FIELD_PROTO, c++, err);
	if (st == FLOW_OK && t->mask != NONE)
		st = put_masks(r, t->mask, c, err);
	for (unsigned i = 0; st == FLOW_OK && i < 2 && t->field[i] != NONE; i++)
		st = put_column(r, t->field[i], c++, err);
	for (size_t i = 0; st == FLOW_OK && i < ARRAY_LEN(measure_field); i++)
		st = put_column(r, measure_field[i], c++, err);
	if (st == FLOW_OK)
		*rows = &r->batch;
	return st;
}
