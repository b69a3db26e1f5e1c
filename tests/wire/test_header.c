/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A row is one IP header: templates with both families, with a packet in another, with elements
 * that repeat.  All values are written by hand.
 */
#include "tap.h"
#include "wire/wire_helper.h"

#define ZERO16 "00000000000000000000000000000000"
#define A6 "20010db8000000000000000000000001"	/* 2001:db8::1 */
#define B6 "20010db8000000000000000000000002"
#define C6 "20010db8000000000000000000000003"
#define D6 "20010db8000000000000000000000004"

static void
is_pair(struct wire *w, size_t row, const char *src, const char *dst)
{
	is_str(wire_text(w, FLOW_FIELD_SRC_ADDR, row), src);
	is_str(wire_text(w, FLOW_FIELD_DST_ADDR, row), dst);
}

static void
is_inner(struct wire *w, size_t row, const char *src, const char *dst, uint64_t proto)
{
	is_str(wire_text(w, FLOW_FIELD_INNER_SRC_ADDR, row), src);
	is_str(wire_text(w, FLOW_FIELD_INNER_DST_ADDR, row), dst);
	is_uint(wire_number(w, FLOW_FIELD_INNER_PROTO, row), proto);
}

static void
is_ports(struct wire *w, size_t row, uint64_t src, uint64_t dst)
{
	is_uint(wire_number(w, FLOW_FIELD_SRC_PORT, row), src);
	is_uint(wire_number(w, FLOW_FIELD_DST_PORT, row), dst);
}

static void
is_extra(struct wire *w, size_t row, const char *text)
{
	is_str(wire_text(w, FLOW_FIELD_EXTRA, row), text);
}

/* 8, 12, 27, 28, 60, as IOS-XR and nProbe have them. */
static void
test_both_families(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0005 0008 0004 000c 0004 001b 0010 001c 0010 003c 0001");
	wire_ipfix(w, 0, 256, "0a000001 0a000002 " ZERO16 ZERO16 "04"
	    "00000000 00000000" A6 B6 "06"
	    "00000000 0a000003" ZERO16 ZERO16 "04"
	    "00000000 00000000" ZERO16 "ff020000000000000000000000000001 06"
	    "00000000 00000000" ZERO16 ZERO16 "06"
	    "00000000 00000000" ZERO16 ZERO16 "04"
	    "00000000 00000000" ZERO16 ZERO16 "00");
	is_pair(w, 0, "10.0.0.1", "10.0.0.2");
	is_pair(w, 1, "2001:db8::1", "2001:db8::2");
	is_pair(w, 2, "0.0.0.0", "10.0.0.3");
	is_pair(w, 3, "::", "ff02::1");
	is_pair(w, 4, "::", "::");
	is_pair(w, 5, "0.0.0.0", "0.0.0.0");
	is_pair(w, 6, "0.0.0.0", "0.0.0.0");
	is_extra(w, 0, "");
	is_extra(w, 1, "");
	is_inner(w, 1, "", "", WIRE_NULL);
}

/* The version that a record says lies: the pair that is set counts. */
static void
test_lying_version(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0006 0004 0001 001b 0010 001c 0010 0008 0004 000c 0004 003c 0001");
	wire_ipfix(w, 0, 256, "06" ZERO16 ZERO16 "0a000001 0a000002 06"
	    "06" A6 B6 "00000000 00000000 04"
	    "06" A6 B6 "0a000001 0a000002 04"
	    "06" A6 B6 "0a000001 0a000002 06");
	is_pair(w, 0, "10.0.0.1", "10.0.0.2");
	is_pair(w, 1, "2001:db8::1", "2001:db8::2");
	/* Both set in a flow of TCP, which carries no packet: what the version does not say is kept. */
	is_pair(w, 2, "10.0.0.1", "10.0.0.2");
	is_extra(w, 2, "{\"sourceIPv6Address\":\"2001:db8::1\",\"destinationIPv6Address\":\"2001:db8::2\"}");
	is_pair(w, 3, "2001:db8::1", "2001:db8::2");
	is_extra(w, 3, "{\"sourceIPv4Address\":\"10.0.0.1\",\"destinationIPv4Address\":\"10.0.0.2\"}");
	is_inner(w, 3, "", "", WIRE_NULL);
}

