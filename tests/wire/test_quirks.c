/* SPDX-License-Identifier: BSD-2-Clause */
/* What devices really send: each quirk a datagram built by hand. */
#include "tap.h"
#include "wire/wire_helper.h"

/* A v9 template set with one template of those fields; then it is fed. */
#define V9_TEMPLATE(w, b, id, count, ...) \
	do { \
		size_t set_; \
		put_v9_header((b), 1, 1, 0); \
		set_ = put_set((b), 0); \
		put16((b), (id), (count), __VA_ARGS__, WIRE_STOP); \
		put_set_end((b), set_); \
		wire_feed((w), (b)); \
	} while (0)

static void
v9_data(struct wire *w, struct buf *b, uint16_t id, const char *hex)
{
	size_t set;

	put_v9_header(b, 1, 2, 0);
	set = put_set(b, id);
	put_hex(b, hex);
	put_set_end(b, set);
	wire_feed(w, b);
}

/* An IPFIX message of one template set (or options), then one of data. */
static void
ipfix_set(struct wire *w, struct buf *b, uint16_t id, const char *hex)
{
	size_t set;

	put_ipfix_header(b, 0, 0);
	set = put_set(b, id);
	put_hex(b, hex);
	put_set_end(b, set);
	wire_feed(w, b);
}

/* The count in v9's header: sets instead of records (MikroTik, nProbe), or nonsense. */
static void
test_v9_count(void)
{
	struct buf b = BUF_INIT;
	struct wire w;

	wire_begin(&w, NULL);
	V9_TEMPLATE(&w, &b, 256, 1, 7, 2);
	put_v9_header(&b, 999, 2, 0);
	put_hex(&b, "0100 0008 0001 0002");
	wire_feed(&w, &b);
	is_uint(wire_rows(&w), 2);
	is_uint(wire_count(&w, FLOW_COUNT_COUNT_MISMATCH), 1);
	wire_end(&w);
	buf_release(&b);
}

/* No padding, one byte, many bytes; a body shorter than four bytes. */
static void
test_padding(void)
{
	struct buf b = BUF_INIT;
	struct wire w;

	wire_begin(&w, NULL);
	V9_TEMPLATE(&w, &b, 256, 1, 4, 1);
	v9_data(&w, &b, 256, "06");
	is_uint(wire_rows(&w), 1);
	V9_TEMPLATE(&w, &b, 257, 2, 1, 4, 2, 4);
	v9_data(&w, &b, 257, "00000001 00000002");
	v9_data(&w, &b, 257, "00000001 00000002 00");
	v9_data(&w, &b, 257, "00000001 00000002 00000000 000000");
	is_uint(wire_rows(&w), 4);
	is_uint(wire_count(&w, FLOW_COUNT_SET_REMAINDER), 0);
	/* More than padding can be, and not zero. */
	v9_data(&w, &b, 257, "00000001 00000002 00000003 000000");
	is_uint(wire_rows(&w), 5);
	is_uint(wire_count(&w, FLOW_COUNT_SET_REMAINDER), 1);
	wire_end(&w);
	buf_release(&b);
}

/* The same id in two domains, from two addresses, and (IPFIX) from two ports. */
static void
test_scopes(void)
{
	struct buf b = BUF_INIT;
	struct wire w;

	wire_begin(&w, NULL);
	put_v9_header(&b, 1, 1, 1);
	put_hex(&b, "0000 000c 0100 0001 0007 0002");
	wire_feed(&w, &b);
	put_v9_header(&b, 1, 1, 2);
	put_hex(&b, "0000 000c 0100 0001 000b 0002");
	wire_feed(&w, &b);
	put_v9_header(&b, 1, 2, 1);
	put_hex(&b, "0100 0006 0035");
	wire_feed(&w, &b);
	is_uint(wire_number(&w, FLOW_FIELD_SRC_PORT, 0), 53);
	put_v9_header(&b, 1, 2, 2);
	put_hex(&b, "0100 0006 0035");
	wire_feed(&w, &b);
	is_uint(wire_number(&w, FLOW_FIELD_DST_PORT, 1), 53);
	/* From another address, or another port (RFC 7011 8), is another source: see test_senders. */
	w.dg.port = 2000;
	put_v9_header(&b, 1, 3, 1);
	put_hex(&b, "0100 0006 0035");
	wire_feed(&w, &b);
	is_uint(wire_rows(&w), 2);
	w.dg.exporter = addr_from_v4(0xc0000202);
	put_v9_header(&b, 1, 3, 1);
	put_hex(&b, "0100 0006 0035");
	wire_feed(&w, &b);
	is_uint(wire_rows(&w), 2);
	is_uint(wire_count(&w, FLOW_COUNT_SETS_HELD), 2);
	ipfix_set(&w, &b, 2, "0100 0001 0007 0002");
	w.dg.port = 3000;
	ipfix_set(&w, &b, 256, "0035");
	is_uint(wire_rows(&w), 2);
	w.dg.port = 2000;
	ipfix_set(&w, &b, 256, "0035");
	is_uint(wire_rows(&w), 3);
	wire_end(&w);
	buf_release(&b);
}

