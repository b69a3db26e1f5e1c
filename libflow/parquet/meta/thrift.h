/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Thrift's compact protocol, as far as Parquet's metadata needs it.
 *
 * Writing: fields in ascending order of their ids.
 *
 *	thrift_begin(&w)  thrift_i32(&w, 1, v)  ...  thrift_end(&w)
 *
 * Reading: a loop over fields, skipping those not known.
 *
 *	thrift_struct(&r);
 *	while (thrift_field(&r, &f))
 *		switch (f.id) { case 1: v = thrift_read_int(&r, &f); break;
 *		                default: thrift_skip(&r, &f); }
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/zigzag.h"

enum thrift_type {
	THRIFT_STOP = 0,
	THRIFT_TRUE = 1,
	THRIFT_FALSE = 2,
	THRIFT_I8 = 3,
	THRIFT_I16 = 4,
	THRIFT_I32 = 5,
	THRIFT_I64 = 6,
	THRIFT_DOUBLE = 7,
	THRIFT_BINARY = 8,
	THRIFT_LIST = 9,
	THRIFT_SET = 10,
	THRIFT_MAP = 11,
	THRIFT_STRUCT = 12,
};

/* The deepest nesting that is written or read. */
#define THRIFT_DEPTH 16

struct thrift_writer {
	struct buf *out;
	unsigned depth;
	int16_t last[THRIFT_DEPTH];	/* id of the last field of each open struct */
};

/* A writer is { .out = &buf }; begin opens the outermost struct or a list's element. */
void thrift_begin(struct thrift_writer *w);
void thrift_end(struct thrift_writer *w);
void thrift_i8(struct thrift_writer *w, int16_t id, int8_t v);
void thrift_i16(struct thrift_writer *w, int16_t id, int16_t v);
void thrift_i32(struct thrift_writer *w, int16_t id, int32_t v);
void thrift_i64(struct thrift_writer *w, int16_t id, int64_t v);
void thrift_bool(struct thrift_writer *w, int16_t id, bool v);
void thrift_binary(struct thrift_writer *w, int16_t id, const void *bytes, size_t len);
/* A struct as a field; closed by thrift_end. */
void thrift_struct_field(struct thrift_writer *w, int16_t id);
/* A list as a field; its elements follow: thrift_begin, or the thrift_element_ functions. */
void thrift_list(struct thrift_writer *w, int16_t id, enum thrift_type element, size_t count);
void thrift_element_int(struct thrift_writer *w, int64_t v);
void thrift_element_bool(struct thrift_writer *w, bool v);
void thrift_element_binary(struct thrift_writer *w, const void *bytes, size_t len);

/* Errors fail the cursor; everything then reads as zero, or as the end. */
struct thrift_reader {
	struct cursor in;
	unsigned depth;
	int16_t last[THRIFT_DEPTH];
};

struct thrift_field {
	int16_t id;
	uint8_t type;
};

/*
 * These steps are inline, as footers of many columns consist of them: a search that finds nothing in 288 files of
 * 92 columns reads little else.
 */
static inline void
thrift_fail(struct thrift_reader *r)
{
	r->in.failed = true;
}

/* Enters a struct: the outermost, a field's value or a list's element. */
static inline void
thrift_struct(struct thrift_reader *r)
{
	if (r->depth == THRIFT_DEPTH) {
		thrift_fail(r);
		return;
	}
	r->last[r->depth++] = 0;
}

/* Enters a struct whose fields were already read up to this one. */
static inline void
thrift_struct_from(struct thrift_reader *r, int16_t id)
{
	thrift_struct(r);
	if (r->depth > 0)
		r->last[r->depth - 1] = id;
}

/* The next field; false at the end of the struct, which is left, or on failure. */
static inline bool
thrift_field(struct thrift_reader *r, struct thrift_field *f)
{
	uint8_t head = cursor_u8(&r->in);
	int16_t *last;

	if (cursor_failed(&r->in) || r->depth == 0)
		return false;
	last = &r->last[r->depth - 1];
	f->type = head & 0x0f;
	if (f->type == THRIFT_STOP) {
		r->depth--;
		return false;
	}
	if (head >> 4 != 0)
		f->id = (int16_t)(*last + (head >> 4));
	else
		f->id = (int16_t)unzigzag(cursor_varint(&r->in));
	*last = f->id;
	return !cursor_failed(&r->in);
}

static inline int64_t
thrift_read_element_int(struct thrift_reader *r)
{
	return unzigzag(cursor_varint(&r->in));
}

/* The field's value; another type fails the reader. */
static inline int64_t
thrift_read_int(struct thrift_reader *r, const struct thrift_field *f)
{
	switch (f->type) {
	case THRIFT_I8:
		return (int8_t)cursor_u8(&r->in);
	case THRIFT_I16:
	case THRIFT_I32:
	case THRIFT_I64:
		return thrift_read_element_int(r);
	default:
		thrift_fail(r);
		return 0;
	}
}

bool thrift_read_bool(struct thrift_reader *r, const struct thrift_field *f);
/* Bytes, which point into the input; NULL on failure. */
const char *thrift_read_binary(struct thrift_reader *r, const struct thrift_field *f, size_t *len);
/* Enters a list; returns its size, at most what the remaining bytes can hold. */
size_t thrift_read_list(struct thrift_reader *r, const struct thrift_field *f,
    enum thrift_type element);
bool thrift_read_element_bool(struct thrift_reader *r);
const char *thrift_read_element_binary(struct thrift_reader *r, size_t *len);
/* Skips a field's value. */
void thrift_skip(struct thrift_reader *r, const struct thrift_field *f);
