/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/parts/row_code.h"

#include <stdlib.h>
#include <string.h>

/* The most bytes of a varint. */
#define NUMBER_MAX 10

void
row_code_init(struct row_code *code, const struct flow_fieldset *fields)
{
	code->fields = 0;
	code->texts = 0;
	for (size_t f = 0; f < FLOW_FIELD_COUNT; f++) {
		enum flow_type type = flow_field_info((enum flow_field)f)->type;

		if (!flow_fieldset_has(fields, (enum flow_field)f))
			continue;
		code->type[code->fields] = type;
		code->field[code->fields++] = (enum flow_field)f;
		if (flow_type_is_text(type))
			code->text[code->texts++] = (enum flow_field)f;
	}
	code->mask_bytes = (code->fields + 7) / 8;
}

/* Whether a row has a text; with an empty dictionary none has, whatever the column says. */
static inline bool
has_text(const struct flow_column *c, uint32_t row)
{
	return flow_column_has(c, row) && c->dict->count > 0;
}

size_t
row_code_bound(const struct row_code *code, const struct flow_batch *batch, uint32_t row)
{
	size_t bytes = code->mask_bytes + code->fields * NUMBER_MAX;

	for (size_t i = 0; i < code->texts; i++) {
		const struct flow_column *c = &batch->column[code->text[i]];

		if (has_text(c, row))
			bytes += flow_column_text(c, row).len;
	}
	return bytes;
}

static uint8_t *
put_number(uint8_t *out, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		*out++ = (uint8_t)(v | 0x80);
	*out++ = (uint8_t)v;
	return out;
}

/* Zigzag encoding: small numbers of either sign become small unsigned ones. */
static uint64_t
fold_sign(uint64_t v)
{
	return v << 1 ^ -(v >> 63);
}

static uint64_t
unfold_sign(uint64_t v)
{
	return v >> 1 ^ -(v & 1);
}

/* Writes a value; *instant: the last one written in this row. */
static uint8_t *
put_value(uint8_t *out, const struct flow_column *c, enum flow_type type, uint32_t row, uint64_t *instant)
{
	uint64_t v;

	switch (type) {
	case FLOW_TYPE_U8:
		*out = ((const uint8_t *)c->values)[row];
		return out + 1;
	case FLOW_TYPE_U16:
		memcpy(out, (const uint16_t *)c->values + row, sizeof(uint16_t));
		return out + sizeof(uint16_t);
	case FLOW_TYPE_U32:
		return put_number(out, ((const uint32_t *)c->values)[row]);
	case FLOW_TYPE_U64:
	case FLOW_TYPE_I64:
		return put_number(out, ((const uint64_t *)c->values)[row]);
	case FLOW_TYPE_TIME:
		v = ((const uint64_t *)c->values)[row];
		out = put_number(out, fold_sign(v - *instant));
		*instant = v;
		return out;
	case FLOW_TYPE_ADDR:
	case FLOW_TYPE_MAC:
	case FLOW_TYPE_TEXT:
		break;
	}
	const struct flow_text text = flow_column_text(c, row);

	out = put_number(out, text.len);
	if (text.len > 0)
		memcpy(out, text.p, text.len);
	return out + text.len;
}

uint8_t *
row_code_put(const struct row_code *code, const struct flow_batch *batch, uint32_t row, uint8_t *out)
{
	uint8_t *mask = out;
	uint64_t instant = 0;

	memset(mask, 0, code->mask_bytes);
	out += code->mask_bytes;
	for (size_t i = 0; i < code->fields; i++) {
		const struct flow_column *c = &batch->column[code->field[i]];

		if (flow_type_is_text(code->type[i]) ? !has_text(c, row) : !flow_column_has(c, row))
			continue;
		mask[i / 8] |= (uint8_t)(1U << i % 8);
		out = put_value(out, c, code->type[i], row, &instant);
	}
	return out;
}

/* A decoded column. */
struct decoded {
	uint64_t values[FLOW_BATCH_ROWS];	/* or an array of a narrower type */
	uint32_t codes[FLOW_BATCH_ROWS];
	uint64_t valid[BITMAP_WORDS(FLOW_BATCH_ROWS)];
	struct flow_text text[FLOW_BATCH_ROWS];
	struct flow_dict dict;
	uint32_t count;				/* rows that are not null */
};

struct row_decoder {
	struct decoded *column[FLOW_FIELD_COUNT];
	struct flow_batch batch;
};

struct row_decoder *
row_decoder_new(void)
{
	return calloc(1, sizeof(struct row_decoder));
}

void
row_decoder_free(struct row_decoder *d)
{
	for (size_t f = 0; d != NULL && f < FLOW_FIELD_COUNT; f++)
		free(d->column[f]);
	free(d);
}

/* The bytes that are not read yet. */
struct rest {
	const uint8_t *p, *end;
};

