/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Columns other than counters and times that several elements of a template may fill: next hops and
 * NAT of either family, VLANs, interfaces, ICMP.  All values are written by hand.
 */
#include "tap.h"
#include "wire/wire_helper.h"

#define ZERO16 "00000000000000000000000000000000"
#define A6 "20010db8000000000000000000000001"
#define B6 "20010db8000000000000000000000002"

static void
is_extra(struct wire *w, size_t row, const char *text)
{
	is_str(wire_text(w, FLOW_FIELD_EXTRA, row), text);
}

/* 8 12 27 28, 15 62: a next hop is of the family that is set, zeros are of the flow's. */
static void
test_next_hops(struct wire *w)
{
	wire_v9(w, 0, 0, "0100 0006 0008 0004 000c 0004 001b 0010 001c 0010 000f 0004 003e 0010");
	wire_v9(w, 0, 256, "0a000001 0a000002" ZERO16 ZERO16 "0a0000fe" ZERO16
	    "00000000 00000000" A6 B6 "00000000" B6
	    "0a000001 0a000002" ZERO16 ZERO16 "00000000" B6
	    "00000000 00000000" A6 B6 "00000000" ZERO16
	    "00000000 00000000" A6 B6 "0a0000fe" B6
	    "0a000001 0a000002" ZERO16 ZERO16 "0a0000fe" B6);
	is_str(wire_text(w, FLOW_FIELD_NEXT_HOP, 0), "10.0.0.254");
	is_str(wire_text(w, FLOW_FIELD_NEXT_HOP, 1), "2001:db8::2");
	is_str(wire_text(w, FLOW_FIELD_NEXT_HOP, 2), "2001:db8::2");	/* RFC 8950 */
	is_str(wire_text(w, FLOW_FIELD_NEXT_HOP, 3), "::");
	is_str(wire_text(w, FLOW_FIELD_NEXT_HOP, 4), "2001:db8::2");
	is_extra(w, 4, "{\"ipNextHopIPv4Address\":\"10.0.0.254\"}");
	is_str(wire_text(w, FLOW_FIELD_NEXT_HOP, 5), "10.0.0.254");
	is_extra(w, 5, "{\"ipNextHopIPv6Address\":\"2001:db8::2\"}");
	is_extra(w, 0, "");
	is_extra(w, 3, "");
}

/* 9 and 29, 13 and 30: the prefix length of the family that the addresses are of, zero or not. */
static void
test_masks(struct wire *w)
{
	wire_v9(w, 0, 0, "0100 0006 001b 0010 001c 0010 0009 0001 001d 0001 000d 0001 001e 0001");
	wire_v9(w, 0, 256, A6 B6 "18 30 10 40");
	is_uint(wire_number(w, FLOW_FIELD_SRC_MASK, 0), 48);
	is_uint(wire_number(w, FLOW_FIELD_DST_MASK, 0), 64);
	is_extra(w, 0, "{\"sourceIPv4PrefixLength\":24,\"destinationIPv4PrefixLength\":16}");
	wire_v9(w, 0, 0, "0101 0004 0008 0004 000c 0004 001e 0001 000d 0001");
	wire_v9(w, 0, 257, "0a000001 0a000002 40 00");
	is_uint(wire_number(w, FLOW_FIELD_DST_MASK, 1), 0);
	is_extra(w, 1, "{\"destinationIPv6PrefixLength\":64}");
	/* Only the other family's: it is the best that there is. */
	wire_v9(w, 0, 0, "0102 0003 001b 0010 001c 0010 0009 0001");
	wire_v9(w, 0, 258, A6 B6 "18");
	is_uint(wire_number(w, FLOW_FIELD_SRC_MASK, 2), 24);
}

/* 8 12 8, 225 281: the second pair has no destination, and is of IPv4 all the same. */
static void
test_nat_of_half_a_pair(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0005 0008 0004 000c 0004 0008 0004 00e1 0004 0119 0010");
	wire_ipfix(w, 0, 256, "00000000 00000000 0a000001 c6336401" A6);
	is_str(wire_text(w, FLOW_FIELD_SRC_ADDR, 0), "10.0.0.1");
	is_str(wire_text(w, FLOW_FIELD_NAT_SRC_ADDR, 0), "198.51.100.1");
}

