/* SPDX-License-Identifier: BSD-2-Clause */
#include "history/row_table.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/hex.h"
#include "base/json.h"
#include "base/utf8.h"
#include "record/dictify.h"
#include "record/intern.h"

struct row_texts {
	uint8_t *values[FLOW_FIELD_STORED];
	uint64_t *valid[FLOW_FIELD_STORED];
	struct intern *texts[FLOW_FIELD_STORED];
	struct flow_dictify *dictify;
	struct flow_batch flat, dict;
};

struct row_table *
row_table_new(void)
{
	struct row_table *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->own = calloc(1, sizeof(*t->own));
	if (t->own != NULL)
		t->own->dictify = flow_dictify_new();
	if (t->own != NULL && t->own->dictify != NULL)
		return t;
	row_table_free(t);
	return NULL;
}

void
row_table_free(struct row_table *t)
{
	if (t == NULL)
		return;
	for (unsigned f = 0; t->own != NULL && f < FLOW_FIELD_STORED; f++) {
		free(t->own->values[f]);
		free(t->own->valid[f]);
		intern_free(t->own->texts[f]);
	}
	if (t->own != NULL)
		flow_dictify_free(t->own->dictify);
	free(t->own);
	buf_release(&t->extra);
	free(t);
}

static size_t
value_bytes(enum flow_field field)
{
	size_t size = flow_type_size(flow_field_info(field)->type);

	return size == 0 ? sizeof(uint32_t) : size;
}

static bool
column_memory(struct row_texts *own, enum flow_field field)
{
	bool is_text = flow_field_info(field)->type == FLOW_TYPE_TEXT;

	if (own->values[field] == NULL)
		own->values[field] = malloc(FLOW_BATCH_ROWS * value_bytes(field));
	if (own->valid[field] == NULL)
		own->valid[field] = malloc(BITMAP_WORDS(FLOW_BATCH_ROWS) * sizeof(uint64_t));
	if (is_text && own->texts[field] == NULL)
		own->texts[field] = intern_new();
	return own->values[field] != NULL && own->valid[field] != NULL &&
	    (!is_text || own->texts[field] != NULL);
}

enum flow_status
row_table_begin(struct row_table *t, const struct flow_fieldset *wanted, size_t rows)
{
	t->rows = rows;
	t->failed = false;
	buf_clear(&t->extra);
	for (unsigned f = 0; f < FLOW_FIELD_STORED; f++) {
		enum flow_field field = (enum flow_field)f;

		t->values[f] = NULL;
		if (!flow_fieldset_has(wanted, field))
			continue;
		if (!column_memory(t->own, field))
			return FLOW_ENOMEM;
		t->values[f] = t->own->values[f];
		t->valid[f] = t->own->valid[f];
		memset(t->values[f], 0, rows * value_bytes(field));
		memset(t->valid[f], 0, BITMAP_WORDS(rows) * sizeof(uint64_t));
		if (t->own->texts[f] != NULL)
			intern_clear(t->own->texts[f]);
	}
	return FLOW_OK;
}

/* Makes all values of a column null but the one that is sought. */
static void
keep_sought(const struct row_table *t, enum flow_field field)
{
	const struct addr *value = (const struct addr *)(const void *)t->values[field];
	uint64_t hi = addr_hi(t->sought[field]), lo = addr_lo(t->sought[field]);

	for (size_t i = 0; i < t->rows; i += 64) {
		size_t n = t->rows - i < 64 ? t->rows - i : 64;
		uint64_t same = 0;

		for (size_t k = 0; k < n; k++)
			same |= (uint64_t)(addr_lo(&value[i + k]) == lo && addr_hi(&value[i + k]) == hi) << k;
		t->valid[field][i / 64] &= same;
	}
}

