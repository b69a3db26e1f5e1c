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

/* Deepest nesting that is written or read. */
#define THRIFT_DEPTH 16

struct thrift_writer {
	struct buf *out;
	unsigned depth;
	int16_t last[THRIFT_DEPTH];	/* last field id of each open struct */
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

/* Reading fails by failing the cursor; everything then reads as zero or the end. */
struct thrift_reader {
	struct cursor in;
	unsigned depth;
	int16_t last[THRIFT_DEPTH];
};

struct thrift_field {
	int16_t id;
	uint8_t type;
};

/* Enters a struct: the outermost, a field's value or a list's element. */
void thrift_struct(struct thrift_reader *r);
/* The next field; false at the struct's end (which is left then) or on failure. */
bool thrift_field(struct thrift_reader *r, struct thrift_field *f);
/* Values; a field of another type fails the reader. */
int64_t thrift_read_int(struct thrift_reader *r, const struct thrift_field *f);
bool thrift_read_bool(struct thrift_reader *r, const struct thrift_field *f);
/* Bytes within the input; NULL on failure. */
const char *thrift_read_binary(struct thrift_reader *r, const struct thrift_field *f, size_t *len);
/* Enters a list; its size, at most what the bytes left can hold. */
size_t thrift_read_list(struct thrift_reader *r, const struct thrift_field *f,
    enum thrift_type element);
int64_t thrift_read_element_int(struct thrift_reader *r);
bool thrift_read_element_bool(struct thrift_reader *r);
const char *thrift_read_element_binary(struct thrift_reader *r, size_t *len);
/* Steps over a field's value. */
void thrift_skip(struct thrift_reader *r, const struct thrift_field *f);
