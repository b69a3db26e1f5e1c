/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/raw_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/hash.h"

#define END 0xff	/* instead of the next column's number */

_Static_assert(FLOW_FIELD_COUNT < END, "numbers of columns take one byte");

struct raw_writer {
	uint32_t *remap;	/* codes of a dictionary -> codes here + 1; all 0 between calls */
	size_t remap_cap;
	uint32_t *met;		/* maps codes here to codes of the dictionary */
	size_t met_cap;
	uint64_t *value;	/* numbers or codes of a column */
	size_t value_cap;
};

struct raw_column {
	void *values;		/* numbers or codes */
	uint64_t *valid;
	struct flow_dict dict;
	struct flow_text *text;
	size_t cap, text_cap;	/* of `values` and `valid` in rows; of `text` */
};

struct raw_reader {
	struct raw_column column[FLOW_FIELD_COUNT];
	struct flow_batch batch;
};

struct raw_writer *
raw_writer_new(void)
{
	return calloc(1, sizeof(struct raw_writer));
}

void
raw_writer_free(struct raw_writer *w)
{
	if (w == NULL)
		return;
	free(w->remap);
	free(w->met);
	free(w->value);
	free(w);
}

struct raw_reader *
raw_reader_new(void)
{
	return calloc(1, sizeof(struct raw_reader));
}

void
raw_reader_free(struct raw_reader *r)
{
	for (unsigned f = 0; r != NULL && f < FLOW_FIELD_COUNT; f++) {
		free(r->column[f].values);
		free(r->column[f].valid);
		free(r->column[f].text);
	}
	free(r);
}

static bool
fits(const struct flow_batch *batch, size_t n, struct raw_writer *w)
{
	size_t most = 0;

	for (unsigned f = 0; f < FLOW_FIELD_COUNT; f++)
		if (batch->column[f].form == FLOW_FORM_DICT && batch->column[f].dict->count > most)
			most = batch->column[f].dict->count;
	if (n > w->value_cap) {
		free(w->value);
		free(w->met);
		w->value = malloc(n * sizeof(*w->value));
		w->met = malloc(n * sizeof(*w->met));
		w->value_cap = w->value != NULL && w->met != NULL ? n : 0;
	}
	if (most > w->remap_cap) {
		free(w->remap);
		w->remap = calloc(most, sizeof(*w->remap));
		w->remap_cap = w->remap != NULL ? most : 0;
	}
	return w->value_cap >= n && w->remap_cap >= most;
}

static void
put_bits(const uint64_t *from, const uint32_t *rows, size_t n, struct buf *out)
{
	uint64_t word = 0;

	for (size_t i = 0; i < n; i++) {
		word |= (uint64_t)bitmap_get(from, rows[i]) << i % 64;
		if (i % 64 == 63 || i + 1 == n) {
			buf_append_le64(out, word);
			word = 0;
		}
	}
}

#define NARROW(type)                                                    \
	do {                                                            \
		for (size_t i = 0; i < n; i++) {                        \
			type v = (type)(value[i] - least);              \
			memcpy(to + i * sizeof(v), &v, sizeof(v));      \
		}                                                       \
	} while (0)

/* The differences to the minimum, preceded by their width: the least that holds the greatest. */
static void
put_narrow(const uint64_t *value, size_t n, uint64_t least, uint64_t greatest, struct buf *out)
{
	uint64_t span = greatest - least;
	unsigned width = span == 0 ? 0 : span <= UINT8_MAX ? 1 : span <= UINT16_MAX ? 2 : span <= UINT32_MAX ? 4 : 8;
	uint8_t *to;

	buf_append_u8(out, (uint8_t)width);
	if (!buf_reserve(out, n * width))
		return;
	to = buf_end(out);
	if (width == 1)
		NARROW(uint8_t);
	else if (width == 2)
		NARROW(uint16_t);
	else if (width == 4)
		NARROW(uint32_t);
	else if (width == 8)
		NARROW(uint64_t);
	out->len += n * width;
}

