/* SPDX-License-Identifier: BSD-2-Clause */
/* Pieces of sampled packets in v9 and IPFIX records, as columns. */
#include "base/bytes.h"
#include "tap.h"
#include "wire/wire_helper.h"

#define MACS "020000000001 020000000002"	/* destination, source */
/* 10.0.0.1:1234 > 10.0.0.2:80, TOS 16, 1500 bytes, id 7, TTL 64, SYN and ACK: 40 bytes */
#define TCP4 "45 10 05dc 0007 0000 40 06 0000 0a000001 0a000002" \
	"04d2 0050 00000000 00000000 50 12 ffff 0000 0000"
/* 2001:db8::1 > ::2, class 0, label 0xabcde, payload of 16, hop limit 63, ping: 48 bytes */
#define PING6 "600abcde 0010 3a 3f 20010db8000000000000000000000001" \
	"20010db8000000000000000000000002 80 00 0000 0001 0001"

/* interface 10, frame size 312, frame section 315 of variable length, as routers sample inline */
#define INLINE_TEMPLATE "0100 0003 000a 0004 0138 0002 013b ffff"

static void
is_tcp(struct wire *w, size_t row)
{
	is_str(wire_text(w, FLOW_FIELD_SRC_ADDR, row), "10.0.0.1");
	is_str(wire_text(w, FLOW_FIELD_DST_ADDR, row), "10.0.0.2");
	is_uint(wire_number(w, FLOW_FIELD_SRC_PORT, row), 1234);
	is_uint(wire_number(w, FLOW_FIELD_DST_PORT, row), 80);
	is_uint(wire_number(w, FLOW_FIELD_PROTO, row), 6);
	is_uint(wire_number(w, FLOW_FIELD_TOS, row), 16);
	is_uint(wire_number(w, FLOW_FIELD_TCP_FLAGS, row), 0x12);
	is_uint(wire_number(w, FLOW_FIELD_MIN_TTL, row), 64);
	is_uint(wire_number(w, FLOW_FIELD_IP_VERSION, row), 4);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, row), 1);
}

/* 54 bytes of a frame of 1514, then 62 of a tagged one with IPv6. */
static void
test_frame(struct wire *w)
{
	wire_ipfix(w, 0, 2, INLINE_TEMPLATE);
	wire_ipfix(w, 0, 256, "00000007 05ea 36" MACS "0800" TCP4
	    "00000008 0042 42" MACS "8100 0064 86dd" PING6);
	is_uint(wire_rows(w), 2);
	is_tcp(w, 0);
	is_uint(wire_number(w, FLOW_FIELD_BYTES, 0), 1514);
	is_uint(wire_number(w, FLOW_FIELD_IN_IF, 0), 7);
	is_uint(wire_number(w, FLOW_FIELD_ETHER_TYPE, 0), 0x800);
	is_str(wire_text(w, FLOW_FIELD_IN_SRC_MAC, 0), "02:00:00:00:00:02");
	is_str(wire_text(w, FLOW_FIELD_IN_DST_MAC, 0), "02:00:00:00:00:01");
	is_uint(wire_number(w, FLOW_FIELD_SRC_VLAN, 0), WIRE_NULL);
	is_uint(wire_number(w, FLOW_FIELD_FRAG_ID, 0), 7);
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 0), "");
	is_str(wire_text(w, FLOW_FIELD_DST_ADDR, 1), "2001:db8::2");
	is_uint(wire_number(w, FLOW_FIELD_SRC_VLAN, 1), 100);
	is_uint(wire_number(w, FLOW_FIELD_ICMP_TYPE, 1), 128);
	is_uint(wire_number(w, FLOW_FIELD_ICMP_CODE, 1), 0);
	is_uint(wire_number(w, FLOW_FIELD_SRC_PORT, 1), WIRE_NULL);
	is_uint(wire_number(w, FLOW_FIELD_FLOW_LABEL, 1), 0xabcde);
	is_uint(wire_number(w, FLOW_FIELD_MAX_TTL, 1), 63);
	is_uint(wire_number(w, FLOW_FIELD_BYTES, 1), 66);
	is_uint(wire_number(w, FLOW_FIELD_FIRST, 1), WIRE_EXPORT_S * UINT64_C(1000));
}