static bool
take_number(struct rest *r, uint64_t *v)
{
	unsigned shift = 0;

	*v = 0;
	while (r->p < r->end && shift < 64) {
		*v |= (uint64_t)(*r->p & 0x7f) << shift;
		if ((*r->p++ & 0x80) == 0)
			return true;
		shift += 7;
	}
	return false;
}

/* Copies `len` bytes; false if there are fewer. */
static bool
take_bytes(struct rest *r, size_t len, void *out)
{
	if ((size_t)(r->end - r->p) < len)
		return false;
	memcpy(out, r->p, len);
	r->p += len;
	return true;
}

static bool
take_text(struct rest *r, struct flow_text *text)
{
	uint64_t len;

	if (!take_number(r, &len) || len > (uint64_t)(r->end - r->p))
		return false;
	*text = (struct flow_text){ (const char *)r->p, (uint32_t)len };
	r->p += len;
	return true;
}

static bool
take_value(struct rest *r, struct decoded *c, enum flow_type type, uint32_t row, uint64_t *instant)
{
	uint64_t v = 0;
	bool has;

	switch (type) {
	case FLOW_TYPE_U8:
		return take_bytes(r, sizeof(uint8_t), (uint8_t *)c->values + row);
	case FLOW_TYPE_U16:
		return take_bytes(r, sizeof(uint16_t), (uint16_t *)c->values + row);
	case FLOW_TYPE_U32:
		has = take_number(r, &v);
		((uint32_t *)c->values)[row] = (uint32_t)v;
		return has;
	case FLOW_TYPE_U64:
	case FLOW_TYPE_I64:
		return take_number(r, &c->values[row]);
	case FLOW_TYPE_TIME:
		has = take_number(r, &v);
		c->values[row] = *instant += unfold_sign(v);
		return has;
	case FLOW_TYPE_ADDR:
	case FLOW_TYPE_MAC:
	case FLOW_TYPE_TEXT:
		break;
	}
	c->codes[row] = row;
	return take_text(r, &c->text[row]);
}

/* Fills the arrays' place of a null. */
static void
set_null(struct decoded *c, enum flow_type type, uint32_t row)
{
	if (flow_type_is_text(type)) {
		c->codes[row] = 0;
		c->text[row] = (struct flow_text){ "", 0 };
		return;
	}
	flow_type_store(type, (char *)c->values + row * flow_type_size(type), 0);
}

static bool
take_row(struct row_decoder *d, const struct row_code *code, struct rest *r, uint32_t row)
{
	const uint8_t *mask = r->p;
	uint64_t instant = 0;

	if ((size_t)(r->end - r->p) < code->mask_bytes)
		return false;
	r->p += code->mask_bytes;
	for (size_t i = 0; i < code->fields; i++) {
		enum flow_type type = code->type[i];
		struct decoded *c = d->column[code->field[i]];

		if ((mask[i / 8] >> i % 8 & 1) == 0) {
			set_null(c, type, row);
			continue;
		}
		bitmap_set(c->valid, row);
		c->count++;
		if (!take_value(r, c, type, row, &instant))
			return false;
	}
	return true;
}

/* Prepares empty columns. */
static enum flow_status
begin(struct row_decoder *d, const struct row_code *code, uint32_t rows)
{
	memset(&d->batch, 0, sizeof(d->batch));
	d->batch.rows = rows;
	for (size_t i = 0; i < code->fields; i++) {
		struct decoded *c = d->column[code->field[i]];

		if (c == NULL)
			c = d->column[code->field[i]] = malloc(sizeof(*c));
		if (c == NULL)
			return FLOW_ENOMEM;
		memset(c->valid, 0, BITMAP_WORDS(rows) * sizeof(*c->valid));
		c->count = 0;
	}
	return FLOW_OK;
}

static void
show_column(struct row_decoder *d, enum flow_field field, enum flow_type type, uint32_t rows)
{
	struct flow_column *out = &d->batch.column[field];
	struct decoded *c = d->column[field];

	if (c->count == 0)
		return;
	if (c->count < rows)
		out->valid = c->valid;
	if (!flow_type_is_text(type)) {
		out->form = FLOW_FORM_FLAT;
		out->values = c->values;
		return;
	}
	c->dict = (struct flow_dict){ flow_dict_serial(), rows, c->text };
	out->form = FLOW_FORM_DICT;
	out->codes = c->codes;
	out->dict = &c->dict;
}

enum flow_status
row_decoder_read(struct row_decoder *d, const struct row_code *code, const uint8_t *bytes, size_t len, uint32_t rows,
    const struct flow_batch **batch)
{
	struct rest r = { bytes, bytes + len };

	if (rows > FLOW_BATCH_ROWS)
		return FLOW_EIO;
	if (begin(d, code, rows) != FLOW_OK)
		return FLOW_ENOMEM;
	for (uint32_t i = 0; i < rows; i++)
		if (!take_row(d, code, &r, i))
			return FLOW_EIO;
	for (size_t i = 0; i < code->fields; i++)
		show_column(d, code->field[i], code->type[i], rows);
	*batch = &d->batch;
	return FLOW_OK;
}
