/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/sflow/packet.h"

#include <stdlib.h>

#include "tap.h"
#include "wire/wire_helper.h"

#define MACS "020000000001 020000000002"	/* destination, source */
/* 10.0.0.1 -> 10.0.0.2, TTL 64, id 7 */
#define IPV4(proto) "45 10 0028 0007 0000 40 " proto " 0000 0a000001 0a000002 "
/* 2001:db8::1 -> 2001:db8::2, traffic class 0x20, label 5, hop limit 63 */
#define IPV6(next) "62000005 0014 " next " 3f 20010db8000000000000000000000001 " \
	"20010db8000000000000000000000002 "
#define TCP "04d2 0050 00000000 00000000 50 12 ffff 0000 0000"
#define UDP "0035 8000 0008 0000"

static void
dissect(enum packet_start start, const char *hex, struct packet *p)
{
	struct buf b = BUF_INIT;
	uint8_t *exact;
	size_t len;

	put_hex(&b, hex);
	exact = malloc(b.len);
	memcpy(exact, b.data, b.len);
	packet_dissect(start, exact, b.len, p);
	free(exact);
	/* No prefix of it reads past its end (a sanitizer would tell). */
	for (len = 0; len < b.len; len++) {
		struct packet cut;

		exact = malloc(len > 0 ? len : 1);
		memcpy(exact, b.data, len);
		packet_dissect(start, exact, len, &cut);
		free(exact);
	}
	buf_release(&b);
}

static void
is_addr(struct addr a, const char *want)
{
	char text[ADDR_TEXT_MAX + 1];

	text[addr_format(&a, text)] = '\0';
	is_str(text, want);
}

static void
test_plain(void)
{
	struct packet p;

	dissect(PACKET_ETHERNET, MACS "0800" IPV4("06") TCP, &p);
	is_uint(p.src_mac, 0x020000000002);
	is_uint(p.dst_mac, 0x020000000001);
	is_uint(p.ether_type, 0x0800);
	is_uint(p.outer.version, 4);
	is_addr(p.outer.src, "10.0.0.1");
	is_addr(p.outer.dst, "10.0.0.2");
	is_uint(p.outer.src_port, 1234);
	is_uint(p.outer.dst_port, 80);
	is_uint(p.outer.tcp_flags, 0x12);
	is_uint(p.outer.ttl, 64);
	is_uint(p.outer.tos, 0x10);
	is_uint(p.outer.id, 7);
	is_uint(p.inner.version, 0);
	/* A later fragment has no ports. */
	dissect(PACKET_IP, "45 00 0028 0007 0001 40 06 0000 0a000001 0a000002" TCP, &p);
	ok(!p.outer.has_ports && p.outer.fragment);
	/* IP options are skipped. */
	dissect(PACKET_IP, "46 00 0028 0007 0000 40 11 0000 0a000001 0a000002 01010101" UDP, &p);
	is_uint(p.outer.dst_port, 32768);
	dissect(PACKET_IP, IPV4("01") "0301 0000", &p);
	ok(p.outer.has_icmp);
	is_uint(p.outer.icmp_type, 3);
	is_uint(p.outer.icmp_code, 1);
}

static void
test_tags(void)
{
	struct packet p;

	dissect(PACKET_ETHERNET, MACS "8100 2064 0800" IPV4("11") UDP, &p);
	is_uint(p.vlans, 1);
	is_uint(p.vlan[0], 100);
	is_uint(p.outer.src_port, 53);
	dissect(PACKET_ETHERNET, MACS "88a8 0064 8100 00c8 86dd" IPV6("11") UDP, &p);
	is_uint(p.vlans, 2);
	is_uint(p.vlan[0], 100);
	is_uint(p.vlan[1], 200);
	is_uint(p.ether_type, 0x86dd);
	is_addr(p.outer.src, "2001:db8::1");
	is_uint(p.outer.tos, 0x20);
	is_uint(p.outer.flow_label, 5);
	is_uint(p.outer.ttl, 63);
	/* 802.3 with LLC and SNAP */
	dissect(PACKET_ETHERNET, MACS "0040 aaaa03 000000 0800" IPV4("11") UDP, &p);
	is_uint(p.outer.dst_port, 32768);
}

