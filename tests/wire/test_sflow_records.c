/* SPDX-License-Identifier: BSD-2-Clause */
/* Records of sFlow samples that are no packet, and lengths that cannot be; by sflow.org's structures. */
#include <string.h>

#include "tap.h"
#include "wire/sflow/sflow_length.h"
#include "wire/wire_helper.h"

/* A datagram of agent 192.0.2.1 with one expanded sample, 1 of 10, of records given in hexadecimal. */
static void
feed(struct wire *w, unsigned records, const char *hex)
{
	struct buf b = BUF_INIT, body = BUF_INIT;

	put_hex(&body, hex);
	put_hex(&b, "00000005 00000001 c0000201 00000000 00000001 000003e8 00000001 00000003");
	buf_append_be32(&b, (uint32_t)body.len + 44);
	put_hex(&b, "00000001 00000000 00000007 0000000a 00000000 00000000"
	    "00000000 3fffffff 00000000 3fffffff");
	buf_append_be32(&b, records);
	buf_append(&b, body.data, body.len);
	wire_feed(w, &b);
	buf_release(&b);
	buf_release(&body);
}

/* A web server's sample: who talked, and what was asked. */
static void
test_http(struct wire *w)
{
	feed(w, 2, "00000834 00000014 00000006 0a000096 0a000098 00000050 0000a6ff"
	    /* GET, 1.1, "/a\"b", "h", nothing, "Java", x-forwarded-for, user, "t" */
	    "0000089e 0000004c 00000002 000003e9 00000004 2f612262 00000001 68000000 00000000"
	    "00000004 4a617661 00000000 00000000 00000001 74000000"
	    "00000000 00000002 00000001 00000000 00000160 ffffffff");
	is_uint(wire_rows(w), 1);
	is_str(wire_text(w, FLOW_FIELD_SRC_ADDR, 0), "10.0.0.150");
	is_str(wire_text(w, FLOW_FIELD_DST_ADDR, 0), "10.0.0.152");
	is_uint(wire_number(w, FLOW_FIELD_SRC_PORT, 0), 80);
	is_uint(wire_number(w, FLOW_FIELD_DST_PORT, 0), 42751);
	is_uint(wire_number(w, FLOW_FIELD_PROTO, 0), 6);
	is_uint(wire_number(w, FLOW_FIELD_IP_VERSION, 0), 4);
	/* No packet was sampled. */
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 0), 0);
	is_uint(wire_number(w, FLOW_FIELD_BYTES, 0), 0);
	is_uint(wire_number(w, FLOW_FIELD_SAMPLING, 0), 10);
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 0), "{\"http_request\":{\"method\":\"GET\",\"protocol\":1001,"
	    "\"uri\":\"/a\\\"b\",\"host\":\"h\",\"referer\":\"\",\"useragent\":\"Java\",\"xff\":\"\",\"authuser\":\"\","
	    "\"mime_type\":\"t\",\"req_bytes\":2,\"resp_bytes\":4294967296,\"uS\":352,\"status\":-1}}");
	is_uint(wire_count(w, FLOW_COUNT_SAMPLE_BAD), 0);
	is_uint(wire_count(w, FLOW_COUNT_FRAME_LENGTH), 0);
}

/* IPv6; the proxy's other side, a known list and an enterprise's record have no column. */
static void
test_socket6(struct wire *w)
{
	feed(w, 4, "00000835 0000002c 00000011 20010db8000000000000000000000001 20010db8000000000000000000000002"
	    "00000035 00008000"
	    "00000836 00000014 00000006 0a000001 0a000002 00000050 00001f90"
	    "0000040a 0000000c 00000002 00000064 000000c8"
	    "0113d007 00000004 deadbeef");
	is_str(wire_text(w, FLOW_FIELD_SRC_ADDR, 0), "2001:db8::1");
	is_str(wire_text(w, FLOW_FIELD_DST_ADDR, 0), "2001:db8::2");
	is_uint(wire_number(w, FLOW_FIELD_SRC_PORT, 0), 53);
	is_uint(wire_number(w, FLOW_FIELD_IP_VERSION, 0), 6);
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 0), "{\"extended_proxy_socket_ipv4\":{\"protocol\":6,"
	    "\"local_ip\":\"10.0.0.1\",\"remote_ip\":\"10.0.0.2\",\"local_port\":80,\"remote_port\":8080},"
	    "\"extended_vlanin\":{\"stack\":[100,200]},\"sflow_4413_7\":\"deadbeef\"}");
}

