/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/proto.h"

#include <string.h>

#include "tap.h"

static const char *
format(uint8_t proto)
{
	static char out[PROTO_TEXT_MAX + 1];

	out[proto_format(proto, out)] = '\0';
	return out;
}

static int
parse(const char *text)
{
	uint8_t proto = 0;

	return proto_parse(text, strlen(text), &proto) ? proto : -1;
}

static void
test_names(void)
{
	is_str(format(1), "ICMP");
	is_str(format(6), "TCP");
	is_str(format(17), "UDP");
	is_str(format(47), "GRE");
	is_str(format(50), "ESP");
	is_str(format(58), "ICMP6");
	is_str(format(89), "OSPF");
	is_str(format(132), "SCTP");
	is_str(format(0), "0");
	is_str(format(99), "99");
	is_str(format(255), "255");
	ok(proto_name(145) != NULL && proto_name(146) == NULL && proto_name(255) == NULL);
}

static void
test_parse(void)
{
	bool same = true;

	is_int(parse("tcp"), 6);
	is_int(parse("UDP"), 17);
	is_int(parse("ipv6-icmp"), 58);
	is_int(parse("icmp6"), 58);
	is_int(parse("icmpv6"), 58);
	is_int(parse("ospf"), 89);
	is_int(parse("hopopt"), 0);
	is_int(parse("ipv6"), 41);
	is_int(parse("udplite"), 136);
	is_int(parse("255"), 255);
	is_int(parse("256"), -1);
	is_int(parse(""), -1);
	is_int(parse("tc"), -1);
	is_int(parse("tcpx"), -1);
	/* Every name that is printed is read as the same number. */
	for (unsigned i = 0; i < 256; i++)
		same = same && parse(format((uint8_t)i)) == (int)i;
	ok(same);
	ok(proto_has_ports(6) && proto_has_ports(132) && !proto_has_ports(1));
}

static void
test_flags(void)
{
	char text[TCP_FLAGS_TEXT_LEN];
	uint16_t flags = 7;

	tcp_flags_format(0x1b, text);
	is_mem(text, 8, "...AP.SF", 8);
	tcp_flags_format(0xff, text);
	is_mem(text, 8, "CEUAPRSF", 8);
	tcp_flags_format(0x100, text);
	is_mem(text, 8, "........", 8);
	ok(tcp_flags_parse("...AP.SF", 8, &flags) && flags == 0x1b);
	ok(tcp_flags_parse("sa", 2, &flags) && flags == 0x12);
	ok(tcp_flags_parse("EW", 2, &flags) && flags == 0xc0);
	ok(tcp_flags_parse("X", 1, &flags) && flags == 0x3f);
	ok(tcp_flags_parse("27", 2, &flags) && flags == 27);
	ok(tcp_flags_parse("0x1F", 4, &flags) && flags == 31);
	ok(!tcp_flags_parse("", 0, &flags) && !tcp_flags_parse("Q", 1, &flags));
	ok(!tcp_flags_parse("0xg", 3, &flags) && !tcp_flags_parse("70000", 5, &flags));
}

int
main(void)
{
	test_names();
	test_parse();
	test_flags();
	return tap_done();
}
