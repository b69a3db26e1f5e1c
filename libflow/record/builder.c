/* SPDX-License-Identifier: BSD-2-Clause */
#include "record/builder.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "record/intern.h"

#define MIN_ROWS 64

/*
 * Rows [0, filled) have been written.  Missing rows become nulls only when the
 * column is written again or the batch is asked for.
 */
struct build_column {
	size_t size;		/* of a value */
	bool is_text;
	uint8_t *values;	/* flat values, or uint32_t codes for TEXT */
	size_t cap_rows;
	uint64_t *valid;	/* only once a null exists */
	size_t filled;
	bool has_nulls;
	struct intern *texts;	/* TEXT */
};

struct flow_builder {
	size_t rows;
	size_t announced;
	size_t bytes;
	struct build_column column[FLOW_FIELD_STORED];
	struct flow_batch batch;
};

struct flow_builder *
flow_builder_new(void)
{
	struct flow_builder *b = calloc(1, sizeof(*b));
	unsigned f;

	for (f = 0; b != NULL && f < FLOW_FIELD_STORED; f++) {
		enum flow_type type = flow_field_info((enum flow_field)f)->type;
		size_t size = flow_type_size(type);

		b->column[f].size = size != 0 ? size : sizeof(uint32_t);
		b->column[f].is_text = type == FLOW_TYPE_TEXT;
	}
	return b;
}

void
flow_builder_free(struct flow_builder *b)
{
	unsigned f;

	if (b == NULL)
		return;
	for (f = 0; f < FLOW_FIELD_STORED; f++) {
		free(b->column[f].values);
		free(b->column[f].valid);
		intern_free(b->column[f].texts);
	}
	free(b);
}

void
flow_builder_clear(struct flow_builder *b)
{
	unsigned f;

	for (f = 0; f < FLOW_FIELD_STORED; f++) {
		b->column[f].filled = 0;
		b->column[f].has_nulls = false;
		if (b->column[f].texts != NULL)
			intern_clear(b->column[f].texts);
	}
	b->rows = 0;
	b->announced = 0;
}

size_t
flow_builder_rows(const struct flow_builder *b)
{
	return b->rows;
}

size_t
flow_builder_bytes(const struct flow_builder *b)
{
	size_t bytes = sizeof(*b) + b->bytes;
	unsigned f;

	for (f = 0; f < FLOW_FIELD_STORED; f++)
		if (b->column[f].texts != NULL)
			bytes += intern_bytes(b->column[f].texts);
	return bytes;
}

enum flow_status
flow_builder_reserve(struct flow_builder *b, size_t n)
{
	if (n > SIZE_MAX / 64 - b->rows)
		return FLOW_ELIMIT;
	if (b->announced != 0)
		flow_builder_commit(b, 0);	/* abandoned by a decoder that failed */
	b->announced = n;
	return FLOW_OK;
}

static bool
ensure_rows(struct flow_builder *b, struct build_column *c, size_t size, size_t rows)
{
	size_t cap = c->cap_rows < MIN_ROWS ? MIN_ROWS : c->cap_rows;
	uint8_t *values;

	if (rows <= c->cap_rows)
		return true;
	while (cap < rows)
		cap *= 2;
	if (c->valid != NULL) {
		uint64_t *valid = realloc(c->valid, BITMAP_WORDS(cap) * sizeof(*valid));

		if (valid == NULL)
			return false;
		c->valid = valid;
		b->bytes += (BITMAP_WORDS(cap) - BITMAP_WORDS(c->cap_rows)) * sizeof(*valid);
	}
	values = realloc(c->values, cap * size);
	if (values == NULL)
		return false;
	c->values = values;
	b->bytes += (cap - c->cap_rows) * size;
	c->cap_rows = cap;
	return true;
}

/* Gives the column a bitmap, filled in for rows [0, filled). */
static bool
begin_nulls(struct flow_builder *b, struct build_column *c)
{
	if (c->has_nulls)
		return true;
	if (c->valid == NULL) {
		c->valid = malloc(BITMAP_WORDS(c->cap_rows) * sizeof(*c->valid));
		if (c->valid == NULL)
			return false;
		b->bytes += BITMAP_WORDS(c->cap_rows) * sizeof(*c->valid);
	}
	bitmap_fill(c->valid, 0, c->filled, true);
	c->has_nulls = true;
	return true;
}

/* Extends the column to `to` zeroed rows; they are nulls or values as the argument says. */
static bool
extend(struct flow_builder *b, struct build_column *c, size_t size, size_t to, bool value)
{
	if (to <= c->filled)
		return true;
	if (!ensure_rows(b, c, size, to) || (!value && !begin_nulls(b, c)))
		return false;
	memset(c->values + c->filled * size, 0, (to - c->filled) * size);
	if (c->has_nulls)
		bitmap_fill(c->valid, c->filled, to, value);
	c->filled = to;
	return true;
}

