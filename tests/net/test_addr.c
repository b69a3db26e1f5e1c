/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/addr.h"

#include "tap.h"

/* Text in, canonical text out; NULL where RFC 4291 allows no such text. */
static const struct {
	const char *in, *out;
} cases[] = {
	{ "192.0.2.1", "192.0.2.1" },
	{ "0.0.0.0", "0.0.0.0" },
	{ "255.255.255.255", "255.255.255.255" },
	{ "::", "::" },
	{ "::1", "::1" },
	{ "1::", "1::" },
	{ "2001:DB8::1", "2001:db8::1" },
	/* RFC 5952 section 4: leading zeros, one zero group, longest run, first of equals. */
	{ "2001:0db8::0001", "2001:db8::1" },
	{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
	{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },
	{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
	{ "0:0:0:0:0:0:0:2", "::2" },
	{ "1:2:3:4:5:6:7:0", "1:2:3:4:5:6:7:0" },
	{ "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0" },
	{ "1:2:3:4:5:6:0:0", "1:2:3:4:5:6::" },
	{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	{ "::ffff:192.0.2.1", "::ffff:192.0.2.1" },
	{ "::FFFF:c000:201", "::ffff:192.0.2.1" },
	{ "::fffd:192.0.2.1", "::fffd:c000:201" },
	{ "::ffff:0:192.0.2.1", "::ffff:0:c000:201" },
	{ "::fffe:192.0.2.1", NULL }, { "::fffe:0:0", NULL },
	{ "64:ff9b::192.0.2.33", "64:ff9b::c000:221" },
	{ "", NULL }, { ":", NULL }, { ":::", NULL }, { "1::2::3", NULL }, { "1:2", NULL },
	{ "12345::", NULL }, { "1:2:3:4:5:6:7:8:9", NULL }, { "1:2:3:4:5:6:7:8::", NULL },
	{ "1.2.3", NULL }, { "1.2.3.4.5", NULL }, { "256.1.1.1", NULL }, { "1..2.3", NULL },
	{ " 1.2.3.4", NULL }, { "1.2.3.4 ", NULL }, { "::1.2.3", NULL }, { "fe80::1%eth0", NULL },
	{ "1:", NULL }, { ":1", NULL }, { "1:2:3:4:5:6:7:1.2.3.4", NULL },
};

static void
test_text(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[ADDR_TEXT_MAX + 1];
		struct addr a;
		bool parsed = addr_parse(cases[i].in, strlen(cases[i].in), &a);

		if (cases[i].out == NULL) {
			tap_check(!parsed, __FILE__, __LINE__, cases[i].in);
			continue;
		}
		tap_check(parsed, __FILE__, __LINE__, cases[i].in);
		text[parsed ? addr_format(&a, text) : 0] = '\0';
		is_str(text, cases[i].out);
	}
}

static struct addr
A(const char *text)
{
	struct addr a = { { 0 } };

	(void)addr_parse(text, strlen(text), &a);
	return a;
}

static void
test_prefix(void)
{
	struct addr a = A("10.1.2.3"), net = A("10.1.0.0"), six = A("2001:db8::1"), s = A("2001:db8::");

	ok(addr_is_v4(&a));
	is_uint(addr_v4(&a), 0x0a010203);
	ok(addr_in_prefix(&a, &net, 16));
	ok(!addr_in_prefix(&a, &net, 23));
	ok(addr_in_prefix(&a, &net, 0));
	ok(addr_in_prefix(&six, &s, 64));
	ok(!addr_in_prefix(&six, &net, 0));
	a = addr_mask(&a, 12);
	is_uint(addr_v4(&a), 0x0a000000);
	ok(addr_is_v4(&a));
}

/* An IPv4-mapped address of IPv6 is no IPv4 address, and lies in the networks that its text says. */
static void
test_mapped(void)
{
	static const uint8_t bytes[16] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 1, 1 };
	struct addr a = addr_from_header6(bytes), b = addr_from_v6(bytes), four = A("10.1.1.1"), ten = A("10.0.0.0");
	struct addr any4 = A("0.0.0.0"), any6 = A("::"), mapped = A("::ffff:0:0"), net = A("::ffff:10.1.0.0");
	struct addr other = A("::ffff:10.1.1.1");
	uint8_t out[16];

	ok(addr_equal(&a, &other) && addr_equal(&b, &four) && !addr_equal(&a, &b));
	ok(addr_is_mapped(&a) && !addr_is_v4(&a) && addr_is_v4(&b) && !addr_is_mapped(&b));
	ok(!addr_in_prefix(&a, &ten, 8) && !addr_in_prefix(&a, &any4, 0) && !addr_in_prefix(&b, &any6, 0));
	ok(addr_in_prefix(&a, &mapped, 96) && addr_in_prefix(&a, &any6, 8) && addr_in_prefix(&a, &any6, 80));
	ok(!addr_in_prefix(&a, &any6, 96) && addr_in_prefix(&a, &net, 112) && !addr_in_prefix(&a, &net, 120));
	ok(addr_compare(&a, &any4) < 0 && addr_compare(&a, &any6) > 0);
	addr_store_v6(&a, out);
	ok(memcmp(out, bytes, 16) == 0);
	addr_store_v6(&b, out);
	ok(memcmp(out, bytes, 16) == 0);
	addr_to_v4(&a);
	ok(addr_equal(&a, &four));
	addr_to_mapped(&a);
	ok(addr_equal(&a, &other));
	addr_to_mapped(&any6);
	ok(!addr_is_mapped(&any6));
}

int
main(void)
{
	test_text();
	test_prefix();
	test_mapped();
	return tap_done();
}