/* Masks and the flow label belong to a family: 8 12 9 13 27 28 29 30 31. */
static void
test_masks(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0009 0008 0004 000c 0004 0009 0001 000d 0001"
	    "001b 0010 001c 0010 001d 0001 001e 0001 001f 0003");
	wire_ipfix(w, 0, 256, "0a000001 0a000002 18 00" ZERO16 ZERO16 "40 30 000000"
	    "00000000 00000000 18 10" A6 B6 "40 00 000005");
	is_uint(wire_number(w, FLOW_FIELD_SRC_MASK, 0), 24);
	is_uint(wire_number(w, FLOW_FIELD_DST_MASK, 0), 0);
	is_uint(wire_number(w, FLOW_FIELD_FLOW_LABEL, 0), WIRE_NULL);
	is_extra(w, 0, "{\"sourceIPv6PrefixLength\":64,\"destinationIPv6PrefixLength\":48}");
	is_uint(wire_number(w, FLOW_FIELD_SRC_MASK, 1), 64);
	is_uint(wire_number(w, FLOW_FIELD_DST_MASK, 1), 0);
	is_uint(wire_number(w, FLOW_FIELD_FLOW_LABEL, 1), 5);
	is_extra(w, 1, "{\"sourceIPv4PrefixLength\":24,\"destinationIPv4PrefixLength\":16}");
	/* Masks of the other family alone. */
	wire_ipfix(w, 0, 2, "0101 0005 0008 0004 000c 0004 0009 0001 001b 0010 001c 0010");
	wire_ipfix(w, 0, 257, "00000000 00000000 18" A6 B6 "0a000001 0a000002 18" ZERO16 ZERO16);
	is_uint(wire_number(w, FLOW_FIELD_SRC_MASK, 2), WIRE_NULL);
	is_extra(w, 2, "{\"sourceIPv4PrefixLength\":24}");
	is_uint(wire_number(w, FLOW_FIELD_SRC_MASK, 3), 24);
	is_extra(w, 3, "");
}

/* IOS-XR, SRv6: 27 28 31 7 11 30 29 4 6 5, then 8 12 7 11 4 6 5 of the packet within. */
static void
test_srv6(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0011 001b 0010 001c 0010 001f 0004 0007 0002 000b 0002 001e 0001"
	    "001d 0001 0004 0001 0006 0002 0005 0001"
	    "0008 0004 000c 0004 0007 0002 000b 0002 0004 0001 0006 0002 0005 0001");
	wire_ipfix(w, 0, 256, A6 B6 "000003bc 0000 0000 40 30 04 0000 00"
	    "c0002901 c0002a01 0050 1234 06 0012 b8"
	    A6 B6 "000003bc 0050 1234 40 30 06 0012 b8"
	    "00000000 00000000 0000 0000 00 0000 00");
	is_pair(w, 0, "2001:db8::1", "2001:db8::2");
	is_inner(w, 0, "192.0.41.1", "192.0.42.1", 6);
	is_ports(w, 0, 0, 0);
	is_uint(wire_number(w, FLOW_FIELD_INNER_SRC_PORT, 0), 80);
	is_uint(wire_number(w, FLOW_FIELD_INNER_DST_PORT, 0), 0x1234);
	is_uint(wire_number(w, FLOW_FIELD_PROTO, 0), 4);
	is_uint(wire_number(w, FLOW_FIELD_SRC_MASK, 0), 48);
	is_uint(wire_number(w, FLOW_FIELD_DST_MASK, 0), 64);
	is_uint(wire_number(w, FLOW_FIELD_FLOW_LABEL, 0), 956);
	is_uint(wire_number(w, FLOW_FIELD_TOS, 0), 0);
	is_extra(w, 0, "{\"ipClassOfService\":184,\"tcpControlBits\":18}");
	/* The packet within is not there. */
	is_pair(w, 1, "2001:db8::1", "2001:db8::2");
	is_inner(w, 1, "", "", WIRE_NULL);
	is_ports(w, 1, 80, 0x1234);
	is_uint(wire_number(w, FLOW_FIELD_INNER_SRC_PORT, 1), WIRE_NULL);
	is_extra(w, 1, "");
}