static void
test_mpls(void)
{
	struct packet p;

	/* labels 16 and 17; IP behind the bottom */
	dissect(PACKET_ETHERNET, MACS "8847 00010040 00011140" IPV4("06") TCP, &p);
	is_uint(p.labels, 2);
	is_uint(p.label[0], 0x000100);
	is_uint(p.label[1], 0x000111);
	is_uint(p.outer.dst_port, 80);
	/* a pseudowire: control word, then Ethernet */
	dissect(PACKET_ETHERNET, MACS "8847 00010140 00000000" MACS "0800" IPV4("06") TCP, &p);
	is_uint(p.labels, 1);
	is_addr(p.outer.dst, "10.0.0.2");
	dissect(PACKET_MPLS, "00010140" IPV6("06") TCP, &p);
	is_uint(p.outer.tcp_flags, 0x12);
}

static void
test_ppp(void)
{
	struct packet p;

	dissect(PACKET_ETHERNET, MACS "8864 1100 0001 002a 0021" IPV4("11") UDP, &p);
	is_uint(p.outer.src_port, 53);
	dissect(PACKET_PPP, "ff03 0057" IPV6("11") UDP, &p);
	is_uint(p.outer.src_port, 53);
}

static void
test_tunnels(void)
{
	struct packet p;

	dissect(PACKET_IP, "45 00 003c 0000 0000 40 04 0000 c0000201 c0000202" IPV4("06") TCP, &p);
	is_addr(p.outer.src, "192.0.2.1");
	is_uint(p.outer.proto, 4);
	ok(!p.outer.has_ports);
	is_addr(p.inner.src, "10.0.0.1");
	is_uint(p.inner.dst_port, 80);
	/* GRE with a key */
	dissect(PACKET_IP, "45 00 003c 0000 0000 40 2f 0000 c0000201 c0000202 2000 86dd 00000001"
	    IPV6("11") UDP, &p);
	is_uint(p.outer.proto, 47);
	is_addr(p.inner.dst, "2001:db8::2");
	is_uint(p.inner.src_port, 53);
	/* GRE with Ethernet in it: the outer MACs stay */
	dissect(PACKET_ETHERNET, MACS "0800 45 00 003c 0000 0000 40 2f 0000 c0000201 c0000202"
	    "0000 6558 0a0000000001 0a0000000002 0800" IPV4("11") UDP, &p);
	is_uint(p.dst_mac, 0x020000000001);
	is_addr(p.inner.src, "10.0.0.1");
}

#define VXLAN_UDP "c000 12b5 0000 0000"	/* port 49152 to 4789 */
#define VXLAN(flags) VXLAN_UDP flags "000000 00007b 00"	/* network 123 */

static void
test_vxlan(void)
{
	struct packet p;

	dissect(PACKET_ETHERNET, MACS "0800" IPV4("11") VXLAN("08")
	    "0a0000000001 0a0000000002 86dd" IPV6("06") TCP, &p);
	is_uint(p.dst_mac, 0x020000000001);
	is_uint(p.outer.src_port, 49152);
	is_uint(p.outer.dst_port, 4789);
	is_addr(p.inner.src, "2001:db8::1");
	is_uint(p.inner.proto, 6);
	is_uint(p.inner.dst_port, 80);
	/* Without the flag of a network it is something else, and so from port 4789. */
	dissect(PACKET_IP, IPV4("11") VXLAN("00") "0a0000000001 0a0000000002 0800" IPV4("06") TCP, &p);
	is_uint(p.outer.dst_port, 4789);
	is_uint(p.inner.version, 0);
	dissect(PACKET_IP, IPV4("11") "12b5 c000 0000 0000 08000000 00007b00"
	    "0a0000000001 0a0000000002 0800" IPV4("06") TCP, &p);
	is_uint(p.inner.version, 0);
	/* TCP to that port carries none. */
	dissect(PACKET_IP, IPV4("06") VXLAN("08") "0a0000000001 0a0000000002 0800" IPV4("06") TCP, &p);
	is_uint(p.inner.version, 0);
}

/* Each header within counts once, whatever carries it: the third of VXLAN in VXLAN in IP is seen. */
static void
test_nested(void)
{
	struct packet p;

	dissect(PACKET_IP, IPV4("04") IPV4("11") VXLAN("08") "0a0000000001 0a0000000002 0800" IPV4("11") VXLAN("08")
	    "0a0000000001 0a0000000002 86dd" IPV6("06") TCP, &p);
	is_uint(p.outer.proto, 4);
	is_addr(p.inner.src, "2001:db8::1");
	is_uint(p.inner.dst_port, 80);
	/* Ethernet in GRE, three times: fourth header of IP. */
#define GRE "0000 6558 0a0000000001 0a0000000002 "
	dissect(PACKET_IP, IPV4("2f") GRE "0800" IPV4("2f") GRE "0800" IPV4("2f") GRE "86dd" IPV6("06") TCP, &p);
	is_addr(p.inner.src, "2001:db8::1");
	is_uint(p.inner.dst_port, 80);
}

