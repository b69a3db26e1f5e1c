/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/buf.h"

#include "base/cursor.h"
#include "tap.h"

static void
test_append(void)
{
	static const uint8_t want[] = { 0x12, 0x34, 0x12, 0x34, 0x78, 0x56, 0x34, 0x12,
		'x', '=', '7', 0xac, 0x02 };
	struct buf b = BUF_INIT;

	buf_append_be16(&b, 0x1234);
	buf_append_be16(&b, 0x1234);
	buf_append_le32(&b, 0x12345678);
	buf_printf(&b, "x=%d", 7);
	buf_append_varint(&b, 300);
	is_int(buf_status(&b), FLOW_OK);
	is_mem(b.data, b.len, want, sizeof(want));
	buf_release(&b);
	is_uint(b.len, 0);
}

static void
test_too_large(void)
{
	struct buf b = BUF_INIT;

	ok(!buf_reserve(&b, SIZE_MAX));
	buf_append_u8(&b, 1);
	is_int(buf_status(&b), FLOW_ENOMEM);
	is_uint(b.len, 0);
	buf_release(&b);
}

static void
test_cursor(void)
{
	static const uint8_t raw[] = { 1, 2, 3, 4, 5, 0xac, 0x02 };
	struct cursor c = cursor_make(raw, sizeof(raw));
	struct cursor sub = cursor_make(NULL, 0);

	is_uint(cursor_left(&sub), 0);
	ok(cursor_bytes(&sub, 1) == NULL && cursor_failed(&sub));

	is_uint(cursor_be16(&c), 0x0102);
	sub = cursor_sub(&c, 3);
	is_uint(cursor_u8(&sub), 3);
	is_uint(cursor_be32(&sub), 0);
	ok(cursor_failed(&sub));
	is_uint(cursor_u8(&sub), 0);
	is_uint(cursor_varint(&c), 300);
	is_uint(cursor_left(&c), 0);
	ok(!cursor_failed(&c));
	is_uint(cursor_u8(&c), 0);
	ok(cursor_failed(&c));
}

static void
test_varint_too_long(void)
{
	static const uint8_t raw[11] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0 };
	struct cursor c = cursor_make(raw, sizeof(raw));

	(void)cursor_varint(&c);
	ok(cursor_failed(&c));
}

int
main(void)
{
	test_append();
	test_too_large();
	test_cursor();
	test_varint_too_long();
	return tap_done();
}