#define M6 "00000000000000000000ffff0a010101"	/* ::ffff:10.1.1.1 */
#define N6 "00000000000000000000ffff0a020202"
#define A6 "20010db8000000000000000000000001"

/* Sockets of both families have IPv4 as two IPv4-mapped addresses; NAT64 has none of IPv6 but one. */
static void
test_socket_mapped(struct wire *w)
{
	feed(w, 1, "00000835 0000002c 00000006 " M6 N6 "00000035 00008000");
	feed(w, 1, "00000835 0000002c 00000006 " A6 M6 "00000035 00008000");
	is_str(wire_text(w, FLOW_FIELD_SRC_ADDR, 0), "10.1.1.1");
	is_str(wire_text(w, FLOW_FIELD_DST_ADDR, 0), "10.2.2.2");
	is_uint(wire_number(w, FLOW_FIELD_IP_VERSION, 0), 4);
	is_str(wire_text(w, FLOW_FIELD_SRC_ADDR, 1), "2001:db8::1");
	is_str(wire_text(w, FLOW_FIELD_DST_ADDR, 1), "::ffff:10.1.1.1");
	is_uint(wire_number(w, FLOW_FIELD_IP_VERSION, 1), 6);
	/* extended_nat: two addresses with their types. */
	feed(w, 1, "000003ef 00000028 00000002 " M6 "00000002 " A6);
	feed(w, 1, "000003ef 00000028 00000002 " M6 "00000002 " N6);
	feed(w, 1, "000003ef 0000001c 00000001 0a010101 00000002 " A6);
	is_str(wire_text(w, FLOW_FIELD_NAT_SRC_ADDR, 2), "::ffff:10.1.1.1");
	is_str(wire_text(w, FLOW_FIELD_NAT_DST_ADDR, 2), "2001:db8::1");
	is_str(wire_text(w, FLOW_FIELD_NAT_SRC_ADDR, 3), "10.1.1.1");
	is_str(wire_text(w, FLOW_FIELD_NAT_DST_ADDR, 3), "10.2.2.2");
	is_str(wire_text(w, FLOW_FIELD_NAT_SRC_ADDR, 4), "10.1.1.1");
	is_str(wire_text(w, FLOW_FIELD_NAT_DST_ADDR, 4), "2001:db8::1");
}

/* Next hops that a router and BGP told, before and behind the packet, beside IPv6 and beside IPv4. */
static void
test_hop_mapped(struct wire *w)
{
#define ROUTER6 "000003ea 0000001c 00000002 " M6 "00000018 00000010"
#define ROUTER4 "000003ea 00000010 00000001 0a010101 00000018 00000010"
#define GATEWAY6 "000003eb 0000002c 00000002 " N6 "0000fde8 0000fde9 0000fdea 00000000 00000000 00000064"
#define IPV6 "00000004 00000038 00000064 00000006 " A6 A6 "00000035 00008000 00000000 00000000"
#define IPV4 "00000003 00000020 00000064 00000006 0a000001 0a000002 00000035 00008000 00000000 00000000"
	feed(w, 3, ROUTER6 IPV6 GATEWAY6);
	feed(w, 3, GATEWAY6 IPV4 ROUTER6);
	feed(w, 2, IPV6 ROUTER4);
	is_uint(wire_rows(w), 3);
	is_str(wire_text(w, FLOW_FIELD_NEXT_HOP, 0), "::ffff:10.1.1.1");
	is_str(wire_text(w, FLOW_FIELD_BGP_NEXT_HOP, 0), "::ffff:10.2.2.2");
	is_str(wire_text(w, FLOW_FIELD_NEXT_HOP, 1), "10.1.1.1");
	is_str(wire_text(w, FLOW_FIELD_BGP_NEXT_HOP, 1), "10.2.2.2");
	is_str(wire_text(w, FLOW_FIELD_NEXT_HOP, 2), "10.1.1.1");
}