static void
test_scope_option(void)
{
	struct flow_decoder_options options = { .scope = FLOW_SCOPE_ADDRESS };
	struct buf b = BUF_INIT;
	struct wire w;

	wire_begin(&w, &options);
	ipfix_set(&w, &b, 2, "0100 0001 0007 0002");
	w.dg.port = 3000;
	ipfix_set(&w, &b, 256, "0035");
	is_uint(wire_rows(&w), 1);
	wire_end(&w);
	options.scope = FLOW_SCOPE_PORT;
	wire_begin(&w, &options);
	V9_TEMPLATE(&w, &b, 256, 1, 7, 2);
	w.dg.port = 3000;
	v9_data(&w, &b, 256, "0035");
	is_uint(wire_rows(&w), 0);
	wire_end(&w);
	buf_release(&b);
}

/* v9 says lengths of variable fields as IPFIX does (H3C). */
static void
test_v9_variable(void)
{
	struct buf b = BUF_INIT;
	struct wire w;

	wire_begin(&w, NULL);
	V9_TEMPLATE(&w, &b, 256, 2, 96, 65535, 7, 2);
	v9_data(&w, &b, 256, "03 646e73 0035 00 0050");
	is_uint(wire_rows(&w), 2);
	is_str(wire_text(&w, FLOW_FIELD_APP_NAME, 0), "dns");
	is_str(wire_text(&w, FLOW_FIELD_APP_NAME, 1), "");
	is_uint(wire_number(&w, FLOW_FIELD_SRC_PORT, 1), 80);
	wire_end(&w);
	buf_release(&b);
}

/* Reduced and enlarged numbers; what does not fit is the greatest that does. */
static void
test_widths(void)
{
	struct buf b = BUF_INIT;
	struct wire w;

	wire_begin(&w, NULL);
	V9_TEMPLATE(&w, &b, 256, 8, 1, 3, 2, 8, 4, 2, 5, 4, 10, 2, 16, 2, 14, 8, 25, 8);
	v9_data(&w, &b, 256, "010000 0000000000000005 0011 00000020 0007 fde8 0000000000000009"
	    "0000000000100000");
	is_uint(wire_number(&w, FLOW_FIELD_BYTES, 0), 65536);
	is_uint(wire_number(&w, FLOW_FIELD_PACKETS, 0), 5);
	is_uint(wire_number(&w, FLOW_FIELD_PROTO, 0), 17);
	is_uint(wire_number(&w, FLOW_FIELD_TOS, 0), 32);
	is_uint(wire_number(&w, FLOW_FIELD_IN_IF, 0), 7);
	is_uint(wire_number(&w, FLOW_FIELD_SRC_AS, 0), 65000);
	is_uint(wire_number(&w, FLOW_FIELD_OUT_IF, 0), 9);
	is_uint(wire_number(&w, FLOW_FIELD_MIN_LENGTH, 0), 65535);
	/* Counters beyond what the column holds. */
	V9_TEMPLATE(&w, &b, 257, 1, 1, 8);
	v9_data(&w, &b, 257, "ffffffffffffffff");
	is_uint(wire_number(&w, FLOW_FIELD_BYTES, 1), INT64_MAX);
	wire_end(&w);
	buf_release(&b);
}

