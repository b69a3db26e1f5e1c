/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/canonical_texts.h"

#include <string.h>

#include "tap.h"

static void
becomes(enum flow_type type, const char *from, const char *to)
{
	struct flow_text text = { from, (uint32_t)strlen(from) };
	char room[CANONICAL_TEXT_MAX], got[128];
	struct flow_text made = canonical_text(type, &text, room);

	memcpy(got, made.p, made.len);
	got[made.len] = '\0';
	is_str(got, to);
	ok((made.p == text.p) == (strcmp(from, to) == 0));
}

/* RFC 5952 4: what each of these addresses is in the recommended form. */
static void
test_addresses(void)
{
	becomes(FLOW_TYPE_ADDR, "2001:db8::1", "2001:db8::1");
	becomes(FLOW_TYPE_ADDR, "2001:DB8:0:0::1", "2001:db8::1");
	becomes(FLOW_TYPE_ADDR, "2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1");
	becomes(FLOW_TYPE_ADDR, "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1");
	becomes(FLOW_TYPE_ADDR, "0:0:0:0:0:0:0:0", "::");
	becomes(FLOW_TYPE_ADDR, "192.0.2.1", "192.0.2.1");
	becomes(FLOW_TYPE_ADDR, "::FFFF:192.0.2.1", "192.0.2.1");
	becomes(FLOW_TYPE_ADDR, "::ffff:c000:0201", "192.0.2.1");
}

/* What databases and hosts print with them. */
static void
test_printed(void)
{
	becomes(FLOW_TYPE_ADDR, " 192.0.2.1", "192.0.2.1");
	becomes(FLOW_TYPE_ADDR, "2001:DB8::1 \t\n", "2001:db8::1");
	becomes(FLOW_TYPE_ADDR, "fe80::1%eth0", "fe80::1");
	becomes(FLOW_TYPE_ADDR, "FE80::1%12", "fe80::1");
	becomes(FLOW_TYPE_ADDR, "192.0.2.1/32", "192.0.2.1");
	becomes(FLOW_TYPE_ADDR, "2001:db8::1/128", "2001:db8::1");
	becomes(FLOW_TYPE_ADDR, "fe80::1%eth0/128", "fe80::1");
}

/* Nobody knows what these mean: they stay. */
static void
test_others(void)
{
	static const char *const text[] = { "", " ", "nonsense", "192.0.2.0/24", "2001:db8::/64", "2001:db8::1/32",
		"192.0.2.1/128", "192.0.2.1%eth0", "fe80::1%", "%eth0", "/32", "/128", "::1 ::2", "192.0.2.1:80",
		"[2001:db8::1]", "1.2.3", "192.0.2.256" };

	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++)
		becomes(FLOW_TYPE_ADDR, text[i], text[i]);
	becomes(FLOW_TYPE_TEXT, "2001:DB8::1", "2001:DB8::1");
}

static void
test_macs(void)
{
	becomes(FLOW_TYPE_MAC, "00:1b:44:11:3a:b7", "00:1b:44:11:3a:b7");
	becomes(FLOW_TYPE_MAC, "00-1B-44-11-3A-B7", "00:1b:44:11:3a:b7");
	becomes(FLOW_TYPE_MAC, "192.0.2.1", "192.0.2.1");
}

int
main(void)
{
	test_addresses();
	test_printed();
	test_others();
	test_macs();
	return tap_done();
}