/* NAT64: the flow is of IPv6, what NAT made of it of IPv4; both addresses are of one family. */
static void
test_nat(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0006 001b 0010 001c 0010 00e1 0004 00e2 0004 0119 0010 011a 0010");
	wire_ipfix(w, 0, 256, A6 B6 "c6336401 00000000" ZERO16 ZERO16
	    A6 B6 "00000000 00000000" ZERO16 B6
	    A6 B6 "00000000 00000000" ZERO16 ZERO16
	    A6 B6 "c6336401 c6336402" A6 B6);
	is_str(wire_text(w, FLOW_FIELD_NAT_SRC_ADDR, 0), "198.51.100.1");
	is_str(wire_text(w, FLOW_FIELD_NAT_DST_ADDR, 0), "0.0.0.0");
	is_str(wire_text(w, FLOW_FIELD_NAT_SRC_ADDR, 1), "::");
	is_str(wire_text(w, FLOW_FIELD_NAT_DST_ADDR, 1), "2001:db8::2");
	is_str(wire_text(w, FLOW_FIELD_NAT_SRC_ADDR, 2), "::");
	is_str(wire_text(w, FLOW_FIELD_NAT_SRC_ADDR, 3), "2001:db8::1");
	is_extra(w, 3, "{\"postNATSourceIPv4Address\":\"198.51.100.1\","
	    "\"postNATDestinationIPv4Address\":\"198.51.100.2\"}");
	/* The first numbers of Cisco's firewalls, where 225 and 227 are not filled. */
	wire_v9(w, 0, 0, "0100 0004 00e1 0004 00e3 0002 9c41 0004 9c43 0002");
	wire_v9(w, 0, 256, "00000000 0000 c6336401 0400 c6336403 0500 c6336401 0400");
	is_str(wire_text(w, FLOW_FIELD_NAT_SRC_ADDR, 4), "198.51.100.1");
	is_uint(wire_number(w, FLOW_FIELD_NAT_SRC_PORT, 4), 1024);
	is_extra(w, 4, "");
	is_str(wire_text(w, FLOW_FIELD_NAT_SRC_ADDR, 5), "198.51.100.3");
	is_uint(wire_number(w, FLOW_FIELD_NAT_SRC_PORT, 5), 1280);
	is_extra(w, 5, "{\"XLATE_SRC_ADDR_IPV4\":\"198.51.100.1\",\"XLATE_SRC_PORT\":1024}");
}

/* 58 and 243, 10 and 252, 59 and 254; 58 twice is a tag within a tag. */
static void
test_vlans_and_interfaces(struct wire *w)
{
	wire_v9(w, 0, 0, "0100 0004 003a 0002 00f3 0002 000a 0004 00fc 0004");
	wire_v9(w, 0, 256, "0000 0064 00000000 00000007 000a 000a 00000003 00000003"
	    "000a 0014 00000003 00000004");
	is_uint(wire_number(w, FLOW_FIELD_SRC_VLAN, 0), 100);
	is_uint(wire_number(w, FLOW_FIELD_IN_IF, 0), 7);
	is_extra(w, 0, "");
	is_uint(wire_number(w, FLOW_FIELD_SRC_VLAN, 1), 10);
	is_extra(w, 1, "");
	is_uint(wire_number(w, FLOW_FIELD_SRC_VLAN, 2), 10);
	is_extra(w, 2, "{\"dot1qVlanId\":20,\"ingressPhysicalInterface\":4}");
	wire_v9(w, 0, 0, "0101 0003 003a 0002 003a 0002 003b 0002");
	wire_v9(w, 0, 257, "0000 0014 001e");
	is_uint(wire_number(w, FLOW_FIELD_SRC_VLAN, 3), 0);
	is_uint(wire_number(w, FLOW_FIELD_DST_VLAN, 3), 30);
	is_extra(w, 3, "{\"vlanId\":20}");
}

/* 4, 32, 139: the type and code of the record's own protocol; others are kept. */
static void
test_icmp(struct wire *w)
{
	wire_v9(w, 0, 0, "0100 0003 0004 0001 0020 0002 008b 0002");
	wire_v9(w, 0, 256, "01 0303 0000 3a 0000 8000 06 0303 0000 01 0303 8000");
	is_uint(wire_number(w, FLOW_FIELD_ICMP_TYPE, 0), 3);
	is_uint(wire_number(w, FLOW_FIELD_ICMP_CODE, 0), 3);
	is_extra(w, 0, "");
	is_uint(wire_number(w, FLOW_FIELD_ICMP_TYPE, 1), 128);
	is_extra(w, 1, "");
	is_uint(wire_number(w, FLOW_FIELD_ICMP_TYPE, 2), WIRE_NULL);
	is_extra(w, 2, "{\"icmpTypeCodeIPv4\":771}");
	is_extra(w, 3, "{\"icmpTypeCodeIPv6\":32768}");
}

int
main(void)
{
	wire_run(test_next_hops, NULL);
	wire_run(test_masks, NULL);
	wire_run(test_nat, NULL);
	wire_run(test_nat_of_half_a_pair, NULL);
	wire_run(test_vlans_and_interfaces, NULL);
	wire_run(test_icmp, NULL);
	return tap_done();
}
