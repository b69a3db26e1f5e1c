/* SPDX-License-Identifier: BSD-2-Clause */
#include "output/table_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/mac.h"

/* A column of the batch: numbers, or texts, one entry per row. */
struct values {
	uint64_t number[FLOW_BATCH_ROWS];	/* of the field's size, packed from the beginning */
	uint32_t code[FLOW_BATCH_ROWS];
	struct flow_text text[FLOW_BATCH_ROWS];
	char room[FLOW_BATCH_ROWS][ADDR_TEXT_MAX];
	uint64_t valid[BITMAP_WORDS(FLOW_BATCH_ROWS)];
	struct flow_dict dict;
};

struct flow_table_rows {
	struct flow_batch batch;
	struct values *column[FLOW_FIELD_COUNT];	/* made when a table first has one */
};

struct flow_table_rows *
flow_table_rows_new(void)
{
	return calloc(1, sizeof(struct flow_table_rows));
}

void
flow_table_rows_free(struct flow_table_rows *r)
{
	if (r == NULL)
		return;
	for (size_t f = 0; f < FLOW_FIELD_COUNT; f++)
		free(r->column[f]);
	free(r);
}

/* The flow column for a column of a table; FLOW_FIELD_NONE: none. */
static enum flow_field
field_of(const char *name)
{
	static const struct {
		const char *name;
		enum flow_field field;
	} other[] = {
		{ "in_packets", FLOW_FIELD_PACKETS }, { "in_bytes", FLOW_FIELD_BYTES },
		{ "time", FLOW_FIELD_FIRST }, { "srcnet", FLOW_FIELD_SRC_ADDR },
		{ "dstnet", FLOW_FIELD_DST_ADDR }, { "service", FLOW_FIELD_DST_PORT },
	};
	size_t len = strlen(name);

	/* or(tcp_flags) is called or_tcp_flags. */
	if (strncmp(name, "or_", 3) == 0)
		return flow_field_find(name + 3, len - 3);
	for (size_t i = 0; i < ARRAY_LEN(other); i++)
		if (strcmp(other[i].name, name) == 0)
			return other[i].field;
	return flow_field_find(name, len);
}

/* Whether printers of flows derive it from other columns, or ignore it. */
static bool
is_made(const char *name, enum flow_kind kind)
{
	return kind == FLOW_KIND_DURATION || kind == FLOW_KIND_PERCENT || kind == FLOW_KIND_RATE ||
	    strcmp(name, "rows") == 0 || strcmp(name, "bpp") == 0 || strcmp(name, "ibpp") == 0 ||
	    strcmp(name, "obpp") == 0;
}

const char *
flow_table_rows_lack(const struct flow_table *t)
{
	for (size_t c = 0; c < t->columns; c++)
		if (field_of(t->column[c].name) == FLOW_FIELD_NONE && !is_made(t->column[c].name, t->column[c].kind))
			return t->column[c].name;
	return NULL;
}

static struct values *
values_of(struct flow_table_rows *r, enum flow_field field)
{
	if (r->column[field] == NULL)
		r->column[field] = malloc(sizeof(*r->column[field]));
	if (r->column[field] != NULL)
		memset(r->column[field]->valid, 0, sizeof(r->column[field]->valid));
	return r->column[field];
}

static void
set_numbers(struct flow_table_rows *r, enum flow_field field, struct values *v)
{
	r->batch.column[field] = (struct flow_column){ .form = FLOW_FORM_FLAT, .values = v->number, .valid = v->valid };
}

static void
fill_numbers(struct values *v, enum flow_field field, const struct flow_table_column *from, size_t rows)
{
	enum flow_type type = flow_field_info(field)->type;
	size_t size = flow_type_size(type);
	const uint64_t *values = from->values;

	for (size_t i = 0; i < rows; i++) {
		bool has = bitmap_get(from->valid, i);

		flow_type_store(type, (uint8_t *)v->number + i * size, has ? values[i] : 0);
		if (has)
			bitmap_set(v->valid, i);
	}
}

/* A cell as a text. */
static struct flow_text
cell_text(const struct flow_table_column *from, size_t row, char room[ADDR_TEXT_MAX])
{
	const char *value = (const char *)from->values + row * flow_kind_size(from->kind);
	struct flow_text text = { room, 0 };

	if (from->kind == FLOW_KIND_TEXT)
		memcpy(&text, value, sizeof(text));
	else if (from->kind == FLOW_KIND_MAC)
		text.len = (uint32_t)mac_format(*(const uint64_t *)(const void *)value, room);
	else if (from->kind == FLOW_KIND_PREFIX)
		text.len = (uint32_t)addr_format(&((const struct flow_prefix *)(const void *)value)->addr, room);
	else
		text.len = (uint32_t)addr_format((const struct addr *)(const void *)value, room);
	return text;
}

static void
fill_texts(struct flow_table_rows *r, enum flow_field field, struct values *v, const struct flow_table_column *from,
    size_t rows)
{
	for (size_t i = 0; i < rows; i++) {
		v->code[i] = (uint32_t)i;
		v->text[i] = (struct flow_text){ "", 0 };
		if (!bitmap_get(from->valid, i))
			continue;
		v->text[i] = cell_text(from, i, v->room[i]);
		bitmap_set(v->valid, i);
	}
	v->dict = (struct flow_dict){ flow_dict_serial(), (uint32_t)rows, v->text };
	r->batch.column[field] = (struct flow_column){ .form = FLOW_FORM_DICT, .codes = v->code, .dict = &v->dict,
		.valid = v->valid };
}

/* The lengths of networks, where flows have a column for them. */
static enum flow_status
fill_masks(struct flow_table_rows *r, enum flow_field field, const struct flow_table_column *from, size_t rows)
{
	enum flow_field mask = field == FLOW_FIELD_SRC_ADDR ? FLOW_FIELD_SRC_MASK : FLOW_FIELD_DST_MASK;
	const struct flow_prefix *prefix = from->values;
	struct values *v;

	if (field != FLOW_FIELD_SRC_ADDR && field != FLOW_FIELD_DST_ADDR)
		return FLOW_OK;
	v = values_of(r, mask);
	if (v == NULL)
		return FLOW_ENOMEM;
	for (size_t i = 0; i < rows; i++) {
		bool has = bitmap_get(from->valid, i) && prefix[i].bits >= 0;

		((uint8_t *)v->number)[i] = has ? (uint8_t)prefix[i].bits : 0;
		if (has)
			bitmap_set(v->valid, i);
	}
	set_numbers(r, mask, v);
	return FLOW_OK;
}

enum flow_status
flow_table_rows_batch(struct flow_table_rows *r, const struct flow_table *t, const struct flow_batch **batch)
{
	memset(&r->batch, 0, sizeof(r->batch));
	r->batch.rows = t->rows;
	for (size_t c = 0; c < t->columns; c++) {
		const struct flow_table_column *from = &t->column[c];
		enum flow_field field = field_of(from->name);
		struct values *v;

		if (field == FLOW_FIELD_NONE || is_made(from->name, from->kind))
			continue;
		v = values_of(r, field);
		if (v == NULL)
			return FLOW_ENOMEM;
		if (flow_type_is_text(flow_field_info(field)->type)) {
			fill_texts(r, field, v, from, t->rows);
		} else {
			fill_numbers(v, field, from, t->rows);
			set_numbers(r, field, v);
		}
		if (from->kind == FLOW_KIND_PREFIX && fill_masks(r, field, from, t->rows) != FLOW_OK)
			return FLOW_ENOMEM;
	}
	*batch = &r->batch;
	return FLOW_OK;
}
