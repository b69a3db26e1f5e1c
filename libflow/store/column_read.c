/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/column_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "parquet/chunk_read.h"
#include "store/canonical_texts.h"

/* Rows that are tested for a code at once, before it is located among them. */
#define SCAN_ROWS 1024

struct column_reader {
	enum flow_field field;
	enum pq_want want;
	unsigned width;			/* of numbers; 0: texts */
	bool is_canonical;		/* the row group's addresses are in the profile's form */
	struct pq_chunk_reader *chunk;
	bool is_open;			/* the row group's chunk is open */
	uint64_t at;			/* the chunk's next row */
	void *values;			/* FLOW_BATCH_ROWS numbers or codes */
	uint64_t valid[BITMAP_WORDS(FLOW_BATCH_ROWS)];
	bool has_nulls;
	bool is_decoded;		/* `values` holds the rows before `at` */
	struct flow_dict dict;
	struct canonical_texts canonical;	/* used unless is_canonical */
	/* If only some texts are wanted: */
	uint32_t *codes;		/* instead of `values`: 0 in all rows but row[] */
	uint64_t found[BITMAP_WORDS(FLOW_BATCH_ROWS)];
	struct flow_text text[COLUMN_FEW_ROWS];
	char room[COLUMN_FEW_ROWS][CANONICAL_TEXT_MAX];
	uint32_t row[COLUMN_FEW_ROWS];	/* row[i] has text[i] */
	uint32_t texts;
};

static enum pq_want
want_of(enum flow_type type)
{
	static const enum pq_want want[] = {
		[FLOW_TYPE_U8] = PQ_WANT_U8,
		[FLOW_TYPE_U16] = PQ_WANT_U16,
		[FLOW_TYPE_U32] = PQ_WANT_U32,
		[FLOW_TYPE_U64] = PQ_WANT_U64,
		[FLOW_TYPE_I64] = PQ_WANT_I64,
		[FLOW_TYPE_TIME] = PQ_WANT_TIME,
	};

	return flow_type_is_text(type) ? PQ_WANT_TEXT : want[type];
}

struct column_reader *
column_reader_new(enum flow_field field)
{
	enum flow_type type = flow_field_info(field)->type;
	struct column_reader *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->field = field;
	c->want = want_of(type);
	c->width = flow_type_is_text(type) ? 0 : (unsigned)flow_type_size(type);
	c->chunk = pq_chunk_reader_new();
	/* Room for eight bytes each: a number of any type, or a code. */
	c->values = calloc(FLOW_BATCH_ROWS, sizeof(uint64_t));
	c->codes = calloc(FLOW_BATCH_ROWS, sizeof(*c->codes));
	if (c->chunk == NULL || c->values == NULL || c->codes == NULL) {
		column_reader_free(c);
		return NULL;
	}
	return c;
}

void
column_reader_free(struct column_reader *c)
{
	if (c == NULL)
		return;
	pq_chunk_reader_free(c->chunk);
	canonical_texts_clear(&c->canonical);
	free(c->values);
	free(c->codes);
	free(c);
}

void
column_reader_begin(struct column_reader *c)
{
	c->is_open = false;
}

void
column_reader_default(struct column_reader *c, size_t rows, struct flow_column *out)
{
	size_t i;

	memset(c->values, 0, rows * c->width);
	for (i = 0; c->field == FLOW_FIELD_FLOWS && i < rows; i++)
		((int64_t *)c->values)[i] = 1;
	*out = (struct flow_column){ .form = FLOW_FORM_FLAT, .values = c->values };
}

void
column_reader_constant(struct column_reader *c, size_t rows, const struct hive_partition_value *value,
    struct flow_column *out)
{
	if (c->width == 0) {
		memset(c->codes, 0, rows * sizeof(*c->codes));
		*out = (struct flow_column){ .form = FLOW_FORM_DICT, .codes = c->codes, .dict = &value->dict };
		return;
	}
	for (size_t i = 0; i < rows; i++)
		flow_type_store(flow_field_info(c->field)->type, (uint8_t *)c->values + i * c->width, value->number);
	*out = (struct flow_column){ .form = FLOW_FORM_FLAT, .values = c->values };
}