/* A record that is cut: what is there is told. */
static void
test_cut_record(struct wire *w)
{
	feed(w, 2, "0000089b 0000000c 00000004 61616161 00000040"
	    "00000834 00000008 00000006 0a000001");
	is_uint(wire_rows(w), 1);
	is_str(wire_text(w, FLOW_FIELD_SRC_ADDR, 0), "");
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 0), "{\"app_parent_context\":{\"application\":\"aaaa\"},"
	    "\"extended_socket_ipv4\":{\"protocol\":6,\"local_ip\":\"10.0.0.1\"}}");
}

/* VLAN unknown on one side, beyond 4095 on the other; one that is known. */
static void
test_vlan(struct wire *w)
{
	feed(w, 1, "000003e9 00000010 ffffffff ffffffff 00001000 00000000");
	feed(w, 1, "000003e9 00000010 00000fff 00000000 ffffffff 00000000");
	is_uint(wire_number(w, FLOW_FIELD_SRC_VLAN, 0), WIRE_NULL);
	is_uint(wire_number(w, FLOW_FIELD_DST_VLAN, 0), WIRE_NULL);
	is_uint(wire_number(w, FLOW_FIELD_SRC_VLAN, 1), 4095);
	is_uint(wire_number(w, FLOW_FIELD_DST_VLAN, 1), WIRE_NULL);
}

/* A port that no packet can have is no other port. */
static void
test_wide_port(struct wire *w)
{
	feed(w, 1, "00000834 00000014 00000006 0a000096 0a000098 00010050 0000a6ff");
	is_uint(wire_number(w, FLOW_FIELD_SRC_PORT, 0), 65535);
	is_uint(wire_count(w, FLOW_COUNT_VALUE_WIDE), 1);
}

/* IPv4 of 1500 bytes behind 14 of Ethernet; what is sampled of it is 34 bytes. */
#define HEADER "00000022 020000000001 020000000002 0800 450005dc 00010000 40060000 0a000001 0a000002 0000"

static void
test_lengths(struct wire *w)
{
	static const struct {
		const char *hex;
		uint64_t bytes;
	} cases[] = {
		{ "00000001 00000034 00000001 00000000 00000000" HEADER, 15140 },
		{ "00000001 00000034 00000001 00000080 00000000" HEADER, 15140 },
		{ "00000001 00000034 00000001 000005ea 00000000" HEADER, 15140 },
		{ "00000001 00000034 00000001 000005ee 00000004" HEADER, 15180 },
		/* a tag was stripped; the agent counts without */
		{ "00000001 00000034 00000001 000005e6 00000000" HEADER, 15100 },
		{ "00000001 00000034 00000001 fffffffc 00000000" HEADER, 15140 },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		feed(w, 1, cases[i].hex);
		is_uint(wire_number(w, FLOW_FIELD_BYTES, i), cases[i].bytes);
		is_uint(wire_number(w, FLOW_FIELD_PACKETS, i), 10);
	}
	is_uint(wire_count(w, FLOW_COUNT_FRAME_LENGTH), 3);
	/* A record of IPv4 fields has no header to go by. */
	feed(w, 1, "00000003 00000020 ffffffff 00000006 0a000001 0a000002 00000001 00000002 00000010 00000000");
	is_uint(wire_number(w, FLOW_FIELD_BYTES, i), 0);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, i), 10);
	is_uint(wire_count(w, FLOW_COUNT_FRAME_LENGTH), 4);
}

#define IP_FIELDS "00000003 00000020 000003e8 00000006 0a000001 0a000002 00000001 00000002 00000010 00000000"
#define FRAME_FIELDS(length) "00000002 00000018 " length " 020000000001 0000 020000000002 0000 00000800"