/* v9's older elements, of fixed length: 102 offset, 103 size, 104 data; two records in a set. */
static void
test_fixed(struct wire *w)
{
	wire_v9(w, 0, 0, "0100 0003 0066 0002 0067 0002 0068 0036");
	wire_v9(w, 0, 256, "0000 05ea" MACS "0800" TCP4 "0000 05ea" MACS "0800" TCP4);
	is_uint(wire_rows(w), 2);
	is_tcp(w, 0);
	is_tcp(w, 1);
	is_uint(wire_number(w, FLOW_FIELD_BYTES, 1), 1514);
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 1), "{\"layer2packetSectionOffset\":0}");
}

/* 313: the IP header; without a frame's size its own length counts: 1500, and 40 + 16. */
static void
test_ip(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0001 0139 ffff");
	wire_ipfix(w, 0, 256, "28" TCP4 "30" PING6);
	is_uint(wire_rows(w), 2);
	is_tcp(w, 0);
	is_uint(wire_number(w, FLOW_FIELD_BYTES, 0), 1500);
	is_uint(wire_number(w, FLOW_FIELD_IN_SRC_MAC, 0), WIRE_NULL);
	is_uint(wire_number(w, FLOW_FIELD_BYTES, 1), 56);
	is_uint(wire_number(w, FLOW_FIELD_TCP_FLAGS, 1), WIRE_NULL);
}

/* 316 and 317: labels 100 and 200, then what they carry. */
static void
test_mpls(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0002 013c 0008 013d ffff");
	wire_ipfix(w, 0, 256, "00064040 000c8140 28" TCP4);
	is_uint(wire_rows(w), 1);
	is_tcp(w, 0);
	is_uint(wire_number(w, FLOW_FIELD_MPLS_1, 0), 0x640);	/* label << 4 | class << 1 | bottom */
	is_uint(wire_number(w, FLOW_FIELD_MPLS_2, 0), 0xc81);
	is_uint(wire_number(w, FLOW_FIELD_MPLS_3, 0), WIRE_NULL);
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 0), "");
}

/* What the record says itself, it knows better: port 443, 3 packets of 999 bytes, flags 0. */
static void
test_record_wins(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0006 000b 0002 0002 0004 0001 0004 0006 0001 0138 0002 013b ffff");
	wire_ipfix(w, 0, 256, "01bb 00000003 000003e7 00 05ea 36" MACS "0800" TCP4);
	is_uint(wire_rows(w), 1);
	is_uint(wire_number(w, FLOW_FIELD_DST_PORT, 0), 443);
	is_uint(wire_number(w, FLOW_FIELD_SRC_PORT, 0), 1234);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 0), 3);
	is_uint(wire_number(w, FLOW_FIELD_BYTES, 0), 999);
	is_uint(wire_number(w, FLOW_FIELD_TCP_FLAGS, 0), 0);
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 0), "{\"dataLinkFrameSize\":1514}");
	/* A count of packets without bytes: known for one packet only. */
	wire_ipfix(w, 0, 2, "0101 0003 0002 0004 0138 0002 013b ffff");
	wire_ipfix(w, 0, 257, "00000001 05ea 36" MACS "0800" TCP4
	    "00000002 05ea 36" MACS "0800" TCP4);
	is_uint(wire_number(w, FLOW_FIELD_BYTES, 1), 1514);
	is_uint(wire_number(w, FLOW_FIELD_BYTES, 2), 0);
}

/* Element 34 says 1 of 1000: one packet stands for 1000. */
static void
test_sampled(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0003 0022 0004 0138 0002 013b ffff");
	wire_ipfix(w, 0, 256, "000003e8 05ea 36" MACS "0800" TCP4);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 0), 1000);
	is_uint(wire_number(w, FLOW_FIELD_BYTES, 0), 1514000);
	is_uint(wire_number(w, FLOW_FIELD_SAMPLING, 0), 1000);
}