#define WIDEN(type)                                             \
	do {                                                    \
		const type *from = c->values;                   \
		for (size_t i = 0; i < n; i++)                  \
			w->value[i] = from[rows[i]];            \
	} while (0)

static void
put_numbers(struct raw_writer *w, const struct flow_column *c, size_t width, const uint32_t *rows, size_t n,
    struct buf *out)
{
	uint64_t least = UINT64_MAX, greatest = 0;

	if (width == 1)
		WIDEN(uint8_t);
	else if (width == 2)
		WIDEN(uint16_t);
	else if (width == 4)
		WIDEN(uint32_t);
	else
		WIDEN(uint64_t);
	for (size_t i = 0; i < n; i++) {
		least = w->value[i] < least ? w->value[i] : least;
		greatest = w->value[i] > greatest ? w->value[i] : greatest;
	}
	buf_append_le64(out, least);
	put_narrow(w->value, n, least, greatest, out);
}

/* Only the texts that these rows use, in order of first use. */
static void
put_texts(struct raw_writer *w, const struct flow_column *c, const uint32_t *rows, size_t n, struct buf *out)
{
	uint32_t count = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t code = c->codes[rows[i]];

		w->value[i] = 0;
		if (c->valid != NULL && !bitmap_get(c->valid, rows[i]))
			continue;
		if (w->remap[code] == 0) {
			w->met[count] = code;
			w->remap[code] = ++count;
		}
		w->value[i] = w->remap[code] - 1;
	}
	buf_append_le32(out, count);
	for (uint32_t k = 0; k < count; k++)
		buf_append_le32(out, c->dict->text[w->met[k]].len);
	for (uint32_t k = 0; k < count; k++) {
		buf_append(out, c->dict->text[w->met[k]].p, c->dict->text[w->met[k]].len);
		w->remap[w->met[k]] = 0;
	}
	put_narrow(w->value, n, 0, count > 0 ? count - 1 : 0, out);
}

enum flow_status
raw_writer_rows(struct raw_writer *w, const struct flow_batch *batch, const uint32_t *rows, size_t n,
    struct buf *out)
{
	size_t begin = out->len;

	if (!fits(batch, n, w))
		return FLOW_ENOMEM;
	for (unsigned f = 0; f < FLOW_FIELD_COUNT; f++) {
		const struct flow_column *c = &batch->column[f];

		if (c->form == FLOW_FORM_NULL)
			continue;
		buf_append_u8(out, (uint8_t)f);
		buf_append_u8(out, c->valid != NULL);
		if (c->valid != NULL)
			put_bits(c->valid, rows, n, out);
		if (c->form == FLOW_FORM_DICT)
			put_texts(w, c, rows, n, out);
		else
			put_numbers(w, c, flow_type_size(flow_field_info((enum flow_field)f)->type), rows, n, out);
	}
	buf_append_u8(out, END);
	if (buf_status(out) == FLOW_OK)
		buf_append_le64(out, hash_xxh64(out->data + begin, out->len - begin, 0));
	return buf_status(out);
}

/* Room for n values of that width, contents lost; false when out of memory. */
static bool
make_room(struct raw_column *c, size_t n, size_t width)
{
	if (n <= c->cap)
		return true;
	free(c->values);
	free(c->valid);
	c->values = malloc(n * width);
	c->valid = malloc(BITMAP_WORDS(n) * sizeof(uint64_t));
	c->cap = c->values != NULL && c->valid != NULL ? n : 0;
	return c->cap > 0;
}

#define FROM(type, to_type)                                     \
	do {                                                    \
		to_type *to = out;                              \
		for (size_t i = 0; i < n; i++) {                \
			type v;                                 \
			memcpy(&v, from + i * sizeof(v), sizeof(v)); \
			to[i] = (to_type)(least + v);           \
		}                                               \
	} while (0)