/* Addresses and MACs of widths that they cannot have do not reach their columns. */
static void
test_wrong_widths(void)
{
	struct buf b = BUF_INIT;
	struct wire w;

	wire_begin(&w, NULL);
	V9_TEMPLATE(&w, &b, 256, 3, 8, 5, 56, 8, 12, 4);
	v9_data(&w, &b, 256, "0102030405 0000020000000001 0a000001");
	is_str(wire_text(&w, FLOW_FIELD_SRC_ADDR, 0), "");
	is_str(wire_text(&w, FLOW_FIELD_IN_SRC_MAC, 0), "");
	is_str(wire_text(&w, FLOW_FIELD_DST_ADDR, 0), "10.0.0.1");
	is_str(wire_text(&w, FLOW_FIELD_EXTRA, 0),
	    "{\"sourceIPv4Address\":\"0102030405\",\"sourceMacAddress\":\"0000020000000001\"}");
	wire_end(&w);
	buf_release(&b);
}

/* One template for both families (addresses, ports per protocol, masks). */
static void
test_both_families(void)
{
	struct buf b = BUF_INIT;
	struct wire w;

	wire_begin(&w, NULL);
	V9_TEMPLATE(&w, &b, 256, 6, 8, 4, 27, 16, 180, 2, 182, 2, 9, 1, 29, 1);
	v9_data(&w, &b, 256, "0a000001 00000000000000000000000000000000 0035 0000 18 00"
	    "00000000 20010db8000000000000000000000001 0000 0050 00 40");
	is_str(wire_text(&w, FLOW_FIELD_SRC_ADDR, 0), "10.0.0.1");
	is_uint(wire_number(&w, FLOW_FIELD_SRC_PORT, 0), 53);
	is_uint(wire_number(&w, FLOW_FIELD_SRC_MASK, 0), 24);
	is_str(wire_text(&w, FLOW_FIELD_SRC_ADDR, 1), "2001:db8::1");
	is_uint(wire_number(&w, FLOW_FIELD_SRC_PORT, 1), 80);
	is_uint(wire_number(&w, FLOW_FIELD_SRC_MASK, 1), 64);
	is_str(wire_text(&w, FLOW_FIELD_EXTRA, 0), "");
	wire_end(&w);
	buf_release(&b);
}

/* Totals, post counters and layer 2 counters stand in; beside better ones they do not add up. */
static void
test_counters(void)
{
	struct buf b = BUF_INIT;
	struct wire w;

	wire_begin(&w, NULL);
	V9_TEMPLATE(&w, &b, 256, 2, 85, 8, 86, 8);
	v9_data(&w, &b, 256, "0000000000000064 0000000000000002");
	is_uint(wire_number(&w, FLOW_FIELD_BYTES, 0), 100);
	is_uint(wire_number(&w, FLOW_FIELD_PACKETS, 0), 2);
	V9_TEMPLATE(&w, &b, 257, 2, 23, 4, 24, 4);
	v9_data(&w, &b, 257, "00000064 00000002");
	is_uint(wire_number(&w, FLOW_FIELD_BYTES, 1), 100);
	is_uint(wire_number(&w, FLOW_FIELD_PACKETS, 1), 2);
	is_uint(wire_number(&w, FLOW_FIELD_POST_BYTES, 1), 100);
	V9_TEMPLATE(&w, &b, 258, 4, 1, 4, 2, 4, 23, 4, 24, 4);
	v9_data(&w, &b, 258, "00000064 00000002 00000064 00000002");
	is_uint(wire_number(&w, FLOW_FIELD_BYTES, 2), 100);
	is_uint(wire_number(&w, FLOW_FIELD_POST_PACKETS, 2), 2);
	V9_TEMPLATE(&w, &b, 259, 2, 1, 4, 85, 4);
	v9_data(&w, &b, 259, "00000064 000000c8");
	is_uint(wire_number(&w, FLOW_FIELD_BYTES, 3), 100);
	is_str(wire_text(&w, FLOW_FIELD_EXTRA, 3), "{\"octetTotalCount\":200}");
	V9_TEMPLATE(&w, &b, 260, 1, 352, 8);
	v9_data(&w, &b, 260, "0000000000000040");
	is_uint(wire_number(&w, FLOW_FIELD_BYTES, 4), 64);
	wire_end(&w);
	buf_release(&b);
}

