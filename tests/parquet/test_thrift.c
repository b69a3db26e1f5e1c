/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/meta/thrift.h"

#include <string.h>

#include "tap.h"

/* Field headers, zigzag and list headers by hand from the compact protocol's specification. */
static const uint8_t example[] = {
	0x15, 0x01,			/* 1: i32 -1 */
	0x16, 0x80, 0x01,		/* 2: i64 64 */
	0x11,				/* 3: true */
	0x18, 0x02, 'h', 'i',		/* 4: "hi" */
	0x19, 0x35, 0x02, 0x04, 0x06,	/* 5: list of i32 1 2 3 */
	0x1c, 0x15, 0x0a, 0x00,		/* 6: struct { 1: 5 } */
	0x02, 0xc8, 0x01,		/* 100: false, the id spelt out */
	0x00,
};

static void
writes(void)
{
	struct buf out = BUF_INIT;
	struct thrift_writer w = { .out = &out };

	thrift_begin(&w);
	thrift_i32(&w, 1, -1);
	thrift_i64(&w, 2, 64);
	thrift_bool(&w, 3, true);
	thrift_binary(&w, 4, "hi", 2);
	thrift_list(&w, 5, THRIFT_I32, 3);
	thrift_element_int(&w, 1);
	thrift_element_int(&w, 2);
	thrift_element_int(&w, 3);
	thrift_struct_field(&w, 6);
	thrift_i32(&w, 1, 5);
	thrift_end(&w);
	thrift_bool(&w, 100, false);
	thrift_end(&w);
	is_mem(out.data, out.len, example, sizeof(example));
	is_uint(w.depth, 0);
	buf_release(&out);
}

static void
reads(void)
{
	struct thrift_reader r = { .in = cursor_make(example, sizeof(example)) };
	struct thrift_field f;
	size_t len;
	const char *text;

	thrift_struct(&r);
	ok(thrift_field(&r, &f) && f.id == 1 && thrift_read_int(&r, &f) == -1);
	ok(thrift_field(&r, &f) && f.id == 2 && thrift_read_int(&r, &f) == 64);
	ok(thrift_field(&r, &f) && f.id == 3 && thrift_read_bool(&r, &f));
	ok(thrift_field(&r, &f) && f.id == 4);
	text = thrift_read_binary(&r, &f, &len);
	is_mem(text, len, "hi", 2);
	ok(thrift_field(&r, &f) && f.id == 5);
	is_uint(thrift_read_list(&r, &f, THRIFT_I32), 3);
	is_int(thrift_read_element_int(&r), 1);
	is_int(thrift_read_element_int(&r), 2);
	is_int(thrift_read_element_int(&r), 3);
	ok(thrift_field(&r, &f) && f.id == 6);
	thrift_struct(&r);
	ok(thrift_field(&r, &f) && f.id == 1 && thrift_read_int(&r, &f) == 5);
	ok(!thrift_field(&r, &f));
	ok(thrift_field(&r, &f) && f.id == 100 && !thrift_read_bool(&r, &f));
	ok(!thrift_field(&r, &f));
	ok(!cursor_failed(&r.in));
	is_uint(r.depth, 0);
	is_uint(cursor_left(&r.in), 0);
}

/* All fields skipped: the end is the same; each cut of it is a failure. */
static void
skips(void)
{
	for (size_t len = 0; len <= sizeof(example); len++) {
		struct thrift_reader r = { .in = cursor_make(example, len) };
		struct thrift_field f;

		thrift_struct(&r);
		while (thrift_field(&r, &f))
			thrift_skip(&r, &f);
		ok(cursor_failed(&r.in) == (len < sizeof(example)));
	}
}

/* A struct whose one field holds all the types that Parquet never uses. */
static void
skips_anything(void)
{
	static const uint8_t odd[] = {
		0x13, 0x7f,					/* i8 */
		0x17, 1, 2, 3, 4, 5, 6, 7, 8,			/* double */
		0x1b, 0x02, 0x51, 0x02, 0x01, 0x04, 0x02,	/* map i32 -> bool */
		0x1b, 0x00,					/* an empty map */
		0x1a, 0x21, 0x01, 0x02,				/* set of two booleans */
		0x19, 0x2c, 0x00, 0x15, 0x02, 0x00,		/* list of two structs */
		0x00,
	};
	struct thrift_reader r = { .in = cursor_make(odd, sizeof(odd)) };
	struct thrift_field f;
	int fields = 0;

	thrift_struct(&r);
	while (thrift_field(&r, &f)) {
		thrift_skip(&r, &f);
		fields++;
	}
	is_int(fields, 6);
	ok(!cursor_failed(&r.in) && cursor_left(&r.in) == 0);
}