static struct flow_column
flat_column(const struct row_table *t, enum flow_field field)
{
	struct flow_column c = { .form = FLOW_FORM_FLAT, .values = t->values[field] };
	size_t set;

	if (t->sought[field] != NULL)
		keep_sought(t, field);
	set = bitmap_count(t->valid[field], t->rows);
	if (set == 0)
		return (struct flow_column){ .form = FLOW_FORM_NULL };
	if (set < t->rows)
		c.valid = t->valid[field];
	if (flow_field_info(field)->type == FLOW_TYPE_TEXT) {
		c.form = FLOW_FORM_DICT;
		c.codes = (const uint32_t *)(const void *)t->values[field];
		c.values = NULL;
		c.dict = intern_dict(t->own->texts[field]);
	}
	return c;
}

enum flow_status
row_table_finish(struct row_table *t, struct flow_batch *batch)
{
	struct row_texts *own = t->own;

	memset(&own->flat, 0, sizeof(own->flat));
	own->flat.rows = t->rows;
	for (unsigned f = 0; f < FLOW_FIELD_STORED; f++)
		if (t->values[f] != NULL)
			own->flat.column[f] = flat_column(t, (enum flow_field)f);
	if (t->failed || t->extra.failed || flow_dictify(own->dictify, &own->flat, &own->dict) != FLOW_OK)
		return FLOW_ENOMEM;
	for (unsigned f = 0; f < FLOW_FIELD_STORED; f++)
		if (t->values[f] != NULL)
			batch->column[f] = own->dict.column[f];
	return FLOW_OK;
}

void
row_table_put_text(struct row_table *t, enum flow_field field, size_t row, const char *text, size_t len)
{
	char clean[512];
	uint32_t code;

	if (t->values[field] == NULL)
		return;
	for (size_t i = 0, n; i < len; i += n) {
		n = utf8_length((const uint8_t *)text + i, len - i);
		if (n > 0)
			continue;
		n = 1;
		if (text != clean) {
			len = len < sizeof(clean) ? len : sizeof(clean);
			memcpy(clean, text, len);
			text = clean;
		}
		if (i < len)
			clean[i] = '?';
	}
	if (intern_code(t->own->texts[field], text, len, &code) != FLOW_OK) {
		t->failed = true;
		return;
	}
	bitmap_set(t->valid[field], row);
	((uint32_t *)(void *)t->values[field])[row] = code;
}

/* Begins a member; false if `extra` is not wanted. */
static bool
member(struct row_table *t, const char *name)
{
	if (t->values[FLOW_FIELD_EXTRA] == NULL)
		return false;
	buf_append_u8(&t->extra, t->extra.len == 0 ? '{' : ',');
	json_append_string(&t->extra, name, strlen(name));
	buf_append_u8(&t->extra, ':');
	return true;
}

void
row_extra_number(struct row_table *t, const char *name, uint64_t v)
{
	if (member(t, name))
		buf_printf(&t->extra, "%" PRIu64, v);
}

void
row_extra_addr(struct row_table *t, const char *name, const struct addr *a)
{
	char text[ADDR_TEXT_MAX];

	if (member(t, name))
		json_append_string(&t->extra, text, addr_format(a, text));
}

void
row_extra_text(struct row_table *t, const char *name, const char *text, size_t len)
{
	if (member(t, name))
		json_append_string(&t->extra, text, len);
}

void
row_extra_octets(struct row_table *t, const char *name, const uint8_t *bytes, size_t len)
{
	if (!member(t, name))
		return;
	buf_append_u8(&t->extra, '"');
	if (buf_reserve(&t->extra, 2 * len)) {
		hex_put(bytes, len, (char *)buf_end(&t->extra));
		t->extra.len += 2 * len;
	}
	buf_append_u8(&t->extra, '"');
}

void
row_extra_end(struct row_table *t, size_t row)
{
	if (t->extra.len == 0)
		return;
	buf_append_u8(&t->extra, '}');
	if (buf_status(&t->extra) == FLOW_OK)
		row_table_put_text(t, FLOW_FIELD_EXTRA, row, (const char *)t->extra.data, t->extra.len);
	else
		t->failed = true;
	buf_clear(&t->extra);
}