/* The same family twice, and thrice: the third has no column. */
static void
test_repeats(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0008 001b 0010 001c 0010 001d 0001 0004 0001"
	    "001b 0010 001c 0010 001d 0001 0004 0001");
	wire_ipfix(w, 0, 256, A6 B6 "40 29" C6 D6 "40 11");
	is_pair(w, 0, "2001:db8::1", "2001:db8::2");
	is_inner(w, 0, "2001:db8::3", "2001:db8::4", 17);
	is_uint(wire_number(w, FLOW_FIELD_SRC_MASK, 0), 64);
	is_extra(w, 0, "{\"sourceIPv6PrefixLength\":64}");
	wire_ipfix(w, 0, 2, "0101 0009 0008 0004 000c 0004 0004 0001 0008 0004 000c 0004 0004 0001"
	    "0008 0004 000c 0004 0004 0001");
	wire_ipfix(w, 0, 257, "0a000001 0a000002 2f 0a000003 0a000004 04 0a000005 0a000006 06"
	    "0a000001 0a000002 2f 00000000 00000000 00 0a000005 0a000006 06");
	is_pair(w, 1, "10.0.0.1", "10.0.0.2");
	is_inner(w, 1, "10.0.0.3", "10.0.0.4", 4);
	is_extra(w, 1, "{\"protocolIdentifier\":6,\"sourceIPv4Address\":\"10.0.0.5\","
	    "\"destinationIPv4Address\":\"10.0.0.6\"}");
	is_inner(w, 2, "10.0.0.5", "10.0.0.6", 6);
	is_uint(wire_number(w, FLOW_FIELD_PROTO, 2), 47);
}

/* Variable lengths, records of 8 and 12 twice among them; lengths that no address has. */
static void
test_variable(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0006 0008 ffff 000c ffff 0060 ffff 0008 0004 000c 0004 0004 0001");
	wire_ipfix(w, 0, 256, "04 0a000001 04 0a000002 03 646e73 0a000003 0a000004 04"
	    "00 00 00 0a000003 0a000004 06"
	    "02 0a00 04 0a000002 00 0a000003 0a000004 04");
	is_pair(w, 0, "10.0.0.1", "10.0.0.2");
	is_inner(w, 0, "10.0.0.3", "10.0.0.4", WIRE_NULL);
	is_pair(w, 1, "10.0.0.3", "10.0.0.4");
	is_inner(w, 1, "", "", WIRE_NULL);
	is_pair(w, 2, "", "10.0.0.2");
	is_extra(w, 2, "{\"sourceIPv4Address\":\"0a00\"}");
}

/* Ports that are there once are the packet's within, where the outer protocol has none. */
static void
test_ports_within(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0008 0008 0004 000c 0004 0004 0001 0008 0004 000c 0004 0004 0001"
	    "0007 0002 000b 0002");
	wire_ipfix(w, 0, 256, "0a000001 0a000002 2f 0a000003 0a000004 06 0050 1234"
	    "0a000001 0a000002 06 00000000 00000000 00 0050 1234"
	    "0a000001 0a000002 11 0a000003 0a000004 06 12b5 12b5");
	is_ports(w, 0, WIRE_NULL, WIRE_NULL);
	is_uint(wire_number(w, FLOW_FIELD_INNER_SRC_PORT, 0), 80);
	is_uint(wire_number(w, FLOW_FIELD_INNER_DST_PORT, 0), 0x1234);
	is_ports(w, 1, 80, 0x1234);
	is_uint(wire_number(w, FLOW_FIELD_INNER_DST_PORT, 1), WIRE_NULL);
	is_ports(w, 2, 4789, 4789);
}

/* Three headers and one pair of ports, which are the innermost TCP's; in the second record there are two. */
static void
test_ports_deeper(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 000b 0008 0004 000c 0004 0004 0001 0008 0004 000c 0004 0004 0001"
	    "0008 0004 000c 0004 0004 0001 0007 0002 000b 0002");
	wire_ipfix(w, 0, 256, "0a000001 0a000002 2f 0a000003 0a000004 04 0a000005 0a000006 06 0050 1234"
	    "0a000001 0a000002 04 0a000003 0a000004 06 00000000 00000000 00 0050 1234");
	is_ports(w, 0, WIRE_NULL, WIRE_NULL);
	is_inner(w, 0, "10.0.0.3", "10.0.0.4", 4);
	is_uint(wire_number(w, FLOW_FIELD_INNER_SRC_PORT, 0), WIRE_NULL);
	is_uint(wire_number(w, FLOW_FIELD_INNER_DST_PORT, 0), WIRE_NULL);
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 0), "{\"protocolIdentifier\":6,\"sourceTransportPort\":80,"
	    "\"sourceIPv4Address\":\"10.0.0.5\",\"destinationTransportPort\":4660,"
	    "\"destinationIPv4Address\":\"10.0.0.6\"}");
	is_ports(w, 1, WIRE_NULL, WIRE_NULL);
	is_inner(w, 1, "10.0.0.3", "10.0.0.4", 6);
	is_uint(wire_number(w, FLOW_FIELD_INNER_SRC_PORT, 1), 80);
	is_uint(wire_number(w, FLOW_FIELD_INNER_DST_PORT, 1), 0x1234);
}

