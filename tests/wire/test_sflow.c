/* SPDX-License-Identifier: BSD-2-Clause */
#include "tap.h"
#include "wire/wire_helper.h"

#define FRAME "020000000001 020000000002 0800" \
	"45 10 0028 0007 0000 40 06 0000 0a000001 0a000002" \
	"04d2 0050 00000000 00000000 50 12 ffff 0000 0000"	/* 54 bytes */

/* version 5, agent 192.0.2.1, sub-agent 3, sequence, uptime, samples */
static void
put_header(struct buf *b, uint32_t sequence, uint32_t samples)
{
	put_hex(b, "00000005 00000001 c0000201 00000003");
	buf_append_be32(b, sequence);
	buf_append_be32(b, 1000);
	buf_append_be32(b, samples);
}

static void
put_raw_header(struct buf *b)
{
	/* Ethernet, frame of 1518, 4 stripped, 54 bytes of header and 2 of padding */
	put_hex(b, "00000001 00000048 00000001 000005ee 00000004 00000036" FRAME "0000");
}

static void
test_flow_sample(void)
{
	struct buf b = BUF_INIT;
	struct wire w;

	wire_begin(&w, NULL);
	put_header(&b, 1, 2);
	/* sequence, source, rate 1024, pool, drops, in 7, out 8, 4 records */
	put_hex(&b, "00000001 000000d8 00000001 00000007 00000400 00000000 00000000 00000007"
	    "00000008 00000004");
	put_raw_header(&b);
	/* switch: VLANs 100 and 200 */
	put_hex(&b, "000003e9 00000010 00000064 00000000 000000c8 00000000");
	/* router: next hop 10.0.0.254, masks 24 and 16 */
	put_hex(&b, "000003ea 00000010 00000001 0a0000fe 00000018 00000010");
	/* gateway: hop 10.0.0.253, router 65000, source 65001, peer 65002, path 65003 65004 */
	put_hex(&b, "000003eb 00000030 00000001 0a0000fd 0000fde8 0000fde9 0000fdea"
	    "00000001 00000002 00000002 0000fdeb 0000fdec 00000000 00000064");
	/* a counter sample */
	put_hex(&b, "00000002 0000000c 00000001 00000007 00000000");
	wire_feed(&w, &b);
	is_uint(wire_rows(&w), 1);
	is_uint(wire_count(&w, FLOW_COUNT_COUNTER_SAMPLES), 1);
	is_uint(wire_count(&w, FLOW_COUNT_SAMPLE_BAD), 0);
	is_str(wire_text(&w, FLOW_FIELD_SRC_ADDR, 0), "10.0.0.1");
	is_uint(wire_number(&w, FLOW_FIELD_DST_PORT, 0), 80);
	is_uint(wire_number(&w, FLOW_FIELD_PACKETS, 0), 1024);
	is_uint(wire_number(&w, FLOW_FIELD_BYTES, 0), 1518 * 1024);
	is_uint(wire_number(&w, FLOW_FIELD_SAMPLING, 0), 1024);
	is_uint(wire_number(&w, FLOW_FIELD_IN_IF, 0), 7);
	is_uint(wire_number(&w, FLOW_FIELD_OUT_IF, 0), 8);
	is_uint(wire_number(&w, FLOW_FIELD_SRC_VLAN, 0), 100);
	is_uint(wire_number(&w, FLOW_FIELD_DST_VLAN, 0), 200);
	is_str(wire_text(&w, FLOW_FIELD_NEXT_HOP, 0), "10.0.0.254");
	is_str(wire_text(&w, FLOW_FIELD_BGP_NEXT_HOP, 0), "10.0.0.253");
	is_uint(wire_number(&w, FLOW_FIELD_SRC_AS, 0), 65001);
	is_uint(wire_number(&w, FLOW_FIELD_PREV_AS, 0), 65002);
	is_uint(wire_number(&w, FLOW_FIELD_NEXT_AS, 0), 65003);
	is_uint(wire_number(&w, FLOW_FIELD_DST_AS, 0), 65004);
	is_str(wire_text(&w, FLOW_FIELD_IN_SRC_MAC, 0), "02:00:00:00:00:02");
	is_uint(wire_number(&w, FLOW_FIELD_DOMAIN, 0), 3);
	is_uint(wire_number(&w, FLOW_FIELD_EXPORT_VERSION, 0), 105);
	is_uint(wire_number(&w, FLOW_FIELD_FIRST, 0), WIRE_RECEIVED);
	is_str(wire_text(&w, FLOW_FIELD_EXTRA, 0), "");
	wire_end(&w);
	buf_release(&b);
}

