/* SPDX-License-Identifier: BSD-2-Clause */
#include "element/extra_rename.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/json.h"
#include "base/number.h"
#include "element/type.h"
#include "element/value_json.h"

/* The deepest nesting of objects, as in base/json.h. */
#define DEPTH_MAX 32
/* Printers read texts in steps of this many bytes, possibly beyond their end. */
#define TEXT_SLACK 16

struct renaming {
	const struct flow_elements *elements;
	struct buf *out;
	struct buf bytes;	/* of one value */
	struct buf name;
	bool changed;
	bool broken;		/* it is not valid JSON */
};

/* The element of a key PEN/ID or ID, and its name in *name; NULL: the key stays. */
static const struct element_name *
element_of(const struct renaming *r, struct json_slice key, struct buf *name)
{
	const char *slash = memchr(key.p, '/', key.len);
	size_t head = slash != NULL ? (size_t)(slash - key.p) : 0;
	uint64_t pen = 0, id;
	const struct element_name *e;

	if (key.len == 0 || !isdigit((unsigned char)key.p[0]))
		return NULL;
	if (slash != NULL && number_parse(key.p, head, NUMBER_DECIMAL, UINT32_MAX, &pen) != FLOW_OK)
		return NULL;
	head += slash != NULL;
	if (number_parse(key.p + head, key.len - head, NUMBER_DECIMAL, UINT16_MAX, &id) != FLOW_OK)
		return NULL;
	buf_clear(name);
	e = flow_elements_find(r->elements, (uint32_t)pen, (uint16_t)id);
	if (e == NULL && pen == VENDOR_CERT && (id & VENDOR_CERT_REVERSE) != 0) {
		e = flow_elements_find(r->elements, VENDOR_CERT,
		    (uint16_t)(id & ~(uint64_t)VENDOR_CERT_REVERSE));
		if (e != NULL) {
			buf_append_text(name, "reverse");
			buf_append_u8(name, (uint8_t)toupper((unsigned char)e->name[0]));
			buf_append_text(name, e->name + 1);
		}
	} else if (e != NULL) {
		buf_append_text(name, e->name);
	}
	return name->failed ? NULL : e;
}

/* Decodes a string's bytes: hexadecimal digits of octets, else the text itself. */
static bool
bytes_of(struct renaming *r, struct json_slice value)
{
	const char *p = value.p + 1;
	size_t len = value.len - 2, i;

	buf_clear(&r->bytes);
	if (!buf_reserve(&r->bytes, value.len))
		return false;
	for (i = 0; i < len && hex_value(p[i]) < 16; i++)
		;
	if (i == len && len % 2 == 0) {
		for (i = 0; i < len; i += 2)
			r->bytes.data[r->bytes.len++] = (uint8_t)(hex_value(p[i]) << 4 |
			    hex_value(p[i + 1]));
	} else {
		r->bytes.len = json_unescape(value, (char *)r->bytes.data);
	}
	return true;
}

static void put_value(struct renaming *r, struct json_slice value, enum element_type type,
    unsigned depth);

/* Writes an object or an array; `type` is that of an array's elements. */
static void
put_nested(struct renaming *r, struct json_slice value, enum element_type type, unsigned depth)
{
	struct json_slice key, member;
	struct json_walk walk;
	size_t n = 0;

	if (depth >= DEPTH_MAX || !json_walk_begin(&walk, value)) {
		r->broken = true;
		buf_append(r->out, value.p, value.len);
		return;
	}
	buf_append_u8(r->out, walk.is_object ? '{' : '[');
	while (json_walk_next(&walk, &key, &member)) {
		enum element_type of = walk.is_object ? ELEMENT_UNKNOWN : type;
		const struct element_name *e = NULL;
		struct json_slice taken;

		if (n++ > 0)
			buf_append_u8(r->out, ',');
		if (walk.is_object) {
			e = element_of(r, key, &r->name);
			if (e != NULL) {
				buf_append_u8(&r->name, 0);
				if (r->name.failed || json_find(value.p, value.len,
				    (const char *)r->name.data, &taken))
					e = NULL;
			}
			buf_append_u8(r->out, '"');
			if (e != NULL)
				buf_append_text(r->out, (const char *)r->name.data);
			else
				buf_append(r->out, key.p, key.len);
			buf_append_text(r->out, "\":");
			of = e != NULL ? (enum element_type)e->type : ELEMENT_UNKNOWN;
			r->changed |= e != NULL;
		}
		put_value(r, member, of, depth);
	}
	r->broken |= walk.p >= walk.end || *walk.p != (walk.is_object ? '}' : ']');
	buf_append_u8(r->out, walk.is_object ? '}' : ']');
}