/* Of the lengths of a frame (1018) and of the IP packet in it (1000) the frame's counts, in either order. */
static void
test_length_beside_fields(struct wire *w)
{
	feed(w, 2, IP_FIELDS FRAME_FIELDS("000003fa"));
	feed(w, 2, FRAME_FIELDS("000003fa") IP_FIELDS);
	feed(w, 2, IP_FIELDS FRAME_FIELDS("00000000"));
	feed(w, 2, FRAME_FIELDS("00000000") IP_FIELDS);
	is_uint(wire_number(w, FLOW_FIELD_BYTES, 0), 10180);
	is_uint(wire_number(w, FLOW_FIELD_BYTES, 1), 10180);
	is_uint(wire_number(w, FLOW_FIELD_BYTES, 2), 10000);
	is_uint(wire_number(w, FLOW_FIELD_BYTES, 3), 10000);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 3), 10);
	is_str(wire_text(w, FLOW_FIELD_IN_SRC_MAC, 3), "02:00:00:00:00:01");
	is_uint(wire_count(w, FLOW_COUNT_FRAME_LENGTH), 2);
}

/* ARP, offload, a jumbo frame, a large packet of a host: by what their headers can say. */
static void
test_length_limits(void)
{
	struct packet none = { .ip_offset = 0 }, offload = { .ip_offset = 14, .outer = { .version = 4 } };
	struct packet jumbo = { .ip_offset = 18, .outer = { .version = 6, .length = 9000 } };
	struct packet host = { .ip_offset = 14, .outer = { .version = 4, .length = 64000 } };
	bool replaced;

	is_uint(sflow_length_of(&(struct sflow_length){ 64, 4, 60 }, &none, &replaced), 64);
	ok(!replaced);
	is_uint(sflow_length_of(&(struct sflow_length){ 0, 0, 60 }, &none, &replaced), 60);
	ok(replaced);
	is_uint(sflow_length_of(&(struct sflow_length){ 40000, 0, 128 }, &offload, &replaced), 40000);
	ok(!replaced);
	is_uint(sflow_length_of(&(struct sflow_length){ 9022, 4, 128 }, &jumbo, &replaced), 9022);
	ok(!replaced);
	is_uint(sflow_length_of(&(struct sflow_length){ 64014, 0, 128 }, &host, &replaced), 64014);
	ok(!replaced);
	is_uint(sflow_length_of(&(struct sflow_length){ 70000, 0, 128 }, &none, &replaced), 128);
	ok(replaced);
}

/* A notification of a discarded packet is no unknown kind of sample. */
static void
test_discarded(struct wire *w)
{
	struct buf b = BUF_INIT;

	put_hex(&b, "00000005 00000001 c0000201 00000000 00000001 000003e8 00000001"
	    "00000005 00000020 00000001 00000000 00000007 00000000 00000001 00000000 00000100 00000000");
	wire_feed(w, &b);
	is_uint(wire_rows(w), 0);
	is_uint(wire_count(w, FLOW_COUNT_DISCARDED_PACKETS), 1);
	is_uint(wire_count(w, FLOW_COUNT_SAMPLE_UNKNOWN), 0);
	buf_release(&b);
}

/* RFC 3176: IPv4 fields, then a URL, then a switch's VLANs behind it. */
static void
test_url_v4(struct wire *w)
{
	struct buf b = BUF_INIT;

	put_hex(&b, "00000004 00000001 c0000201 00000001 000003e8 00000001"
	    "00000001 00000001 00000007 0000000a 00000000 00000000 00000001 00000002"
	    "00000002 00000064 00000006 0a000001 0a000002 00000001 00000002 00000010 00000000"
	    "00000002 00000005 00000001 00000003 2f782f00 00000001 00000064 00000000 000000c8 00000000");
	wire_feed(w, &b);
	is_uint(wire_rows(w), 1);
	is_uint(wire_number(w, FLOW_FIELD_DST_VLAN, 0), 200);
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 0), "{\"extended_url\":{\"direction\":1,\"url\":\"/x/\"}}");
	buf_release(&b);
}

int
main(void)
{
	wire_run(test_http, NULL);
	wire_run(test_socket6, NULL);
	wire_run(test_socket_mapped, NULL);
	wire_run(test_hop_mapped, NULL);
	wire_run(test_cut_record, NULL);
	wire_run(test_vlan, NULL);
	wire_run(test_wide_port, NULL);
	wire_run(test_lengths, NULL);
	test_length_limits();
	wire_run(test_length_beside_fields, NULL);
	wire_run(test_discarded, NULL);
	wire_run(test_url_v4, NULL);
	return tap_done();
}