/* The same element twice (Juniper CGNAT), thrice. */
static void
test_repeated(void)
{
	struct buf b = BUF_INIT;
	struct wire w;

	wire_begin(&w, NULL);
	V9_TEMPLATE(&w, &b, 256, 5, 8, 4, 8, 4, 12, 4, 8, 4, 305, 4);
	v9_data(&w, &b, 256, "0a000001 0a000002 0a000003 0a000004 00000001");
	is_str(wire_text(&w, FLOW_FIELD_SRC_ADDR, 0), "10.0.0.1");
	is_str(wire_text(&w, FLOW_FIELD_INNER_SRC_ADDR, 0), "10.0.0.2");
	is_str(wire_text(&w, FLOW_FIELD_EXTRA, 0),
	    "{\"sourceIPv4Address\":\"10.0.0.4\",\"samplingPacketInterval\":1}");
	wire_end(&w);
	buf_release(&b);
}

/* NSEL: creation and event, both directions' counters, ACLs, user, translated addresses. */
static void
test_nsel(void)
{
	struct buf b = BUF_INIT;
	struct wire w;

	wire_begin(&w, NULL);
	V9_TEMPLATE(&w, &b, 256, 12, 148, 4, 8, 4, 12, 4, 4, 1, 225, 4, 227, 2, 233, 1, 33002, 2,
	    323, 8, 152, 8, 231, 4, 232, 4);
	v9_data(&w, &b, 256, "00000007 0a000001 0a000002 06 c6336401 0400 02 07e3"
	    "0000018bcfe56be8 0000018bcfe56800 00000064 000000c8");
	is_uint(wire_number(&w, FLOW_FIELD_CONN_ID, 0), 7);
	is_str(wire_text(&w, FLOW_FIELD_NAT_SRC_ADDR, 0), "198.51.100.1");
	is_uint(wire_number(&w, FLOW_FIELD_NAT_SRC_PORT, 0), 1024);
	is_uint(wire_number(&w, FLOW_FIELD_FW_EVENT, 0), 2);
	is_uint(wire_number(&w, FLOW_FIELD_FW_EXT_EVENT, 0), 2019);
	is_uint(wire_number(&w, FLOW_FIELD_FIRST, 0), UINT64_C(1700000000000));
	is_uint(wire_number(&w, FLOW_FIELD_LAST, 0), UINT64_C(1700000001000));
	is_uint(wire_number(&w, FLOW_FIELD_EVENT_TIME, 0), UINT64_C(1700000001000));
	is_uint(wire_number(&w, FLOW_FIELD_BYTES, 0), 100);
	is_uint(wire_number(&w, FLOW_FIELD_REV_BYTES, 0), 200);
	V9_TEMPLATE(&w, &b, 257, 3, 33000, 12, 33001, 12, 40000, 20);
	v9_data(&w, &b, 257, "0f8e7ff3 fa2c54a9 00000000 00000000 00000000 00000000"
	    "616c696365 000000000000000000000000000000");
	is_str(wire_text(&w, FLOW_FIELD_IN_ACL, 1), "0f8e7ff3-fa2c54a9-00000000");
	is_str(wire_text(&w, FLOW_FIELD_OUT_ACL, 1), "");
	is_str(wire_text(&w, FLOW_FIELD_USERNAME, 1), "alice");
	wire_end(&w);
	buf_release(&b);
}

/* NAT events have no counters: packets and bytes are 0, the event's time is the flow's. */
static void
test_nat_event(void)
{
	struct buf b = BUF_INIT;
	struct wire w;

	wire_begin(&w, NULL);
	ipfix_set(&w, &b, 2, "0100 0006 00e6 0001 0008 0004 00e1 0004 0143 0008 0169 0002 016a 0002");
	ipfix_set(&w, &b, 256, "04 0a000001 c6336401 0000018bcfe56800 0400 07ff");
	is_uint(wire_number(&w, FLOW_FIELD_NAT_EVENT, 0), 4);
	is_uint(wire_number(&w, FLOW_FIELD_PORT_BLOCK_START, 0), 1024);
	is_uint(wire_number(&w, FLOW_FIELD_PORT_BLOCK_END, 0), 2047);
	is_uint(wire_number(&w, FLOW_FIELD_PACKETS, 0), 0);
	is_uint(wire_number(&w, FLOW_FIELD_FIRST, 0), UINT64_C(1700000000000));
	is_uint(wire_number(&w, FLOW_FIELD_LAST, 0), UINT64_C(1700000000000));
	wire_end(&w);
	buf_release(&b);
}