#define FROM_ANY(to_type)                                       \
	do {                                                    \
		if (width == 0)                                 \
			for (size_t i = 0; i < n; i++)          \
				((to_type *)out)[i] = (to_type)least; \
		else if (width == 1)                            \
			FROM(uint8_t, to_type);                 \
		else if (width == 2)                            \
			FROM(uint16_t, to_type);                \
		else if (width == 4)                            \
			FROM(uint32_t, to_type);                \
		else                                            \
			FROM(uint64_t, to_type);                \
	} while (0)

/* Reads values and widens them to to_width bytes; missing bytes fail the cursor. */
static void
get_narrow(struct cursor *in, uint64_t least, size_t n, void *out, size_t to_width)
{
	unsigned width = cursor_u8(in);
	const uint8_t *from = width <= 8 ? cursor_bytes(in, n * width) : NULL;

	if (from == NULL) {
		in->failed = true;
		return;
	}
	if (to_width == 1)
		FROM_ANY(uint8_t);
	else if (to_width == 2)
		FROM_ANY(uint16_t);
	else if (to_width == 4)
		FROM_ANY(uint32_t);
	else
		FROM_ANY(uint64_t);
}

/* False when out of memory. */
static bool
get_texts(struct cursor *in, struct raw_column *c, size_t n)
{
	uint32_t count = cursor_le32(in);
	struct cursor lengths = cursor_sub(in, (size_t)count * sizeof(uint32_t));

	if (cursor_failed(&lengths))
		return true;
	if (count > c->text_cap) {
		free(c->text);
		c->text = malloc(count * sizeof(*c->text));
		c->text_cap = c->text != NULL ? count : 0;
		if (c->text == NULL)
			return false;
	}
	for (uint32_t k = 0; k < count; k++) {
		uint32_t len = cursor_le32(&lengths);

		c->text[k] = (struct flow_text){ (const char *)cursor_bytes(in, len), len };
	}
	c->dict = (struct flow_dict){ flow_dict_serial(), count, c->text };
	get_narrow(in, 0, n, c->values, sizeof(uint32_t));
	return true;
}

/* False when out of memory. */
static bool
get_column(struct raw_reader *r, unsigned f, struct cursor *in, size_t n)
{
	enum flow_type type = flow_field_info((enum flow_field)f)->type;
	struct flow_column *out = &r->batch.column[f];
	struct raw_column *c = &r->column[f];

	if (!make_room(c, n, flow_type_is_text(type) ? sizeof(uint32_t) : flow_type_size(type)))
		return false;
	if (cursor_u8(in) != 0) {
		for (size_t i = 0; i < BITMAP_WORDS(n); i++)
			c->valid[i] = cursor_le64(in);
		out->valid = c->valid;
	}
	if (!flow_type_is_text(type)) {
		uint64_t least = cursor_le64(in);

		get_narrow(in, least, n, c->values, flow_type_size(type));
		out->form = FLOW_FORM_FLAT;
		out->values = c->values;
		return true;
	}
	out->form = FLOW_FORM_DICT;
	out->codes = c->values;
	out->dict = &c->dict;
	return get_texts(in, c, n);
}

enum flow_status
raw_reader_rows(struct raw_reader *r, const uint8_t *bytes, size_t len, size_t n, const struct flow_batch **batch,
    struct flow_error *err)
{
	size_t hashed = len >= sizeof(uint64_t) ? len - sizeof(uint64_t) : 0;
	struct cursor in = cursor_make(bytes, hashed);
	unsigned f;

	if (hashed == 0 || load_le64(bytes + hashed) != hash_xxh64(bytes, hashed, 0))
		return flow_fail(err, FLOW_ECORRUPT, FLOW_NO_OFFSET, "a temporary file holds other bytes than "
		    "were written");
	r->batch = (struct flow_batch){ .rows = n };
	while (!cursor_failed(&in) && (f = cursor_u8(&in)) < FLOW_FIELD_COUNT)
		if (!get_column(r, f, &in, n))
			return flow_fail_memory(err);
	if (cursor_failed(&in))
		return flow_fail(err, FLOW_ECORRUPT, FLOW_NO_OFFSET, "a temporary file ends within its rows");
	*batch = &r->batch;
	return FLOW_OK;
}
