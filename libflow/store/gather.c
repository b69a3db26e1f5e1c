/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/gather.h"

#include <stdlib.h>
#include <string.h>

#include "record/intern.h"

#define MIN_ROWS 1024

struct gather_column {
	size_t width;		/* of a value, or of a code */
	uint8_t *values;	/* numbers, or uint32_t codes */
	uint64_t *valid;
	bool has_nulls;
	bool has_values;
	struct intern *texts;
	/* Maps codes of the last dictionary seen to codes here + 1; 0: not mapped yet. */
	uint64_t serial;
	uint32_t *remap;
	size_t remap_cap;
};

struct gather {
	size_t rows, cap_rows;
	struct gather_column column[FLOW_FIELD_COUNT];
	struct flow_batch batch;
};

struct gather *
gather_new(void)
{
	struct gather *g = calloc(1, sizeof(*g));
	unsigned f;

	for (f = 0; g != NULL && f < FLOW_FIELD_COUNT; f++) {
		enum flow_type type = flow_field_info((enum flow_field)f)->type;

		g->column[f].width = flow_type_is_text(type) ? sizeof(uint32_t) : flow_type_size(type);
	}
	return g;
}

void
gather_free(struct gather *g)
{
	unsigned f;

	if (g == NULL)
		return;
	for (f = 0; f < FLOW_FIELD_COUNT; f++) {
		free(g->column[f].values);
		free(g->column[f].valid);
		free(g->column[f].remap);
		intern_free(g->column[f].texts);
	}
	free(g);
}

void
gather_clear(struct gather *g)
{
	unsigned f;

	for (f = 0; f < FLOW_FIELD_COUNT; f++) {
		struct gather_column *c = &g->column[f];

		c->has_nulls = c->has_values = false;
		c->serial = 0;
		if (c->texts != NULL)
			intern_clear(c->texts);
	}
	g->rows = 0;
}

size_t
gather_rows(const struct gather *g)
{
	return g->rows;
}

/* Allocates a column with its first value; rows before it become null. */
static bool
begin_values(struct gather *g, struct gather_column *c)
{
	if (c->values == NULL)
		c->values = malloc(g->cap_rows * c->width);
	if (c->valid == NULL)
		c->valid = malloc(BITMAP_WORDS(g->cap_rows) * sizeof(*c->valid));
	if (c->values == NULL || c->valid == NULL)
		return false;
	memset(c->values, 0, g->rows * c->width);
	bitmap_fill(c->valid, 0, g->rows, false);
	c->has_nulls = g->rows > 0;
	c->has_values = true;
	return true;
}

static bool
reserve_rows(struct gather *g, size_t rows)
{
	size_t cap = g->cap_rows == 0 ? MIN_ROWS : g->cap_rows;
	unsigned f;

	if (rows <= g->cap_rows)
		return true;
	while (cap < rows)
		cap *= 2;
	for (f = 0; f < FLOW_FIELD_COUNT; f++) {
		struct gather_column *c = &g->column[f];
		void *p;

		if (c->values != NULL) {
			if ((p = realloc(c->values, cap * c->width)) == NULL)
				return false;
			c->values = p;
		}
		if (c->valid != NULL) {
			if ((p = realloc(c->valid, BITMAP_WORDS(cap) * sizeof(*c->valid))) == NULL)
				return false;
			c->valid = p;
		}
	}
	g->cap_rows = cap;
	return true;
}

#define COPY_ROWS(type)                                                              \
	do {                                                                         \
		type *to = (type *)(void *)c->values + g->rows;                      \
		const type *from = in->values;                                       \
		for (i = 0; i < count; i++)                                          \
			to[i] = from[rows != NULL ? rows[i] : i];                    \
	} while (0)

static void
copy_numbers(struct gather *g, struct gather_column *c, const struct flow_column *in,
    const uint32_t *rows, uint32_t count)
{
	uint32_t i;

	switch (c->width) {
	case 1:
		COPY_ROWS(uint8_t);
		break;
	case 2:
		COPY_ROWS(uint16_t);
		break;
	case 4:
		COPY_ROWS(uint32_t);
		break;
	default:
		COPY_ROWS(uint64_t);
		break;
	}
}

static bool
begin_dict(struct gather_column *c, const struct flow_dict *dict)
{
	if (c->serial == dict->serial)
		return true;
	if (c->texts == NULL && (c->texts = intern_new()) == NULL)
		return false;
	if (dict->count > c->remap_cap) {
		uint32_t *remap = realloc(c->remap, dict->count * sizeof(*remap));

		if (remap == NULL)
			return false;
		c->remap = remap;
		c->remap_cap = dict->count;
	}
	if (dict->count > 0)
		memset(c->remap, 0, dict->count * sizeof(*c->remap));
	c->serial = dict->serial;
	return true;
}