static enum flow_status
open_chunk(struct column_reader *c, const struct column_rows *rows, struct flow_error *err)
{
	enum flow_status st = pq_chunk_reader_open(c->chunk, rows->source->file, rows->group,
	    (size_t)rows->source->map.column[c->field], c->want, err);

	if (st == FLOW_OK && rows->by_page)
		st = pq_chunk_reader_by_page(c->chunk, err);
	c->is_open = st == FLOW_OK;
	c->is_canonical = rows->source->map.is_canonical ||
	    !has_canonical_text(flow_field_info(c->field)->type);
	if (!c->is_canonical)
		canonical_texts_clear(&c->canonical);
	c->is_decoded = false;
	c->at = 0;
	c->dict = (struct flow_dict){ .serial = flow_dict_serial() };
	return st;
}

/* Skips to a row. */
static enum flow_status
seek(struct column_reader *c, uint64_t row, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;

	if (c->at < row) {
		st = pq_chunk_reader_skip(c->chunk, (size_t)(row - c->at), err);
		c->at = row;
	}
	return st;
}

/* Decodes the batch into `values` and `valid`. */
static enum flow_status
decode(struct column_reader *c, const struct column_rows *rows, struct flow_error *err)
{
	enum flow_status st;

	if (c->is_decoded && c->at == rows->at + rows->count)
		return FLOW_OK;
	c->is_decoded = false;
	st = seek(c, rows->at, err);
	if (st == FLOW_OK)
		st = c->width == 0 ? pq_chunk_reader_codes(c->chunk, rows->count, c->values, c->valid,
		    &c->has_nulls, err) : pq_chunk_reader_numbers(c->chunk, rows->count, c->values,
		    c->valid, &c->has_nulls, err);
	c->at = rows->at + rows->count;
	c->is_decoded = st == FLOW_OK;
	return st;
}

static enum flow_status
take_texts(struct column_reader *c, struct flow_error *err)
{
	const struct flow_text *text;
	uint32_t count;
	enum flow_status st = pq_chunk_reader_texts(c->chunk, &text, &count, err);

	if (st == FLOW_OK && !c->is_canonical) {
		st = canonical_texts_take(&c->canonical, flow_field_info(c->field)->type, text, count, err);
		text = c->canonical.text;
	}
	if (st == FLOW_OK && (count != c->dict.count || text != c->dict.text))
		c->dict = (struct flow_dict){ flow_dict_serial(), count, text };
	return st;
}

enum flow_status
column_reader_all(struct column_reader *c, const struct column_rows *rows, struct flow_column *out,
    struct flow_error *err)
{
	enum flow_status st = c->is_open ? FLOW_OK : open_chunk(c, rows, err);

	if (st == FLOW_OK)
		st = decode(c, rows, err);
	if (st == FLOW_OK && c->width == 0)
		st = take_texts(c, err);
	if (st != FLOW_OK)
		return st;
	*out = (struct flow_column){ .form = c->width == 0 ? FLOW_FORM_DICT : FLOW_FORM_FLAT,
		.valid = c->has_nulls ? c->valid : NULL };
	if (c->width > 0) {
		out->values = c->values;
	} else {
		out->codes = c->values;
		out->dict = &c->dict;
		/* An empty dictionary means that all rows are null. */
		if (c->dict.count == 0)
			out->form = FLOW_FORM_NULL;
	}
	return FLOW_OK;
}

/* Whether a code is among n; without a branch, so that compilers vectorize it. */
static bool
has_code(const uint32_t *codes, size_t n, uint32_t code)
{
	uint32_t any = 0;
	size_t i;

	for (i = 0; i < n; i++)
		any |= codes[i] == code;
	return any != 0;
}

/* Sets the bits of the rows, at most 64, that have a code. */
static void
find_in_word(const uint32_t *codes, size_t n, uint32_t code, uint64_t *word)
{
	size_t i;

	for (i = 0; i < n; i++)
		*word |= (uint64_t)(codes[i] == code) << i;
}

/* Sets the bits of the rows that have a code.  The code is rare: SCAN_ROWS rows without it are skipped at once. */
static void
find_code(const uint32_t *codes, size_t n, uint32_t code, uint64_t *found)
{
	size_t i, k, end;

	for (i = 0; i < n; i += SCAN_ROWS) {
		end = n - i < SCAN_ROWS ? n : i + SCAN_ROWS;
		if (!has_code(codes + i, end - i, code))
			continue;
		for (k = i; k < end; k += 64)
			find_in_word(codes + k, end - k < 64 ? end - k : 64, code, &found[k / 64]);
	}
}

/* Resets all codes to 0. */
static void
forget_texts(struct column_reader *c)
{
	uint32_t i;

	for (i = 0; i < c->texts; i++)
		c->codes[c->row[i]] = 0;
	c->texts = 0;
}