/* Writes a value by its type; unchanged if that is unknown or a list's, whose templates are gone. */
static void
put_value(struct renaming *r, struct json_slice value, enum element_type type, unsigned depth)
{
	if (value.len > 0 && (value.p[0] == '{' || value.p[0] == '['))
		put_nested(r, value, type, depth + 1);
	else if (value.len < 3 || value.p[0] != '"' || type == ELEMENT_UNKNOWN ||
	    element_type_is_list(type) || !bytes_of(r, value))
		buf_append(r->out, value.p, value.len);
	else
		value_json(r->out, type, r->bytes.data, r->bytes.len);
}

/* A quick test whether some key may be a number; most rows have none. */
static bool
may_have_numbers(const struct flow_text *extra)
{
	const char *p = extra->p, *end = p + extra->len;

	while ((p = memchr(p, '"', (size_t)(end - p))) != NULL && ++p < end)
		if (*p >= '0' && *p <= '9')
			return true;
	return false;
}

bool
extra_rename(const struct flow_text *extra, const struct flow_elements *elements, struct buf *out)
{
	struct renaming r = { .elements = elements, .out = out, .bytes = BUF_INIT, .name = BUF_INIT };
	size_t begin = out->len;

	if (extra->len == 0 || !may_have_numbers(extra))
		return false;
	put_nested(&r, (struct json_slice){ extra->p, extra->len }, ELEMENT_UNKNOWN, 0);
	out->failed |= r.bytes.failed || r.name.failed;
	buf_release(&r.bytes);
	buf_release(&r.name);
	if (r.broken || !r.changed)
		out->len = begin;
	return r.changed && !r.broken;
}

struct extra_renamer {
	const struct flow_elements *elements;
	uint64_t source;		/* serial of the dictionary that was renamed last; 0: none */
	struct flow_dict dict;
	struct flow_text *text;
	uint32_t cap;
	struct buf bytes;		/* of the new texts */
};

struct extra_renamer *
extra_renamer_new(const struct flow_elements *elements)
{
	struct extra_renamer *r = calloc(1, sizeof(*r));

	if (r != NULL)
		r->elements = elements;
	return r;
}

void
extra_renamer_free(struct extra_renamer *r)
{
	if (r == NULL)
		return;
	buf_release(&r->bytes);
	free(r->text);
	free(r);
}

/* Sets pointers to new texts only at the end, when the buffer no longer moves. */
static enum flow_status
rename_all(struct extra_renamer *r, const struct flow_dict *source)
{
	uint32_t i;

	buf_clear(&r->bytes);
	for (i = 0; i < source->count; i++) {
		size_t begin = r->bytes.len;

		if (extra_rename(&source->text[i], r->elements, &r->bytes))
			r->text[i] = (struct flow_text){ NULL, (uint32_t)(r->bytes.len - begin) };
		else
			r->text[i] = source->text[i];
		if (r->bytes.failed)
			return FLOW_ENOMEM;
	}
	if (!buf_reserve(&r->bytes, TEXT_SLACK))
		return FLOW_ENOMEM;
	for (size_t at = 0, k = 0; k < source->count; k++) {
		if (r->text[k].p != NULL)
			continue;
		r->text[k].p = (const char *)r->bytes.data + at;
		at += r->text[k].len;
	}
	return FLOW_OK;
}

enum flow_status
extra_renamer_apply(struct extra_renamer *r, struct flow_column *column)
{
	const struct flow_dict *source = column->dict;
	enum flow_status st;

	if (column->form != FLOW_FORM_DICT)
		return FLOW_OK;
	if (r->source != source->serial) {
		r->source = 0;
		if (source->count > r->cap) {
			free(r->text);
			r->cap = 0;
			r->text = malloc(source->count * sizeof(*r->text));
			if (r->text == NULL)
				return FLOW_ENOMEM;
			r->cap = source->count;
		}
		if ((st = rename_all(r, source)) != FLOW_OK)
			return st;
		r->source = source->serial;
		r->dict = (struct flow_dict){ flow_dict_serial(), source->count, r->text };
	}
	column->dict = &r->dict;
	return FLOW_OK;
}
