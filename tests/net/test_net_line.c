/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of lists as their publishers write them; what each means is told by hand. */
#include "net/net_line.h"

#include <stdio.h>

#include "tap.h"

/* A range as "LO-HI"; else the name of what the line is. */
static const struct {
	const char *line, *want;
} cases[] = {
	{ "192.0.2.7", "192.0.2.7-192.0.2.7" },
	{ "192.0.2.7\r\n", "192.0.2.7-192.0.2.7" },
	{ "  192.0.2.7\t# one", "192.0.2.7-192.0.2.7" },
	{ "192.0.2.0/24", "192.0.2.0-192.0.2.255" },
	{ "192.0.2.9/24", "192.0.2.0-192.0.2.255" },
	{ "0.0.0.0/0", "0.0.0.0-255.255.255.255" },
	{ "2001:db8::/33", "2001:db8::-2001:db8:7fff:ffff:ffff:ffff:ffff:ffff" },
	{ "2001:DB8::7", "2001:db8::7-2001:db8::7" },
	{ "192.0.2.0/24 ; SBL123", "192.0.2.0-192.0.2.255" },
	{ "192.0.2.0/24;SBL123", "192.0.2.0-192.0.2.255" },
	{ "192.0.2.0-192.0.2.99", "192.0.2.0-192.0.2.99" },
	{ "192.0.2.0 - 192.0.2.99", "192.0.2.0-192.0.2.99" },
	{ "2001:db8::1-2001:db8::5", "2001:db8::1-2001:db8::5" },
	{ "Some: Org, 7 Inc.:192.0.2.0-192.0.2.99", "192.0.2.0-192.0.2.99" },
	{ "192.0.2.0 255.255.255.0", "192.0.2.0-192.0.2.255" },
	{ "192.0.2.1 255.255.255.0", "192.0.2.1-192.0.2.1" },
	{ "192.0.2.0\t192.0.2.255\t24\t7\tSOME-AS", "192.0.2.0-192.0.2.255" },
	{ "192.0.2.1,192.0.2.255,24", "192.0.2.1-192.0.2.1" },
	{ "192.0.2.1,198.51.100.1,443", "192.0.2.1-192.0.2.1" },
	{ "198.51.100.1,192.0.2.1", "198.51.100.1-198.51.100.1" },
	{ "\"2026-11-23 10:00:00\",\"192.0.2.7\",\"443\",\"10/12/2026\"", "192.0.2.7-192.0.2.7" },
	{ "10/12/2026,192.0.2.7", "192.0.2.7-192.0.2.7" },
	{ "{\"cidr\":\"192.0.2.0/24\",\"sblid\":\"SBL1\",\"rir\":\"x\"}", "192.0.2.0-192.0.2.255" },
	{ "{\"type\":\"metadata\",\"timestamp\":1700000000}", "empty" },
	{ "{\"type\":\"else\",\"timestamp\":1700000000}", "none" },
	{ "192.0.2.7:443", "192.0.2.7-192.0.2.7" },
	{ "192.0.2.7:70000", "none" },
	{ "[2001:db8::7]:443", "2001:db8::7-2001:db8::7" },
	{ "  \"192.0.2.0/24\",", "192.0.2.0-192.0.2.255" },
	{ "", "empty" }, { "\n", "empty" }, { "   \t\r\n", "empty" }, { "[", "empty" },
	{ "# 192.0.2.7", "empty" }, { " ; 192.0.2.7", "empty" }, { "// 192.0.2.7", "empty" },
	{ "ip,port", "none" }, { "bad.example", "none" }, { "192.0.2", "none" }, { "192.0.2.256", "none" },
	{ "192.0.2.0/33", "bits" }, { "192.0.2.0/", "bits" }, { "2001:db8::/129", "bits" }, { "192.0.2.0/x", "bits" },
	{ "192.0.2.9-192.0.2.1", "order" }, { "192.0.2.9-2001:db8::1", "order" }, { "192.0.2.9 - 192.0.2.1", "order" },
	{ "192.0.2.9 - x", "order" },
	{ "0.0.0.0 bad.example", "hosts" }, { "127.0.0.1\tlocalhost", "hosts" }, { "::1 localhost", "hosts" },
	{ "127.0.0.1", "127.0.0.1-127.0.0.1" }, { "0.0.0.0/8 x", "0.0.0.0-0.255.255.255" },
};

static const char *const names[] = { "range", "empty", "none", "bits", "order", "hosts" };

int
main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char got[2 * ADDR_TEXT_MAX + 2];
		struct addr_range r;
		enum net_line line = net_line_parse(cases[i].line, strlen(cases[i].line), &r);
		size_t len;

		(void)snprintf(got, sizeof(got), "%s", names[line]);
		if (line == NET_LINE_RANGE) {
			len = addr_format(&r.lo, got);
			got[len++] = '-';
			len += addr_format(&r.hi, got + len);
			got[len] = '\0';
		}
		tap_check_str(got, cases[i].want, __FILE__, __LINE__, cases[i].line);
		ok((net_line_fault(line) == NULL) == (line == NET_LINE_RANGE || line == NET_LINE_EMPTY));
	}
	return tap_done();
}