/* Expanded sample, output discarded; a record of IPv6 fields instead of a header. */
static void
test_expanded(void)
{
	struct buf b = BUF_INIT;
	struct wire w;

	wire_begin(&w, NULL);
	w.dg.exporter = addr_from_v4(0xc0000263);	/* not the agent */
	put_header(&b, 1, 1);
	put_hex(&b, "00000003 0000006c 00000001 00000000 00000007 0000000a 00000000 00000000"
	    "00000000 00000007 00000001 00000102 00000001"
	    "00000004 00000038 00000064 00000011 20010db8000000000000000000000001"
	    "20010db8000000000000000000000002 00000035 00008000 00000000 00000020");
	wire_feed(&w, &b);
	is_uint(wire_rows(&w), 1);
	is_str(wire_text(&w, FLOW_FIELD_EXPORTER, 0), "192.0.2.1");
	is_str(wire_text(&w, FLOW_FIELD_DST_ADDR, 0), "2001:db8::2");
	is_uint(wire_number(&w, FLOW_FIELD_BYTES, 0), 1000);
	is_uint(wire_number(&w, FLOW_FIELD_PROTO, 0), 17);
	is_uint(wire_number(&w, FLOW_FIELD_IN_IF, 0), 7);
	is_uint(wire_number(&w, FLOW_FIELD_OUT_IF, 0), WIRE_NULL);
	is_uint(wire_number(&w, FLOW_FIELD_FWD_STATUS, 0), 128);
	is_str(wire_text(&w, FLOW_FIELD_EXTRA, 0),
	    "{\"sender\":\"192.0.2.99\",\"sflowDiscardReason\":258}");
	wire_end(&w);
	buf_release(&b);
}

/* A record longer than its sample, a sample longer than its datagram, 2^32 samples. */
static void
test_lies(void)
{
	struct buf b = BUF_INIT;
	struct wire w;

	wire_begin(&w, NULL);
	put_header(&b, 1, 1);
	put_hex(&b, "00000001 00000028 00000001 00000007 00000400 00000000 00000000 00000007"
	    "00000008 00000001 00000001 ffffffff");
	wire_feed(&w, &b);
	is_uint(wire_rows(&w), 0);
	is_uint(wire_count(&w, FLOW_COUNT_SAMPLE_BAD), 1);
	put_header(&b, 2, 0xffffffff);
	put_hex(&b, "00000001 00001000 00000000");
	wire_feed(&w, &b);
	is_uint(wire_rows(&w), 0);
	is_uint(wire_count(&w, FLOW_COUNT_DATAGRAM_CUT), 1);
	put_header(&b, 3, 1);
	put_hex(&b, "00000006 00000004 00000000");
	wire_feed(&w, &b);
	is_uint(wire_count(&w, FLOW_COUNT_SAMPLE_UNKNOWN), 1);
	wire_end(&w);
	buf_release(&b);
}

/* RFC 3176: no lengths, no sub-agent. */
static void
test_v4(void)
{
	struct buf b = BUF_INIT;
	struct wire w;

	wire_begin(&w, NULL);
	put_hex(&b, "00000004 00000001 c0000201 00000001 000003e8 00000002"
	    "00000001 00000001 00000007 00000064 00000000 00000000 00000007 00000008"
	    "00000001 00000001 000005ee 00000036" FRAME "0000"
	    "00000001 00000001 00000064 00000000 000000c8 00000000"
	    "00000001 00000002 00000007 00000032 00000000 00000000 00000007 00000008"
	    "00000002 00000064 00000011 0a000001 0a000002 00000035 00008000 00000000 00000000"
	    "00000000");
	wire_feed(&w, &b);
	is_uint(wire_rows(&w), 2);
	is_uint(wire_number(&w, FLOW_FIELD_EXPORT_VERSION, 0), 104);
	is_uint(wire_number(&w, FLOW_FIELD_BYTES, 0), 151800);
	is_uint(wire_number(&w, FLOW_FIELD_DST_VLAN, 0), 200);
	is_uint(wire_number(&w, FLOW_FIELD_PACKETS, 1), 50);
	is_uint(wire_number(&w, FLOW_FIELD_SRC_PORT, 1), 53);
	wire_end(&w);
	buf_release(&b);
}