void *
flow_builder_flat(struct flow_builder *b, enum flow_field field, size_t n)
{
	struct build_column *c = &b->column[field];
	size_t size = c->size;

	if (n > b->announced || c->is_text)
		return NULL;
	/* The usual case: columns are written a few rows at a time. */
	if (LIKELY(c->filled == b->rows && b->rows + n < c->cap_rows)) {
		memset(c->values + b->rows * size, 0, n * size);
		c->filled += n;
		if (c->has_nulls)
			bitmap_fill(c->valid, b->rows, b->rows + n, true);
		return c->values + b->rows * size;
	}
	/* Even for no rows there is an array, so that NULL means one thing only. */
	if (!ensure_rows(b, c, size, b->rows + n + 1) || !extend(b, c, size, b->rows, false) ||
	    !extend(b, c, size, b->rows + n, true))
		return NULL;
	if (c->has_nulls)
		bitmap_fill(c->valid, b->rows, b->rows + n, true);
	return c->values + b->rows * size;
}

bool
flow_builder_written(const struct flow_builder *b, enum flow_field field)
{
	return b->column[field].filled > b->rows;
}

const void *
flow_builder_peek(const struct flow_builder *b, enum flow_field field)
{
	return flow_builder_written(b, field) ?
	    b->column[field].values + b->rows * b->column[field].size : NULL;
}

void *
flow_builder_edit(struct flow_builder *b, enum flow_field field)
{
	return flow_builder_written(b, field) ?
	    b->column[field].values + b->rows * b->column[field].size : NULL;
}

enum flow_status
flow_builder_null(struct flow_builder *b, enum flow_field field, size_t i)
{
	struct build_column *c = &b->column[field];
	size_t size = c->size, row = b->rows + i;

	if (i >= b->announced)
		return FLOW_EINVAL;
	if (row >= c->filled)
		return FLOW_OK;
	if (!begin_nulls(b, c))
		return FLOW_ENOMEM;
	bitmap_unset(c->valid, row);
	memset(c->values + row * size, 0, size);
	return FLOW_OK;
}

enum flow_status
flow_builder_text(struct flow_builder *b, enum flow_field field, size_t i, const char *text,
    size_t len)
{
	struct build_column *c = &b->column[field];
	size_t row = b->rows + i;
	enum flow_status st;
	uint32_t code;

	if (i >= b->announced || !c->is_text)
		return FLOW_EINVAL;
	if (c->texts == NULL && (c->texts = intern_new()) == NULL)
		return FLOW_ENOMEM;
	st = intern_code(c->texts, text, len, &code);
	if (st != FLOW_OK)
		return st;
	if (!extend(b, c, sizeof(code), row, false) || !extend(b, c, sizeof(code), row + 1, true))
		return FLOW_ENOMEM;
	memcpy(c->values + row * sizeof(code), &code, sizeof(code));
	if (c->has_nulls)
		bitmap_set(c->valid, row);
	return FLOW_OK;
}

void
flow_builder_commit(struct flow_builder *b, size_t n)
{
	unsigned f;

	if (n > b->announced)
		n = b->announced;
	b->rows += n;
	if (n < b->announced)
		for (f = 0; f < FLOW_FIELD_STORED; f++)
			if (b->column[f].filled > b->rows)
				b->column[f].filled = b->rows;
	b->announced = 0;
}

/* Adds the texts to the other dictionary and translates their codes. */
static enum flow_status
copy_texts(struct build_column *to, struct intern *from)
{
	const struct flow_dict *dict = intern_dict(from);
	enum flow_status st = FLOW_OK;
	uint32_t code;

	if (to->texts == NULL && (to->texts = intern_new()) == NULL)
		return FLOW_ENOMEM;
	for (uint32_t i = 0; i < dict->count && st == FLOW_OK; i++)
		st = intern_code(to->texts, dict->text[i].p, dict->text[i].len, &code);
	return st;
}

enum flow_status
flow_builder_copy(struct flow_builder *to, const struct flow_builder *from)
{
	for (unsigned f = 0; f < FLOW_FIELD_STORED; f++) {
		const struct build_column *in = &from->column[f];
		struct build_column *out = &to->column[f];
		size_t rows = in->filled < from->rows ? in->filled : from->rows;

		if (rows == 0)
			continue;
		if (!extend(to, out, out->size, rows, true) || (in->has_nulls && !begin_nulls(to, out)))
			return FLOW_ENOMEM;
		memcpy(out->values, in->values, rows * in->size);
		if (in->has_nulls)
			memcpy(out->valid, in->valid, BITMAP_WORDS(rows) * sizeof(*out->valid));
		if (in->texts != NULL && copy_texts(out, in->texts) != FLOW_OK)
			return FLOW_ENOMEM;
	}
	to->rows = from->rows;
	return FLOW_OK;
}

const struct flow_batch *
flow_builder_batch(struct flow_builder *b)
{
	unsigned f;

	b->batch.rows = b->rows;
	for (f = 0; f < FLOW_FIELD_STORED; f++) {
		struct build_column *c = &b->column[f];
		struct flow_column *out = &b->batch.column[f];

		memset(out, 0, sizeof(*out));
		if (c->filled == 0)
			continue;
		if (!extend(b, c, c->size, b->rows, false))
			return NULL;
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
	return &b->batch;
}