/* Protocol and ports repeat, the addresses do not. */
static void
test_parts_alone(struct wire *w)
{
	wire_v9(w, 0, 0, "0100 0006 0008 0004 000c 0004 0004 0001 0004 0001 0007 0002 0007 0002");
	wire_v9(w, 0, 256, "0a000001 0a000002 04 06 0000 0050 0a000001 0a000002 06 00 0050 0000");
	is_uint(wire_number(w, FLOW_FIELD_PROTO, 0), 4);
	is_inner(w, 0, "", "", 6);
	is_uint(wire_number(w, FLOW_FIELD_INNER_SRC_PORT, 0), 80);
	is_uint(wire_number(w, FLOW_FIELD_PROTO, 1), 6);
	is_inner(w, 1, "", "", WIRE_NULL);
	is_ports(w, 1, 80, WIRE_NULL);
}

/* Prefixes 44, 45, 170, 169 where the addresses are not filled, or not in the template. */
static void
test_prefixes(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0004 0008 0004 000c 0004 002c 0004 002d 0004");
	wire_ipfix(w, 0, 256, "00000000 00000000 0a000000 0b000000 0a000001 0b000002 0a000000 0b000000");
	is_pair(w, 0, "10.0.0.0", "11.0.0.0");
	is_pair(w, 1, "10.0.0.1", "11.0.0.2");
	wire_ipfix(w, 0, 2, "0101 0004 00aa 0010 00a9 0010 002c 0004 002d 0004");
	wire_ipfix(w, 0, 257, A6 B6 "00000000 00000000" ZERO16 ZERO16 "0a000000 0b000000");
	is_pair(w, 2, "2001:db8::1", "2001:db8::2");
	is_pair(w, 3, "10.0.0.0", "11.0.0.0");
	/* 170 is the source, whatever their order. */
	wire_ipfix(w, 0, 2, "0102 0002 00a9 0010 00aa 0010");
	wire_ipfix(w, 0, 258, A6 B6);
	is_pair(w, 4, "2001:db8::2", "2001:db8::1");
}

/* A source of one family and a destination of the other are no two headers (NAT64 logs). */
static void
test_one_of_each(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0002 001b 0010 000c 0004");
	wire_ipfix(w, 0, 256, A6 "0a000002");
	is_pair(w, 0, "2001:db8::1", "10.0.0.2");
	/* A third address without a partner is not a packet within. */
	wire_ipfix(w, 0, 2, "0101 0003 001b 0010 001c 0010 000c 0004");
	wire_ipfix(w, 0, 257, A6 B6 "0a000002" ZERO16 ZERO16 "0a000002");
	is_pair(w, 1, "2001:db8::1", "2001:db8::2");
	is_extra(w, 1, "{\"destinationIPv4Address\":\"10.0.0.2\"}");
	is_pair(w, 2, "", "10.0.0.2");
}

#define M6 "00000000000000000000ffff0a010101"	/* ::ffff:10.1.1.1 */
#define N6 "00000000000000000000ffff0a020202"

/* An IPv4-mapped address beside one of IPv6 is one of IPv6; beside another one it is IPv4. */
static void
test_mapped(struct wire *w)
{
	wire_v9(w, 0, 0, "0100 0004 001b 0010 001c 0010 0004 0001 8001 0001");
	wire_v9(w, 0, 256, A6 B6 "06 01" M6 B6 "06 01" A6 M6 "06 01" M6 N6 "06 01" M6 ZERO16 "06 01" A6 B6 "06 01");
	is_pair(w, 0, "2001:db8::1", "2001:db8::2");
	is_extra(w, 0, "{\"32769\":\"01\"}");
	is_uint(wire_number(w, FLOW_FIELD_IP_VERSION, 0), WIRE_NULL);
	is_pair(w, 1, "::ffff:10.1.1.1", "2001:db8::2");
	is_extra(w, 1, "{\"32769\":\"01\"}");
	is_uint(wire_number(w, FLOW_FIELD_IP_VERSION, 1), WIRE_NULL);
	is_pair(w, 2, "2001:db8::1", "::ffff:10.1.1.1");
	is_pair(w, 3, "10.1.1.1", "10.2.2.2");	/* both: a flow of IPv4 */
	is_pair(w, 4, "::ffff:10.1.1.1", "::");	/* the unspecified address is one of IPv6 */
	is_pair(w, 5, "2001:db8::1", "2001:db8::2");
}