/* 4 bytes in: a frame that is not Ethernet (802.11), or that does not begin at its beginning. */
static void
test_not_read(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0002 0198 0002 013b 0004");
	wire_ipfix(w, 0, 256, "0002 01020304");
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 0),
	    "{\"dataLinkFrameSection\":\"01020304\",\"dataLinkFrameType\":2}");
	wire_ipfix(w, 0, 2, "0101 0002 0199 0002 0139 0028");
	wire_ipfix(w, 0, 257, "0004" TCP4);
	is_uint(wire_rows(w), 2);
	is_str(wire_text(w, FLOW_FIELD_SRC_ADDR, 1), "");
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 1), 1);
	ok(strstr(wire_text(w, FLOW_FIELD_EXTRA, 1), "\"sectionOffset\":4") != NULL);
	ok(strstr(wire_text(w, FLOW_FIELD_EXTRA, 1), "\"ipHeaderPacketSection\":\"4510") != NULL);
}

/* ARP has MACs and a type, the rest stays as it is; an empty and a cut section harm nothing. */
static void
test_partial(struct wire *w)
{
	wire_ipfix(w, 0, 2, INLINE_TEMPLATE);
	wire_ipfix(w, 0, 256, "00000007 0040 10" MACS "0806 0001"
	    "00000007 0040 00"
	    "00000007 0040 18" MACS "0800 45100028000700004006");
	is_uint(wire_rows(w), 3);
	is_uint(wire_number(w, FLOW_FIELD_ETHER_TYPE, 0), 0x806);
	is_str(wire_text(w, FLOW_FIELD_SRC_ADDR, 0), "");
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 0),
	    "{\"dataLinkFrameSection\":\"02000000000102000000000208060001\"}");
	is_uint(wire_number(w, FLOW_FIELD_ETHER_TYPE, 1), WIRE_NULL);
	is_uint(wire_number(w, FLOW_FIELD_BYTES, 1), 64);
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 1), "");
	is_str(wire_text(w, FLOW_FIELD_DST_ADDR, 2), "");
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 2), 1);
}

/* GRE in IPv4 with UDP in it; two sections of one element, of which the first is read. */
static void
test_inner_and_twice(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0001 0139 ffff");
	wire_ipfix(w, 0, 256, "34 45 00 0034 0000 0000 40 2f 0000 c0000201 c0000202 00000800"
	    "45 00 001c 0000 0000 40 11 0000 0a000001 0a000002 0035 1000 0008 0000");
	is_str(wire_text(w, FLOW_FIELD_DST_ADDR, 0), "192.0.2.2");
	is_uint(wire_number(w, FLOW_FIELD_PROTO, 0), 47);
	is_uint(wire_number(w, FLOW_FIELD_SRC_PORT, 0), WIRE_NULL);
	is_str(wire_text(w, FLOW_FIELD_INNER_SRC_ADDR, 0), "10.0.0.1");
	is_str(wire_text(w, FLOW_FIELD_INNER_DST_ADDR, 0), "10.0.0.2");
	is_uint(wire_number(w, FLOW_FIELD_INNER_PROTO, 0), 17);
	is_uint(wire_number(w, FLOW_FIELD_INNER_SRC_PORT, 0), 53);
	is_uint(wire_number(w, FLOW_FIELD_INNER_DST_PORT, 0), 4096);
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 0), "");
	wire_ipfix(w, 0, 2, "0101 0002 0139 0028 0139 0002");
	wire_ipfix(w, 0, 257, TCP4 "abcd");
	is_tcp(w, 1);
	is_str(wire_text(w, FLOW_FIELD_INNER_SRC_ADDR, 1), "");
	is_uint(wire_number(w, FLOW_FIELD_INNER_PROTO, 1), WIRE_NULL);
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 1), "{\"ipHeaderPacketSection\":["
	    "\"451005dc00070000400600000a0000010a000002"
	    "04d2005000000000000000005012ffff00000000\",\"abcd\"]}");
}

int
main(void)
{
	wire_run(test_frame, NULL);
	wire_run(test_fixed, NULL);
	wire_run(test_ip, NULL);
	wire_run(test_mpls, NULL);
	wire_run(test_record_wins, NULL);
	wire_run(test_sampled, NULL);
	wire_run(test_not_read, NULL);
	wire_run(test_partial, NULL);
	wire_run(test_inner_and_twice, NULL);
	return tap_done();
}
