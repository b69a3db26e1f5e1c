/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/message.h"

#include "tap.h"

/* Two empty messages of domains 7 and 8, export times 1000 and 2000 s. */
static const uint8_t two[] = {
	0, 10, 0, 16, 0, 0, 0x03, 0xe8, 0, 0, 0, 0, 0, 0, 0, 7,
	0, 10, 0, 16, 0, 0, 0x07, 0xd0, 0, 0, 0, 0, 0, 0, 0, 8,
};

static void
test_stream(void)
{
	struct cursor c = cursor_make(two, sizeof(two));
	struct flow_message m;

	ok(flow_message_detect(two, sizeof(two)));
	is_int(flow_message_next(&c, &m), FLOW_OK);
	is_uint(m.len, 16);
	is_uint(m.domain, 7);
	is_int(m.export_ms, 1000000);
	is_int(flow_message_next(&c, &m), FLOW_OK);
	is_uint(m.domain, 8);
	is_int(flow_message_next(&c, &m), FLOW_END);
}

static void
test_cut(void)
{
	struct flow_message m;
	size_t len;

	for (len = 1; len < 16; len++) {
		struct cursor c = cursor_make(two, len);

		is_int(flow_message_next(&c, &m), FLOW_ETRUNCATED);
		is_uint(cursor_left(&c), len);
		ok(!flow_message_detect(two, len));
	}
}

static void
test_garbage(void)
{
	static const uint8_t v9[16] = { 0, 9, 0, 16 }, small[16] = { 0, 10, 0, 15 };
	struct cursor c = cursor_make(v9, sizeof(v9));
	struct flow_message m;

	is_int(flow_message_next(&c, &m), FLOW_EFORMAT);
	c = cursor_make(small, sizeof(small));
	is_int(flow_message_next(&c, &m), FLOW_EFORMAT);
	ok(!flow_message_detect(small, sizeof(small)));
}

int
main(void)
{
	test_stream();
	test_cut();
	test_garbage();
	return tap_done();
}