/* 60 that the record has; variable lengths; prefixes 170 and 169. */
static void
test_mapped_alone(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0003 001b 0010 001c 0010 003c 0001  0101 0002 001b ffff 001c ffff"
	    "0102 0002 00a9 0010 00aa 0010");
	wire_ipfix(w, 0, 256, A6 B6 "06" M6 B6 "00" M6 B6 "06" M6 N6 "06" M6 N6 "04");
	is_pair(w, 1, "::ffff:10.1.1.1", "2001:db8::2");
	is_uint(wire_number(w, FLOW_FIELD_IP_VERSION, 1), 0);
	is_pair(w, 2, "::ffff:10.1.1.1", "2001:db8::2");
	is_uint(wire_number(w, FLOW_FIELD_IP_VERSION, 2), 6);
	is_pair(w, 3, "::ffff:10.1.1.1", "::ffff:10.2.2.2");	/* as the record says */
	is_pair(w, 4, "10.1.1.1", "10.2.2.2");
	wire_ipfix(w, 0, 257, "10" A6 "10" M6 "00 10" M6 "10" A6 "10" B6);
	is_pair(w, 5, "2001:db8::1", "::ffff:10.1.1.1");
	is_pair(w, 6, "", "10.1.1.1");		/* no partner: nobody knows */
	is_pair(w, 7, "2001:db8::1", "2001:db8::2");
	is_extra(w, 6, "");
	wire_ipfix(w, 0, 258, A6 M6);
	is_pair(w, 8, "::ffff:10.1.1.1", "2001:db8::1");
	/* One address of two, and a version. */
	wire_ipfix(w, 0, 2, "0103 0002 001b 0010 003c 0001");
	wire_ipfix(w, 0, 259, M6 "06" M6 "00");
	is_pair(w, 9, "::ffff:10.1.1.1", "");
	is_pair(w, 10, "10.1.1.1", "");
}

/* An element of IPv4 beside one of IPv6 is what it is. */
static void
test_not_mapped(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0002 0008 0004 001c 0010  0101 0002 001b 0010 000c 0004");
	wire_ipfix(w, 0, 256, "0a010101" B6 "0a010101" M6);
	wire_ipfix(w, 0, 257, M6 "0a020202");
	is_pair(w, 0, "10.1.1.1", "2001:db8::2");
	is_extra(w, 0, "");
	is_uint(wire_number(w, FLOW_FIELD_IP_VERSION, 0), WIRE_NULL);
	is_extra(w, 1, "");
	is_pair(w, 2, "10.1.1.1", "10.2.2.2");
	is_extra(w, 2, "");
}

/* Both families in a template, and a packet of IPv6 in another. */
static void
test_mapped_headers(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0004 0008 0004 000c 0004 001b 0010 001c 0010"
	    "0101 0006 001b 0010 001c 0010 0004 0001 001b 0010 001c 0010 0004 0001");
	wire_ipfix(w, 0, 256, "00000000 00000000" M6 B6 "0a000001 0a000002" ZERO16 ZERO16
	    "00000000 00000000" M6 N6);
	is_pair(w, 0, "::ffff:10.1.1.1", "2001:db8::2");
	is_extra(w, 0, "");
	is_pair(w, 1, "10.0.0.1", "10.0.0.2");
	is_pair(w, 2, "10.1.1.1", "10.2.2.2");
	wire_ipfix(w, 0, 257, A6 B6 "29" C6 M6 "06" A6 M6 "29" C6 D6 "06" A6 B6 "29" M6 N6 "06");
	is_pair(w, 3, "2001:db8::1", "2001:db8::2");
	is_inner(w, 3, "2001:db8::3", "::ffff:10.1.1.1", 6);
	is_extra(w, 3, "");
	is_pair(w, 4, "2001:db8::1", "::ffff:10.1.1.1");
	is_inner(w, 4, "2001:db8::3", "2001:db8::4", 6);
	is_inner(w, 5, "10.1.1.1", "10.2.2.2", 6);
	/* Protocols repeat, addresses do not: there is a choice of headers, but not of addresses. */
	wire_ipfix(w, 0, 2, "0102 0004 001b 0010 001c 0010 0004 0001 0004 0001");
	wire_ipfix(w, 0, 258, M6 B6 "29 06");
	is_pair(w, 6, "::ffff:10.1.1.1", "2001:db8::2");
}

