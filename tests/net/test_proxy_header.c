/* SPDX-License-Identifier: BSD-2-Clause */
/* Headers as the specification has them: examples of its section 2.1, and of 2.2 byte by byte. */
#include "net/proxy_header.h"

#include <stdio.h>
#include <string.h>

#include "tap.h"

#define SIGNATURE "\x0d\x0a\x0d\x0a\x00\x0d\x0aQUIT\x0a"

/* Parses text; whole: the status of all of it, which every beginning is not yet. */
static enum flow_status
parse(const void *bytes, size_t len, struct proxy_header *h)
{
	*h = (struct proxy_header){ .has_source = false };
	return proxy_header_parse(bytes, len, h);
}

static void
is_source(const void *bytes, size_t len, size_t header, const char *address, unsigned port)
{
	char text[ADDR_TEXT_MAX + 1];
	struct proxy_header h;
	size_t i, whole = 0;

	is_int(parse(bytes, len, &h), FLOW_OK);
	is_uint(h.len, header);
	ok(h.has_source == (address != NULL));
	if (address != NULL) {
		text[addr_format(&h.source, text)] = '\0';
		is_str(text, address);
		is_uint(h.port, port);
	}
	for (i = 0; i < header; i++)
		whole += parse(bytes, i, &h) != FLOW_END;
	is_uint(whole, 0);
}

#define SOURCE(bytes, header, address, port) is_source(bytes, sizeof(bytes) - 1, header, address, port)
#define BAD(bytes) do { \
	struct proxy_header h_; \
	is_int(parse(bytes, sizeof(bytes) - 1, &h_), FLOW_EFORMAT); \
} while (0)

static void
test_version_1(void)
{
	SOURCE("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", 56, "255.255.255.255", 65535);
	SOURCE("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\nGET / HTTP/1.1\r\n", 47, "192.168.0.1", 56324);
	SOURCE("PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\n\0\x0a", 40, "2001:db8::1", 1);
	SOURCE("PROXY UNKNOWN\r\n", 15, NULL, 0);
	SOURCE("PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n", 59, NULL, 0);
	BAD("PROXY TCP4 192.168.0.1 192.168.0.11 56324\r\n");
	BAD("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443 1\r\n");
	BAD("PROXY TCP4 192.168.0.1 192.168.0.11 65536 443\r\n");
	BAD("PROXY TCP4 192.168.0.1 192.168.0.11 056324 443\r\n");
	BAD("PROXY TCP4 192.168.0.1  192.168.0.11 1 2\r\n");
	BAD("PROXY TCP4 192.168.0.256 192.168.0.11 1 2\r\n");
	BAD("PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n");
	BAD("PROXY TCP6 192.168.0.1 192.168.0.11 1 2\r\n");
	BAD("PROXY UDP4 192.168.0.1 192.168.0.11 1 2\r\n");
	BAD("PROXY TCP4 192.168.0.1 192.168.0.11 1 2\rx");
	BAD("PROXY\r\n");
	BAD("PROXY UNKNOWN xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n");
}

static void
test_version_2(void)
{
	SOURCE(SIGNATURE "\x21\x11\x00\x0c" "\xc0\x00\x02\x01" "\xc6\x33\x64\x01" "\x30\x39\x12\x83" "\x00\x0a", 28,
	    "192.0.2.1", 12345);
	SOURCE(SIGNATURE "\x21\x21\x00\x24" "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"
	    "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02"
	    "\xff\xff\x12\x83", 52, "2001:db8::1", 65535);
	/* PP2_TYPE_AUTHORITY (2) behind the addresses. */
	SOURCE(SIGNATURE "\x21\x11\x00\x11" "\xc0\x00\x02\x01" "\xc6\x33\x64\x01" "\x00\x01\x00\x02" "\x02\x00\x02xy",
	    33, "192.0.2.1", 1);
	SOURCE(SIGNATURE "\x20\x00\x00\x00", 16, NULL, 0);
	SOURCE(SIGNATURE "\x20\x11\x00\x0c" "\xc0\x00\x02\x01" "\xc6\x33\x64\x01" "\x30\x39\x12\x83", 28, NULL, 0);
	SOURCE(SIGNATURE "\x21\x00\x00\x00", 16, NULL, 0);
	BAD(SIGNATURE "\x11\x11\x00\x0c" "\xc0\x00\x02\x01" "\xc6\x33\x64\x01" "\x30\x39\x12\x83");
	BAD(SIGNATURE "\x22\x11\x00\x0c" "\xc0\x00\x02\x01" "\xc6\x33\x64\x01" "\x30\x39\x12\x83");
	BAD(SIGNATURE "\x21\x11\x00\x0b" "\xc0\x00\x02\x01" "\xc6\x33\x64\x01" "\x30\x39\x12");
	BAD(SIGNATURE "\x21\x21\x00\x0c" "\xc0\x00\x02\x01" "\xc6\x33\x64\x01" "\x30\x39\x12\x83");
	BAD("\x0d\x0a\x0d\x0a\x00\x0d\x0aQUIX\x0a");
	BAD("\x00\x0a\x00\x10");	/* IPFIX */
}

int
main(void)
{
	test_version_1();
	test_version_2();
	return tap_done();
}