static enum flow_status
copy_texts(struct gather *g, struct gather_column *c, const struct flow_column *in,
    const uint32_t *rows, uint32_t count)
{
	uint32_t *to = (uint32_t *)(void *)c->values + g->rows;
	uint32_t i;

	if (!begin_dict(c, in->dict))
		return FLOW_ENOMEM;
	for (i = 0; i < count; i++) {
		uint32_t row = rows != NULL ? rows[i] : i;
		uint32_t code = in->codes[row];

		to[i] = 0;
		if (in->valid != NULL && !bitmap_get(in->valid, row))
			continue;
		if (c->remap[code] == 0) {
			enum flow_status st = intern_code(c->texts, in->dict->text[code].p,
			    in->dict->text[code].len, &to[i]);

			if (st != FLOW_OK)
				return st;
			c->remap[code] = to[i] + 1;
		}
		to[i] = c->remap[code] - 1;
	}
	return FLOW_OK;
}

static void
copy_validity(struct gather *g, struct gather_column *c, const struct flow_column *in,
    const uint32_t *rows, uint32_t count)
{
	uint32_t i;

	bitmap_fill(c->valid, g->rows, g->rows + count, true);
	if (in->valid == NULL)
		return;
	for (i = 0; i < count; i++) {
		if (!bitmap_get(in->valid, rows != NULL ? rows[i] : i)) {
			bitmap_unset(c->valid, g->rows + i);
			c->has_nulls = true;
		}
	}
}

static enum flow_status
add_column(struct gather *g, struct gather_column *c, const struct flow_column *in,
    const uint32_t *rows, uint32_t count)
{
	if (in->form == FLOW_FORM_NULL) {
		if (c->has_values) {
			memset(c->values + g->rows * c->width, 0, count * c->width);
			bitmap_fill(c->valid, g->rows, g->rows + count, false);
			c->has_nulls = true;
		}
		return FLOW_OK;
	}
	if (!c->has_values && !begin_values(g, c))
		return FLOW_ENOMEM;
	copy_validity(g, c, in, rows, count);
	if (in->form == FLOW_FORM_DICT)
		return copy_texts(g, c, in, rows, count);
	copy_numbers(g, c, in, rows, count);
	return FLOW_OK;
}

/* rows NULL: the first n. */
static enum flow_status
add_rows(struct gather *g, const struct flow_batch *batch, const uint32_t *rows, size_t n)
{
	enum flow_status st = FLOW_OK;
	unsigned f;

	if (n > UINT32_MAX)
		return FLOW_ELIMIT;
	if (!reserve_rows(g, g->rows + n))
		return FLOW_ENOMEM;
	for (f = 0; f < FLOW_FIELD_COUNT && st == FLOW_OK; f++)
		st = add_column(g, &g->column[f], &batch->column[f], rows, (uint32_t)n);
	if (st == FLOW_OK)
		g->rows += n;
	return st;
}

enum flow_status
gather_add_rows(struct gather *g, const struct flow_batch *batch, const uint32_t *rows, size_t n)
{
	return add_rows(g, batch, rows, n);
}

enum flow_status
gather_add(struct gather *g, const struct flow_batch *batch, const struct flow_selection *sel)
{
	uint32_t rows[FLOW_BATCH_ROWS];
	uint32_t i;

	if (sel == NULL || sel->all)
		return add_rows(g, batch, NULL, sel != NULL ? sel->count : batch->rows);
	for (i = 0; i < sel->count; i++)
		rows[i] = sel->row[i];
	return add_rows(g, batch, rows, sel->count);
}

size_t
gather_bytes(const struct gather *g)
{
	size_t bytes = sizeof(*g);
	unsigned f;

	for (f = 0; f < FLOW_FIELD_COUNT; f++) {
		const struct gather_column *c = &g->column[f];

		if (c->has_values)
			bytes += g->rows * c->width + g->rows / 8;
		if (c->texts != NULL)
			bytes += intern_bytes(c->texts);
	}
	return bytes;
}

const struct flow_batch *
gather_batch(struct gather *g)
{
	unsigned f;

	g->batch.rows = g->rows;
	for (f = 0; f < FLOW_FIELD_COUNT; f++) {
		struct gather_column *c = &g->column[f];
		struct flow_column *out = &g->batch.column[f];

		memset(out, 0, sizeof(*out));
		if (!c->has_values)
			continue;
		out->valid = c->has_nulls ? c->valid : NULL;
		if (c->texts != NULL) {
			out->form = FLOW_FORM_DICT;
			out->codes = (const uint32_t *)(const void *)c->values;
			out->dict = intern_dict(c->texts);
		} else {
			out->form = FLOW_FORM_FLAT;
			out->values = c->values;
		}
	}
	return &g->batch;
}