/* if_counters of interface 7: type Ethernet, speed, and 72 bytes of counters, as sFlow v5 lists them. */
static void
put_generic(struct buf *b, const char *interface, const char *speed)
{
	put_hex(b, interface);
	put_hex(b, "00000006");
	put_hex(b, speed);
	for (unsigned i = 0; i < 18; i++)
		put_hex(b, "00000003");
}

static void
is_told(struct wire *w, const char *interfaces)
{
	struct buf json = BUF_INIT;
	const char *found;

	flow_decoder_exporters_json(w->d, NULL, &json);
	buf_append_u8(&json, 0);
	found = strstr((const char *)json.data, ",\"interfaces\":");
	is_str(found != NULL ? found : "none", interfaces);
	buf_release(&json);
}

/* Speeds from counter samples: 7 has 10 Gb/s by an expanded one, behind another record; then 1 Gb/s by a short one. */
static void
test_speeds(void)
{
	struct buf b = BUF_INIT;
	struct wire w;

	wire_begin(&w, NULL);
	put_header(&b, 1, 1);
	put_hex(&b, "00000004 0000007c 00000001 00000000 00000007 00000002 000003e9 00000004 00000000"
	    "00000001 00000058");
	put_generic(&b, "00000007", "00000002540be400");
	wire_feed(&w, &b);
	is_told(&w, ",\"interfaces\":{\"7\":{\"speed_bps\":10000000000}}}]");
	put_header(&b, 2, 1);
	put_hex(&b, "00000002 0000006c 00000002 00000007 00000001 00000001 00000058");
	put_generic(&b, "00000007", "000000003b9aca00");
	wire_feed(&w, &b);
	is_told(&w, ",\"interfaces\":{\"7\":{\"speed_bps\":1000000000}}}]");
	/* Neither 0 nor what a 32-bit speed has at most, nor a record that is cut, nor one longer than its sample. */
	put_header(&b, 3, 4);
	put_hex(&b, "00000002 0000006c 00000003 00000007 00000001 00000001 00000058");
	put_generic(&b, "00000007", "0000000000000000");
	put_hex(&b, "00000002 0000006c 00000004 00000007 00000001 00000001 00000058");
	put_generic(&b, "00000007", "00000000ffffffff");
	put_hex(&b, "00000002 00000020 00000005 00000007 00000001 00000001 0000000c 00000007 00000006 00000002");
	put_hex(&b, "00000002 00000020 00000006 00000007 ffffffff 00000001 00000058 00000007 00000006 00000002");
	wire_feed(&w, &b);
	is_uint(wire_count(&w, FLOW_COUNT_COUNTER_SAMPLES), 6);
	is_uint(wire_count(&w, FLOW_COUNT_DATAGRAM_CUT), 0);
	is_told(&w, ",\"interfaces\":{\"7\":{\"speed_bps\":1000000000}}}]");
	wire_end(&w);
	buf_release(&b);
}

/* RFC 3176: sequence, source, interval, version of counters (2: Ethernet, 52 bytes behind the generic ones). */
static void
test_speeds_v4(void)
{
	struct buf b = BUF_INIT;
	struct wire w;

	wire_begin(&w, NULL);
	put_hex(&b, "00000004 00000001 c0000201 00000001 000003e8 00000002"
	    "00000002 00000001 00000008 0000001e 00000002");
	put_generic(&b, "00000008", "0000000005f5e100");
	for (unsigned i = 0; i < 13; i++)
		put_hex(&b, "00000000");
	put_hex(&b, "00000002 00000002 00000009 0000001e 00000007 00000009 00000000 3b9aca00 00000000 00000000 00000000"
	    "00000000");
	wire_feed(&w, &b);
	is_uint(wire_count(&w, FLOW_COUNT_COUNTER_SAMPLES), 2);
	is_uint(wire_count(&w, FLOW_COUNT_DATAGRAM_CUT), 0);
	is_told(&w, ",\"interfaces\":{\"8\":{\"speed_bps\":100000000}}}]");
	wire_end(&w);
	buf_release(&b);
}

int
main(void)
{
	test_speeds();
	test_speeds_v4();
	test_flow_sample();
	test_expanded();
	test_lies();
	test_v4();
	return tap_done();
}