/* ICMP without a protocol (softflowd 1.0); elements of ICMP beside TCP mean nothing. */
static void
test_icmp(void)
{
	struct buf b = BUF_INIT;
	struct wire w;

	wire_begin(&w, NULL);
	V9_TEMPLATE(&w, &b, 256, 1, 32, 2);
	v9_data(&w, &b, 256, "0303");
	is_uint(wire_number(&w, FLOW_FIELD_PROTO, 0), 1);
	is_uint(wire_number(&w, FLOW_FIELD_ICMP_TYPE, 0), 3);
	is_uint(wire_number(&w, FLOW_FIELD_ICMP_CODE, 0), 3);
	V9_TEMPLATE(&w, &b, 257, 1, 139, 2);
	v9_data(&w, &b, 257, "8000");
	is_uint(wire_number(&w, FLOW_FIELD_PROTO, 1), 58);
	is_uint(wire_number(&w, FLOW_FIELD_ICMP_TYPE, 1), 128);
	V9_TEMPLATE(&w, &b, 258, 3, 4, 1, 32, 2, 139, 2);
	v9_data(&w, &b, 258, "06 0000 0000 01 0800 0000 3a 0000 8100");
	is_uint(wire_number(&w, FLOW_FIELD_ICMP_TYPE, 2), WIRE_NULL);
	is_uint(wire_number(&w, FLOW_FIELD_ICMP_TYPE, 3), 8);
	is_uint(wire_number(&w, FLOW_FIELD_ICMP_TYPE, 4), 129);
	V9_TEMPLATE(&w, &b, 259, 3, 4, 1, 176, 1, 177, 1);
	v9_data(&w, &b, 259, "01 05 01");
	is_uint(wire_number(&w, FLOW_FIELD_ICMP_TYPE, 5), 5);
	is_uint(wire_number(&w, FLOW_FIELD_ICMP_CODE, 5), 1);
	wire_end(&w);
	buf_release(&b);
}

/* A datagram filled up with zeros (PAN-OS); a set that says more than there is. */
static void
test_tails(void)
{
	struct buf b = BUF_INIT;
	struct wire w;
	size_t i;

	wire_begin(&w, NULL);
	V9_TEMPLATE(&w, &b, 256, 1, 7, 2);
	put_v9_header(&b, 1, 2, 0);
	put_hex(&b, "0100 0008 0035 0000");
	for (i = 0; i < 1000; i++)
		buf_append_u8(&b, 0);
	wire_feed(&w, &b);
	is_uint(wire_rows(&w), 2);
	is_uint(wire_count(&w, FLOW_COUNT_SET_LENGTH), 0);
	put_v9_header(&b, 1, 3, 0);
	put_hex(&b, "0100 0008 0035 0036 0100 0100 0037");
	wire_feed(&w, &b);
	is_uint(wire_rows(&w), 4);
	is_uint(wire_count(&w, FLOW_COUNT_SET_LENGTH), 1);
	/* Reserved ids are skipped, what follows is decoded. */
	put_v9_header(&b, 1, 4, 0);
	put_hex(&b, "0080 0008 0035 0036 0100 0006 0037");
	wire_feed(&w, &b);
	is_uint(wire_rows(&w), 5);
	is_uint(wire_count(&w, FLOW_COUNT_SET_RESERVED), 1);
	wire_end(&w);
	buf_release(&b);
}

int
main(void)
{
	test_v9_count();
	test_padding();
	test_scopes();
	test_scope_option();
	test_v9_variable();
	test_widths();
	test_wrong_widths();
	test_both_families();
	test_counters();
	test_repeated();
	test_nsel();
	test_nat_event();
	test_icmp();
	test_tails();
	return tap_done();
}
