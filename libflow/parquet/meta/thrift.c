/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/meta/thrift.h"

/* Smaller element counts are part of the list's first byte. */
#define SHORT_LIST 15

void
thrift_begin(struct thrift_writer *w)
{
	if (w->depth == THRIFT_DEPTH) {
		w->out->failed = true;
		return;
	}
	w->last[w->depth++] = 0;
}

void
thrift_end(struct thrift_writer *w)
{
	buf_append_u8(w->out, THRIFT_STOP);
	w->depth--;
}

static void
field_header(struct thrift_writer *w, int16_t id, uint8_t type)
{
	int16_t *last = &w->last[w->depth - 1];
	int delta = id - *last;

	if (delta > 0 && delta < 16) {
		buf_append_u8(w->out, (uint8_t)(delta << 4 | type));
	} else {
		buf_append_u8(w->out, type);
		buf_append_varint(w->out, zigzag(id));
	}
	*last = id;
}

void
thrift_i8(struct thrift_writer *w, int16_t id, int8_t v)
{
	field_header(w, id, THRIFT_I8);
	buf_append_u8(w->out, (uint8_t)v);
}

void
thrift_i16(struct thrift_writer *w, int16_t id, int16_t v)
{
	field_header(w, id, THRIFT_I16);
	buf_append_varint(w->out, zigzag(v));
}

void
thrift_i32(struct thrift_writer *w, int16_t id, int32_t v)
{
	field_header(w, id, THRIFT_I32);
	buf_append_varint(w->out, zigzag(v));
}

void
thrift_i64(struct thrift_writer *w, int16_t id, int64_t v)
{
	field_header(w, id, THRIFT_I64);
	buf_append_varint(w->out, zigzag(v));
}

void
thrift_bool(struct thrift_writer *w, int16_t id, bool v)
{
	field_header(w, id, v ? THRIFT_TRUE : THRIFT_FALSE);
}

void
thrift_element_binary(struct thrift_writer *w, const void *bytes, size_t len)
{
	buf_append_varint(w->out, len);
	buf_append(w->out, bytes, len);
}

void
thrift_binary(struct thrift_writer *w, int16_t id, const void *bytes, size_t len)
{
	field_header(w, id, THRIFT_BINARY);
	thrift_element_binary(w, bytes, len);
}

void
thrift_struct_field(struct thrift_writer *w, int16_t id)
{
	field_header(w, id, THRIFT_STRUCT);
	thrift_begin(w);
}

void
thrift_list(struct thrift_writer *w, int16_t id, enum thrift_type element, size_t count)
{
	field_header(w, id, THRIFT_LIST);
	if (count < SHORT_LIST) {
		buf_append_u8(w->out, (uint8_t)(count << 4 | element));
	} else {
		buf_append_u8(w->out, (uint8_t)(SHORT_LIST << 4 | element));
		buf_append_varint(w->out, count);
	}
}

void
thrift_element_int(struct thrift_writer *w, int64_t v)
{
	buf_append_varint(w->out, zigzag(v));
}

void
thrift_element_bool(struct thrift_writer *w, bool v)
{
	buf_append_u8(w->out, v ? THRIFT_TRUE : THRIFT_FALSE);
}

bool
thrift_read_bool(struct thrift_reader *r, const struct thrift_field *f)
{
	if (f->type != THRIFT_TRUE && f->type != THRIFT_FALSE)
		thrift_fail(r);
	return f->type == THRIFT_TRUE;
}

bool
thrift_read_element_bool(struct thrift_reader *r)
{
	return cursor_u8(&r->in) == THRIFT_TRUE;
}

const char *
thrift_read_element_binary(struct thrift_reader *r, size_t *len)
{
	uint64_t n = cursor_varint(&r->in);
	const uint8_t *p;

	if (n > cursor_left(&r->in)) {
		thrift_fail(r);
		n = 0;
	}
	p = cursor_bytes(&r->in, (size_t)n);
	*len = p != NULL ? (size_t)n : 0;
	return (const char *)p;
}