static bool
skips_well(const void *bytes, size_t len)
{
	struct thrift_reader r = { .in = cursor_make(bytes, len) };
	struct thrift_field f;

	thrift_struct(&r);
	while (thrift_field(&r, &f))
		thrift_skip(&r, &f);
	return !cursor_failed(&r.in);
}

static void
malformed(void)
{
	uint8_t deep[200];

	/* Structs in structs, lists in lists. */
	memset(deep, 0x1c, sizeof(deep));
	ok(!skips_well(deep, sizeof(deep)));
	memset(deep, 0x19, sizeof(deep));
	ok(!skips_well(deep, sizeof(deep)));
	ok(!skips_well("\x1d\x00", 2));				/* no such type */
	ok(!skips_well("\x18\xff\xff\xff\xff\x0f", 6));		/* longer than all there is */
	ok(!skips_well("\x19\xf5\xff\xff\xff\xff\x0f", 7));	/* more elements than bytes */
	ok(!skips_well("\x1b\xff\xff\xff\xff\x0f\x55", 7));
	ok(!skips_well("\x16\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00", 13));
	ok(skips_well("\x16\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00", 12));
}

/* A field of another type than wanted fails, and reads as nothing. */
static void
wrong_types(void)
{
	static const struct thrift_field text = { 1, THRIFT_BINARY }, number = { 1, THRIFT_I32 };
	struct thrift_reader r = { .in = cursor_make("\x02hi", 3) };
	size_t len;

	is_int(thrift_read_int(&r, &text), 0);
	ok(cursor_failed(&r.in));
	r.in = cursor_make("\x02hi", 3);
	ok(thrift_read_binary(&r, &number, &len) == NULL && len == 0);
	r.in = cursor_make("\x15\x02", 2);
	is_uint(thrift_read_list(&r, &number, THRIFT_I32), 0);
	ok(cursor_failed(&r.in));
	r.in = cursor_make("\x25\x02\x04", 3);
	is_uint(thrift_read_list(&r, &(struct thrift_field){ 1, THRIFT_LIST }, THRIFT_BINARY), 0);
	ok(cursor_failed(&r.in));
	r.in = cursor_make("", 0);
	ok(!thrift_read_bool(&r, &number));
	ok(cursor_failed(&r.in));
}

static void
extremes(void)
{
	struct buf out = BUF_INIT;
	struct thrift_writer w = { .out = &out };
	struct thrift_reader r;
	struct thrift_field f;

	thrift_begin(&w);
	thrift_i64(&w, 1, INT64_MIN);
	thrift_i64(&w, 2, INT64_MAX);
	thrift_i8(&w, 3, -1);
	thrift_i16(&w, 4, INT16_MIN);
	thrift_list(&w, 5, THRIFT_TRUE, 20);
	for (int i = 0; i < 20; i++)
		thrift_element_bool(&w, i % 3 == 0);
	thrift_end(&w);
	r = (struct thrift_reader){ .in = cursor_make(out.data, out.len) };
	thrift_struct(&r);
	ok(thrift_field(&r, &f) && thrift_read_int(&r, &f) == INT64_MIN);
	ok(thrift_field(&r, &f) && thrift_read_int(&r, &f) == INT64_MAX);
	ok(thrift_field(&r, &f) && thrift_read_int(&r, &f) == -1);
	ok(thrift_field(&r, &f) && thrift_read_int(&r, &f) == INT16_MIN);
	ok(thrift_field(&r, &f) && thrift_read_list(&r, &f, THRIFT_TRUE) == 20);
	for (int i = 0; i < 20; i++)
		if (thrift_read_element_bool(&r) != (i % 3 == 0))
			ok(false);
	ok(!thrift_field(&r, &f) && !cursor_failed(&r.in));
	buf_release(&out);
}

int
main(void)
{
	writes();
	reads();
	skips();
	skips_anything();
	malformed();
	wrong_types();
	extremes();
	return tap_done();
}