enum flow_status
column_reader_sought(struct column_reader *c, const struct column_rows *rows,
    const struct flow_dict *sought, struct flow_column *out, struct flow_error *err)
{
	size_t words = BITMAP_WORDS(rows->count), count = 0, i;
	uint32_t code[TEXT_DICT_HITS_MAX];
	enum flow_status st = FLOW_OK;
	uint64_t any = 0;

	if (!c->is_open) {
		st = open_chunk(c, rows, err);
		pq_chunk_reader_want_few(c->chunk, sought->text);
	}
	if (st == FLOW_OK)
		st = decode(c, rows, err);
	if (st != FLOW_OK)
		return st;
	if (!pq_chunk_reader_sought(c->chunk, code, &count))
		return column_reader_all(c, rows, out, err);
	memset(c->found, 0, words * sizeof(*c->found));
	for (i = 0; i < count; i++)
		find_code(c->values, rows->count, code[i], c->found);
	for (i = 0; i < words; i++)
		any |= c->found[i] &= c->has_nulls ? c->valid[i] : UINT64_MAX;
	*out = (struct flow_column){ .form = FLOW_FORM_NULL };
	if (any == 0)
		return FLOW_OK;
	forget_texts(c);
	*out = (struct flow_column){ .form = FLOW_FORM_DICT, .codes = c->codes, .dict = sought,
		.valid = c->found };
	return FLOW_OK;
}

/* Reads the number or code of a selected row. */
static enum flow_status
read_row(struct column_reader *c, const struct column_rows *rows, uint32_t row, bool *has,
    struct flow_error *err)
{
	bool has_nulls = false, decoded = c->is_decoded && c->at == rows->at + rows->count;
	uint8_t *value = (uint8_t *)c->values + (size_t)row * (c->width > 0 ? c->width : 4);
	enum flow_status st = FLOW_OK;
	uint64_t valid[1];

	if (decoded) {
		*has = !c->has_nulls || bitmap_get(c->valid, row);
		return FLOW_OK;
	}
	c->is_decoded = false;
	st = seek(c, rows->at + row, err);
	if (st == FLOW_OK)
		st = c->width > 0 ? pq_chunk_reader_numbers(c->chunk, 1, value, valid, &has_nulls, err) :
		    pq_chunk_reader_codes(c->chunk, 1, (uint32_t *)(void *)value, valid, &has_nulls, err);
	c->at = rows->at + row + 1;
	*has = !has_nulls;
	return st;
}

/* Adds the text of a row whose code in the chunk is in `values`. */
static enum flow_status
add_text(struct column_reader *c, uint32_t row, struct flow_error *err)
{
	struct flow_text *text = &c->text[c->texts];
	enum flow_status st = pq_chunk_reader_text(c->chunk, ((uint32_t *)c->values)[row], text, err);

	if (st == FLOW_OK && !c->is_canonical)
		*text = canonical_text(flow_field_info(c->field)->type, text, c->room[c->texts]);
	c->row[c->texts] = row;
	c->codes[row] = c->texts++;
	return st;
}

enum flow_status
column_reader_few(struct column_reader *c, const struct column_rows *rows,
    const struct flow_selection *sel, struct flow_column *out, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;
	bool has = false, all = true;
	uint32_t i;

	if (!c->is_open) {
		st = open_chunk(c, rows, err);
		pq_chunk_reader_want_few(c->chunk, NULL);
	}
	memset(c->found, 0, sizeof(c->found));
	forget_texts(c);
	for (i = 0; i < sel->count && st == FLOW_OK; i++) {
		uint32_t row = flow_selection_row(sel, i);

		st = read_row(c, rows, row, &has, err);
		all = all && has;
		if (st != FLOW_OK || !has)
			continue;
		bitmap_set(c->found, row);
		if (c->width == 0)
			st = add_text(c, row, err);
	}
	*out = (struct flow_column){ .form = FLOW_FORM_FLAT, .values = c->values,
		.valid = all ? NULL : c->found };
	if (c->width == 0) {
		c->dict = (struct flow_dict){ flow_dict_serial(), c->texts, c->text };
		*out = (struct flow_column){ .form = c->texts > 0 ? FLOW_FORM_DICT : FLOW_FORM_NULL,
			.codes = c->codes, .dict = &c->dict, .valid = all ? NULL : c->found };
	}
	return st;
}