static void
is_nat(struct wire *w, size_t row, const char *src, const char *dst)
{
	is_str(wire_text(w, FLOW_FIELD_NAT_SRC_ADDR, row), src);
	is_str(wire_text(w, FLOW_FIELD_NAT_DST_ADDR, row), dst);
}

static void
is_hops(struct wire *w, size_t row, const char *hop, const char *bgp_hop)
{
	is_str(wire_text(w, FLOW_FIELD_NEXT_HOP, row), hop);
	is_str(wire_text(w, FLOW_FIELD_BGP_NEXT_HOP, row), bgp_hop);
}

/* 281 and 282, alone and beside 225 and 226: IPv4 of NAT64 is IPv4, and a mapped address is a pair's. */
static void
test_mapped_nat(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0002 0119 0010 011a 0010  0101 0004 00e1 0004 00e2 0004 0119 0010 011a 0010");
	wire_ipfix(w, 0, 256, M6 B6 M6 N6 A6 B6);
	is_nat(w, 0, "::ffff:10.1.1.1", "2001:db8::2");
	is_extra(w, 0, "");
	is_nat(w, 1, "10.1.1.1", "10.2.2.2");
	is_nat(w, 2, "2001:db8::1", "2001:db8::2");
	wire_ipfix(w, 0, 257, "00000000 00000000" A6 M6 "0a000001 0a000002" ZERO16 ZERO16);
	is_nat(w, 3, "2001:db8::1", "::ffff:10.1.1.1");
	is_extra(w, 3, "");
	is_nat(w, 4, "10.0.0.1", "10.0.0.2");
}

/* 62 and 63: of an IPv6 row, by its addresses or its version, they stay; of an IPv4 row they are IPv4. */
static void
test_mapped_hops(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0004 001b 0010 001c 0010 003e 0010 003f 0010"
	    "0101 0004 0008 0004 000c 0004 003e 0010 003f 0010"
	    "0102 0004 001b 0010 001c 0010 000f 0004 003e 0010"
	    "0103 0002 003c 0001 003e 0010");
	wire_ipfix(w, 0, 256, A6 B6 M6 N6  M6 N6 M6 N6  A6 B6 A6 M6  M6 B6 ZERO16 N6);
	is_hops(w, 0, "::ffff:10.1.1.1", "::ffff:10.2.2.2");
	is_extra(w, 0, "");
	is_hops(w, 1, "10.1.1.1", "10.2.2.2");
	is_hops(w, 2, "2001:db8::1", "::ffff:10.1.1.1");
	is_hops(w, 3, "::", "::ffff:10.2.2.2");
	wire_ipfix(w, 0, 257, "0a000001 0a000002" M6 N6);
	is_hops(w, 4, "10.1.1.1", "10.2.2.2");
	is_extra(w, 4, "");
	wire_ipfix(w, 0, 258, A6 B6 "0a030303" ZERO16  A6 B6 "00000000" M6  A6 B6 "0a030303" M6);
	is_hops(w, 5, "10.3.3.3", "");		/* an element of IPv4 is IPv4 */
	is_hops(w, 6, "::ffff:10.1.1.1", "");
	is_hops(w, 7, "::ffff:10.1.1.1", "");
	wire_ipfix(w, 0, 259, "06" M6 "04" M6);
	is_hops(w, 8, "::ffff:10.1.1.1", "");
	is_hops(w, 9, "10.1.1.1", "");
}

int
main(void)
{
	wire_run(test_both_families, NULL);
	wire_run(test_lying_version, NULL);
	wire_run(test_masks, NULL);
	wire_run(test_srv6, NULL);
	wire_run(test_repeats, NULL);
	wire_run(test_variable, NULL);
	wire_run(test_ports_within, NULL);
	wire_run(test_ports_deeper, NULL);
	wire_run(test_parts_alone, NULL);
	wire_run(test_prefixes, NULL);
	wire_run(test_one_of_each, NULL);
	wire_run(test_mapped, NULL);
	wire_run(test_mapped_alone, NULL);
	wire_run(test_not_mapped, NULL);
	wire_run(test_mapped_headers, NULL);
	wire_run(test_mapped_nat, NULL);
	wire_run(test_mapped_hops, NULL);
	return tap_done();
}
