/* SPDX-License-Identifier: BSD-2-Clause */
/* Quirks of sampling, clocks and option templates: each a datagram built by hand. */
#include "tap.h"
#include "wire/wire_helper.h"

#define EXPORT_MS UINT64_C(1700000000000)

static void
v9_set(struct wire *w, struct buf *b, uint32_t domain, uint16_t id, const char *hex)
{
	size_t set;

	put_v9_header(b, 1, 1, domain);
	set = put_set(b, id);
	put_hex(b, hex);
	put_set_end(b, set);
	wire_feed(w, b);
}

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

/* One packet of 100: interval 1, space 99 (Nokia, JunOS; RFC 5477 8.2). */
static void
test_interval_space(struct wire *w, struct buf *b)
{
	ipfix_set(w, b, 2, "0100 0003 0131 0004 0132 0004 0002 0004");
	ipfix_set(w, b, 256, "00000001 00000063 00000002");
	is_uint(wire_number(w, FLOW_FIELD_SAMPLING, 0), 100);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 0), 200);
}

/* Two samplers, announced by another source id than the data's. */
static void
test_samplers(struct wire *w, struct buf *b)
{
	v9_set(w, b, 9, 1, "0200 0004 0008 0001 0004 0030 0001 0032 0004");
	v9_set(w, b, 9, 512, "00000001 05 00000040 00000001 06 00000080");
	v9_set(w, b, 0, 0, "0100 0002 0030 0001 0002 0004");
	v9_set(w, b, 0, 256, "05 00000003 06 00000003 07 00000003");
	is_uint(wire_number(w, FLOW_FIELD_SAMPLING, 0), 64);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 0), 192);
	is_uint(wire_number(w, FLOW_FIELD_SAMPLING, 1), 128);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 2), 3);
}

/* A `last` after the header's uptime (Juniper MX) is no wrap. */
static void
test_last_ahead(struct wire *w, struct buf *b)
{
	v9_set(w, b, 0, 0, "0100 0002 0016 0004 0015 0004");
	v9_set(w, b, 0, 256, "000f3e58 000f4628");
	is_uint(wire_number(w, FLOW_FIELD_FIRST, 0), EXPORT_MS - 1000);
	is_uint(wire_number(w, FLOW_FIELD_LAST, 0), EXPORT_MS + 1000);
}

/* The uptime wrapped during the flow; then a header whose clock is an uptime (softflowd). */
static void
test_clocks(struct wire *w, struct buf *b)
{
	put_hex(b, "0009 0001 fffffc18 6553f100 00000001 00000000"
	    "0000 0010 0100 0002 0016 0004 0015 0004");
	wire_feed(w, b);
	put_hex(b, "0009 0001 000003e8 6553f100 00000002 00000000 0100 000c fffffc18 000001f4");
	wire_feed(w, b);
	is_uint(wire_number(w, FLOW_FIELD_FIRST, 0), EXPORT_MS - 2000);
	is_uint(wire_number(w, FLOW_FIELD_LAST, 0), EXPORT_MS - 500);
	put_hex(b, "0009 0001 000f4240 000003e8 00000003 00000000 0100 000c 000f4240 000f4240");
	wire_feed(w, b);
	is_uint(wire_number(w, FLOW_FIELD_LAST, 1), WIRE_RECEIVED);
}

/* Microseconds are NTP fractions; uptimes count from 160 in the record. */
static void
test_ipfix_times(struct wire *w, struct buf *b)
{
	ipfix_set(w, b, 2, "0100 0002 009a 0008 009b 0008");
	ipfix_set(w, b, 256, "e8fe6f80 80000000 e8fe6f81 40000000");
	is_uint(wire_number(w, FLOW_FIELD_FIRST, 0), EXPORT_MS + 500);
	is_uint(wire_number(w, FLOW_FIELD_LAST, 0), EXPORT_MS + 1250);
	ipfix_set(w, b, 2, "0101 0003 00a0 0008 0016 0004 0015 0004");
	ipfix_set(w, b, 257, "0000018bcfe540f0 000003e8 000007d0");
	is_uint(wire_number(w, FLOW_FIELD_FIRST, 1), EXPORT_MS - 9000);
	is_uint(wire_number(w, FLOW_FIELD_LAST, 1), EXPORT_MS - 8000);
}

/* No scope: good in v9, refused in IPFIX; a length that is no multiple of 4 spares the old one. */
static void
test_option_templates(struct wire *w, struct buf *b)
{
	v9_set(w, b, 0, 1, "0200 0000 0004 0022 0004");
	v9_set(w, b, 0, 512, "0000000a");
	v9_set(w, b, 0, 0, "0100 0001 0002 0004");
	v9_set(w, b, 0, 1, "0100 0004 0009 0001 0004 0030 0001 0032 0004 00");
	is_uint(wire_count(w, FLOW_COUNT_TEMPLATE_BAD), 1);
	v9_set(w, b, 0, 256, "00000003");
	is_uint(wire_number(w, FLOW_FIELD_SAMPLING, 0), 10);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 0), 30);
	/* The template behind the refused one holds. */
	ipfix_set(w, b, 3, "0200 0001 0000 0022 0004 0201 0002 0001 0095 0004 0022 0004");
	is_uint(wire_count(w, FLOW_COUNT_TEMPLATE_BAD), 2);
	ipfix_set(w, b, 513, "00000000 00000007");
	is_uint(wire_count(w, FLOW_COUNT_OPTION_RECORDS), 2);
}

/* Fields of no length alone make no template. */
static void
test_empty_template(struct wire *w, struct buf *b)
{
	v9_set(w, b, 0, 0, "0100 0001 0001 0000");
	is_uint(wire_count(w, FLOW_COUNT_TEMPLATE_BAD), 1);
}

/* A firewall's event without counters of the other direction (Palo Alto). */
static void
test_one_way_event(struct wire *w, struct buf *b)
{
	v9_set(w, b, 0, 0, "0100 0002 00e9 0001 0001 0004");
	v9_set(w, b, 0, 256, "02 00000064");
	is_uint(wire_number(w, FLOW_FIELD_BYTES, 0), 100);
	is_uint(wire_number(w, FLOW_FIELD_REV_BYTES, 0), WIRE_NULL);
}

static void
run(void (*test)(struct wire *w, struct buf *b))
{
	struct buf b = BUF_INIT;
	struct wire w;

	wire_begin(&w, NULL);
	test(&w, &b);
	wire_end(&w);
	buf_release(&b);
}

int
main(void)
{
	run(test_interval_space);
	run(test_samplers);
	run(test_last_ahead);
	run(test_clocks);
	run(test_ipfix_times);
	run(test_option_templates);
	run(test_empty_template);
	run(test_one_way_event);
	return tap_done();
}