/* Flags are 12 bits: AE (RFC 9768) and SYN, and all with the three that are reserved. */
static void
test_flags(void)
{
	struct packet p;

	dissect(PACKET_IP, IPV4("06") "0050 c000 00000001 00000002 51 02 0200 0000 0000", &p);
	is_uint(p.outer.tcp_flags, 0x102);
	dissect(PACKET_IP, IPV4("06") "0050 c000 00000001 00000002 5f ff 0200 0000 0000", &p);
	is_uint(p.outer.tcp_flags, 0xfff);
	dissect(PACKET_IP, IPV4("06") "0050 c000 00000001 00000002 50", &p);
	ok(!p.outer.has_flags);
}

static void
test_extensions(void)
{
	struct packet p;

	/* A segment routing header of 88 bytes, cut after its first, and after 16 of them: IPv4 comes behind. */
	dissect(PACKET_IP, IPV6("2b") "04", &p);
	is_uint(p.outer.proto, 4);
	dissect(PACKET_IP, IPV6("2b") "04 0a 04 04 04 00 0000 20010db8 00000000", &p);
	is_uint(p.outer.proto, 4);
	is_uint(p.inner.version, 0);
	dissect(PACKET_IP, IPV6("2b"), &p);
	is_uint(p.outer.proto, 43);

	/* hop-by-hop, then UDP */
	dissect(PACKET_IP, IPV6("00") "11 00 000000000000" UDP, &p);
	is_uint(p.outer.proto, 17);
	is_uint(p.outer.src_port, 53);
	/* a first fragment has ports, a later one none */
	dissect(PACKET_IP, IPV6("2c") "11 00 0001 00000009" UDP, &p);
	is_uint(p.outer.src_port, 53);
	is_uint(p.outer.id, 9);
	/* a second one, of which only the beginning was sampled */
	dissect(PACKET_IP, IPV6("2c") "2c 00 0001 00000009 11 00 00", &p);
	is_uint(p.outer.id, 9);
	is_uint(p.outer.proto, 17);
	dissect(PACKET_IP, IPV6("2c") "11 00 0100 00000009" UDP, &p);
	is_uint(p.outer.proto, 17);
	ok(!p.outer.has_ports);
}

/* IPv4-mapped addresses in headers of IPv6, of both packets, are of IPv6. */
static void
test_mapped(void)
{
	struct packet p;

	dissect(PACKET_IP, "60000000 003c 29 40 00000000000000000000ffff0a010101 0064ff9b000000000000000001020304"
	    "60000000 0014 06 40 00000000000000000000ffff0a030303 00000000000000000000ffff0a040404" TCP, &p);
	is_addr(p.outer.src, "::ffff:10.1.1.1");
	is_addr(p.outer.dst, "64:ff9b::102:304");
	is_addr(p.inner.src, "::ffff:10.3.3.3");
	is_addr(p.inner.dst, "::ffff:10.4.4.4");
	ok(!addr_is_v4(&p.inner.src));
}

/* Headers that contain each other without end are followed a bounded way. */
static void
test_depth(void)
{
	struct buf b = BUF_INIT;
	struct packet p;
	size_t i;

	for (i = 0; i < 2000; i++)
		put_hex(&b, "45 00 0028 0007 0000 40 04 0000 0a000001 0a000002");
	packet_dissect(PACKET_IP, b.data, b.len, &p);
	is_uint(p.inner.proto, 4);
	buf_clear(&b);
	for (i = 0; i < 2000; i++)
		put_hex(&b, MACS "8847 00010140 00000000");
	packet_dissect(PACKET_ETHERNET, b.data, b.len, &p);
	is_uint(p.outer.version, 0);
	buf_clear(&b);
	for (i = 0; i < 4000; i++)
		put_hex(&b, MACS "6558");
	packet_dissect(PACKET_ETHERNET, b.data, b.len, &p);
	is_uint(p.outer.version, 0);
	buf_clear(&b);
	for (i = 0; i < 2000; i++)
		put_hex(&b, MACS "0800" IPV4("11") VXLAN("08"));
	packet_dissect(PACKET_ETHERNET, b.data, b.len, &p);
	is_uint(p.inner.dst_port, 4789);
	buf_release(&b);
}

int
main(void)
{
	test_plain();
	test_tags();
	test_mpls();
	test_ppp();
	test_tunnels();
	test_vxlan();
	test_nested();
	test_flags();
	test_extensions();
	test_mapped();
	test_depth();
	return tap_done();
}