const char *
thrift_read_binary(struct thrift_reader *r, const struct thrift_field *f, size_t *len)
{
	if (f->type != THRIFT_BINARY)
		thrift_fail(r);
	return thrift_read_element_binary(r, len);
}

static size_t
list_header(struct thrift_reader *r, uint8_t *element)
{
	uint8_t head = cursor_u8(&r->in);
	uint64_t count = head >> 4;

	*element = head & 0x0f;
	if (count == SHORT_LIST)
		count = cursor_varint(&r->in);
	/* Each element takes a byte at least. */
	if (count > cursor_left(&r->in)) {
		thrift_fail(r);
		return 0;
	}
	return (size_t)count;
}

size_t
thrift_read_list(struct thrift_reader *r, const struct thrift_field *f, enum thrift_type element)
{
	uint8_t type = 0;
	size_t count;

	if (f->type != THRIFT_LIST && f->type != THRIFT_SET) {
		thrift_fail(r);
		return 0;
	}
	count = list_header(r, &type);
	/* Lists of booleans declare either boolean type. */
	if (count > 0 && type != element && !(element == THRIFT_TRUE && type == THRIFT_FALSE)) {
		thrift_fail(r);
		return 0;
	}
	return cursor_failed(&r->in) ? 0 : count;
}

static void skip_value(struct thrift_reader *r, uint8_t type, unsigned depth);

static void
skip_struct(struct thrift_reader *r, unsigned depth)
{
	struct thrift_field f;

	thrift_struct(r);
	while (thrift_field(r, &f))
		skip_value(r, f.type, depth + 1);
}

static void
skip_element(struct thrift_reader *r, uint8_t type, unsigned depth)
{
	/* In a list, a boolean takes a byte of its own. */
	if (type == THRIFT_TRUE || type == THRIFT_FALSE)
		cursor_skip(&r->in, 1);
	else
		skip_value(r, type, depth);
}

static void
skip_list(struct thrift_reader *r, unsigned depth)
{
	uint8_t element = 0;
	size_t count = list_header(r, &element), i;

	for (i = 0; i < count && !cursor_failed(&r->in); i++)
		skip_element(r, element, depth + 1);
}

static void
skip_map(struct thrift_reader *r, unsigned depth)
{
	uint64_t count = cursor_varint(&r->in), i;
	uint8_t types;

	if (count == 0)
		return;
	types = cursor_u8(&r->in);
	for (i = 0; i < count && !cursor_failed(&r->in); i++) {
		skip_element(r, types >> 4, depth + 1);
		skip_element(r, types & 0x0f, depth + 1);
	}
}

static void
skip_value(struct thrift_reader *r, uint8_t type, unsigned depth)
{
	size_t len;

	if (depth >= THRIFT_DEPTH) {
		thrift_fail(r);
		return;
	}
	switch (type) {
	case THRIFT_TRUE:
	case THRIFT_FALSE:
		break;
	case THRIFT_I8:
		cursor_skip(&r->in, 1);
		break;
	case THRIFT_I16:
	case THRIFT_I32:
	case THRIFT_I64:
		(void)cursor_varint(&r->in);
		break;
	case THRIFT_DOUBLE:
		cursor_skip(&r->in, 8);
		break;
	case THRIFT_BINARY:
		(void)thrift_read_element_binary(r, &len);
		break;
	case THRIFT_LIST:
	case THRIFT_SET:
		skip_list(r, depth);
		break;
	case THRIFT_MAP:
		skip_map(r, depth);
		break;
	case THRIFT_STRUCT:
		skip_struct(r, depth);
		break;
	default:
		thrift_fail(r);
	}
}

void
thrift_skip(struct thrift_reader *r, const struct thrift_field *f)
{
	skip_value(r, f->type, 0);
}
