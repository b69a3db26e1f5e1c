/* SPDX-License-Identifier: BSD-2-Clause */
/* Each protocol once, from hand-built datagrams; quirks are in test_quirks.c. */
#include "tap.h"
#include "wire/wire_helper.h"

/* 10.0.0.1:1234 -> 10.0.0.2:80, next hop 10.0.0.254, if 3 -> 4, 10 packets, 1000 bytes. */
static const char v5_record[] =
    "0a000001 0a000002 0a0000fe 0003 0004 0000000a 000003e8 000f3a70 000f4240"
    " 04d2 0050 00 1b 06 20 fde8 0064 18 10 0000";

static void
test_v5(void)
{
	struct buf b = BUF_INIT;
	struct wire w;

	wire_begin(&w, NULL);
	put_v5_header(&b, 1, 100, 0x4000 | 10);
	put_hex(&b, v5_record);
	wire_feed(&w, &b);
	is_uint(wire_rows(&w), 1);
	is_str(wire_text(&w, FLOW_FIELD_SRC_ADDR, 0), "10.0.0.1");
	is_str(wire_text(&w, FLOW_FIELD_DST_ADDR, 0), "10.0.0.2");
	is_str(wire_text(&w, FLOW_FIELD_NEXT_HOP, 0), "10.0.0.254");
	is_uint(wire_number(&w, FLOW_FIELD_IN_IF, 0), 3);
	is_uint(wire_number(&w, FLOW_FIELD_OUT_IF, 0), 4);
	is_uint(wire_number(&w, FLOW_FIELD_SAMPLING, 0), 10);
	is_uint(wire_number(&w, FLOW_FIELD_PACKETS, 0), 100);
	is_uint(wire_number(&w, FLOW_FIELD_BYTES, 0), 10000);
	is_uint(wire_number(&w, FLOW_FIELD_FLOWS, 0), 1);
	/* uptimes 998000 and 1000000; the header's 1000000 is 1700000000.5 s */
	is_uint(wire_number(&w, FLOW_FIELD_FIRST, 0), UINT64_C(1699999998500));
	is_uint(wire_number(&w, FLOW_FIELD_LAST, 0), UINT64_C(1700000000500));
	is_uint(wire_number(&w, FLOW_FIELD_RECEIVED, 0), WIRE_RECEIVED);
	is_uint(wire_number(&w, FLOW_FIELD_SRC_PORT, 0), 1234);
	is_uint(wire_number(&w, FLOW_FIELD_DST_PORT, 0), 80);
	is_uint(wire_number(&w, FLOW_FIELD_TCP_FLAGS, 0), 0x1b);
	is_uint(wire_number(&w, FLOW_FIELD_PROTO, 0), 6);
	is_uint(wire_number(&w, FLOW_FIELD_TOS, 0), 0x20);
	is_uint(wire_number(&w, FLOW_FIELD_SRC_AS, 0), 65000);
	is_uint(wire_number(&w, FLOW_FIELD_DST_AS, 0), 100);
	is_uint(wire_number(&w, FLOW_FIELD_SRC_MASK, 0), 24);
	is_uint(wire_number(&w, FLOW_FIELD_DST_MASK, 0), 16);
	is_uint(wire_number(&w, FLOW_FIELD_ENGINE_TYPE, 0), 1);
	is_uint(wire_number(&w, FLOW_FIELD_ENGINE_ID, 0), 2);
	is_uint(wire_number(&w, FLOW_FIELD_DOMAIN, 0), WIRE_NULL);
	is_uint(wire_number(&w, FLOW_FIELD_EXPORT_VERSION, 0), 5);
	is_str(wire_text(&w, FLOW_FIELD_EXPORTER, 0), "192.0.2.1");
	is_uint(wire_number(&w, FLOW_FIELD_ICMP_TYPE, 0), WIRE_NULL);
	wire_end(&w);
	buf_release(&b);
}

/* src 8, dst 12, ports 7 and 11, proto 4, packets 2, bytes 1, first 22, last 21: 29 bytes. */
static void
put_v9_template(struct buf *b, uint16_t id)
{
	size_t set = put_set(b, 0);

	put16(b, id, 9, 8, 4, 12, 4, 7, 2, 11, 2, 4, 1, 2, 4, 1, 4, 22, 4, 21, 4, WIRE_STOP);
	put_set_end(b, set);
}

static const char v9_record[] =
    "c6336401 c6336402 0035 8000 11 00000003 0000012c 000f3e58 000f4240";

static void
test_v9(void)
{
	struct buf b = BUF_INIT;
	struct wire w;
	size_t set;

	wire_begin(&w, NULL);
	put_v9_header(&b, 3, 1, 77);
	put_v9_template(&b, 256);
	set = put_set(&b, 256);
	put_hex(&b, v9_record);
	put_hex(&b, "c6336403 c6336404 0000 0800 01 00000001 00000054 000f4240 000f4240");
	put_hex(&b, "0000");	/* padding */
	put_set_end(&b, set);
	wire_feed(&w, &b);
	is_uint(wire_rows(&w), 2);
	is_str(wire_text(&w, FLOW_FIELD_SRC_ADDR, 0), "198.51.100.1");
	is_uint(wire_number(&w, FLOW_FIELD_DST_PORT, 0), 32768);
	is_uint(wire_number(&w, FLOW_FIELD_PROTO, 0), 17);
	is_uint(wire_number(&w, FLOW_FIELD_PACKETS, 0), 3);
	is_uint(wire_number(&w, FLOW_FIELD_BYTES, 0), 300);
	is_uint(wire_number(&w, FLOW_FIELD_SAMPLING, 0), WIRE_NULL);
	is_uint(wire_number(&w, FLOW_FIELD_FIRST, 0), UINT64_C(1699999999000));
	is_uint(wire_number(&w, FLOW_FIELD_LAST, 0), UINT64_C(1700000000000));
	is_uint(wire_number(&w, FLOW_FIELD_DOMAIN, 0), 77);
	is_uint(wire_number(&w, FLOW_FIELD_ICMP_TYPE, 0), WIRE_NULL);
	is_uint(wire_number(&w, FLOW_FIELD_ICMP_TYPE, 1), 8);
	is_uint(wire_number(&w, FLOW_FIELD_ICMP_CODE, 1), 0);
	is_uint(wire_number(&w, FLOW_FIELD_DST_PORT, 1), 2048);
	is_uint(wire_count(&w, FLOW_COUNT_FLOWS), 2);
	is_uint(wire_count(&w, FLOW_COUNT_COUNT_MISMATCH), 0);
	is_uint(wire_count(&w, FLOW_COUNT_SET_REMAINDER), 0);
	wire_end(&w);
	buf_release(&b);
}

/* Variable-length strings, an enterprise's element, biflow, 64-bit milliseconds. */
static void
test_ipfix(void)
{
	struct buf b = BUF_INIT;
	struct wire w;
	size_t set;

	wire_begin(&w, NULL);
	put_ipfix_header(&b, 0, 5);
	set = put_set(&b, 2);
	put16(&b, 300, 8, 27, 16, 28, 16, 152, 8, 153, 8, 1, 8, 0x8000 | 1, 8, 0, 29305,
	    96, 65535, 0x8000 | 7, 65535, 1, 5, WIRE_STOP);
	put_set_end(&b, set);
	set = put_set(&b, 300);
	put_hex(&b, "20010db8000000000000000000000001 20010db8000000000000000000000002"
	    "0000018bcfe56800 0000018bcfe56be8 0000000000000400 0000000000000800"
	    "03 646e73"		/* "dns" */
	    "ff 0002 abcd");
	put_set_end(&b, set);
	wire_feed(&w, &b);
	is_uint(wire_rows(&w), 1);
	is_str(wire_text(&w, FLOW_FIELD_SRC_ADDR, 0), "2001:db8::1");
	is_uint(wire_number(&w, FLOW_FIELD_FIRST, 0), UINT64_C(1700000000000));
	is_uint(wire_number(&w, FLOW_FIELD_LAST, 0), UINT64_C(1700000001000));
	is_uint(wire_number(&w, FLOW_FIELD_BYTES, 0), 1024);
	is_uint(wire_number(&w, FLOW_FIELD_REV_BYTES, 0), 2048);
	is_uint(wire_number(&w, FLOW_FIELD_PACKETS, 0), 0);
	is_str(wire_text(&w, FLOW_FIELD_APP_NAME, 0), "dns");
	is_str(wire_text(&w, FLOW_FIELD_EXTRA, 0), "{\"65541/7\":\"abcd\"}");
	is_uint(wire_number(&w, FLOW_FIELD_EXPORT_VERSION, 0), 10);
	wire_end(&w);
	buf_release(&b);
}

/* Data before its template waits, and keeps its own receive time. */
static void
test_held(void)
{
	struct buf b = BUF_INIT;
	struct wire w;
	size_t set;

	wire_begin(&w, NULL);
	put_v9_header(&b, 1, 1, 0);
	set = put_set(&b, 256);
	put_hex(&b, v9_record);
	put_set_end(&b, set);
	wire_feed(&w, &b);
	is_uint(wire_rows(&w), 0);
	is_uint(wire_count(&w, FLOW_COUNT_SETS_HELD), 1);
	w.dg.received_ms += 5000;
	put_v9_header(&b, 1, 2, 0);
	put_v9_template(&b, 256);
	wire_feed(&w, &b);
	is_uint(wire_rows(&w), 1);
	is_uint(wire_number(&w, FLOW_FIELD_RECEIVED, 0), WIRE_RECEIVED);
	is_uint(wire_count(&w, FLOW_COUNT_SETS_RESCUED), 1);
	is_uint(wire_count(&w, FLOW_COUNT_NO_TEMPLATE), 0);
	/* Held too long: given up and counted. */
	put_v9_header(&b, 1, 3, 0);
	set = put_set(&b, 999);
	put_hex(&b, "00000000");
	put_set_end(&b, set);
	wire_feed(&w, &b);
	wire_pass(&w, 3600000);
	is_uint(wire_count(&w, FLOW_COUNT_NO_TEMPLATE), 1);
	wire_end(&w);
	buf_release(&b);
}

static void
test_v1_v7_v8(void)
{
	struct buf b = BUF_INIT;
	struct wire w;

	wire_begin(&w, NULL);
	put_hex(&b, "0001 0001 000f4240 6553f100 00000000"
	    "0a000001 0a000002 00000000 0001 0002 00000005 000001f4 000f4240 000f4240"
	    "0400 0050 0000 06 00 10 00 0000 00000000 00000000");
	wire_feed(&w, &b);
	is_uint(wire_number(&w, FLOW_FIELD_EXPORT_VERSION, 0), 1);
	is_uint(wire_number(&w, FLOW_FIELD_TCP_FLAGS, 0), 0x10);
	is_uint(wire_number(&w, FLOW_FIELD_PROTO, 0), 6);
	is_uint(wire_number(&w, FLOW_FIELD_BYTES, 0), 500);
	put_hex(&b, "0007 0001 000f4240 6553f100 00000000 00000009 00000000"
	    "0a000001 0a000002 00000000 0001 0002 00000005 000001f4 000f4240 000f4240"
	    "0400 0050 00 12 06 00 0001 0002 18 10 0000 0a0000fe");
	wire_feed(&w, &b);
	is_uint(wire_number(&w, FLOW_FIELD_EXPORT_VERSION, 1), 7);
	is_uint(wire_number(&w, FLOW_FIELD_TCP_FLAGS, 1), 0x12);
	is_uint(wire_number(&w, FLOW_FIELD_DST_AS, 1), 2);
	/* v8, scheme 1: by AS */
	put_hex(&b, "0008 0001 000f4240 6553f100 00000000 00000009 00 00 01 02 00000000"
	    "00000007 0000000e 00000578 000f4240 000f4240 fde8 fde9 0005 0006");
	wire_feed(&w, &b);
	is_uint(wire_rows(&w), 3);
	is_uint(wire_number(&w, FLOW_FIELD_EXPORT_VERSION, 2), 8);
	is_uint(wire_number(&w, FLOW_FIELD_FLOWS, 2), 7);
	is_uint(wire_number(&w, FLOW_FIELD_PACKETS, 2), 14);
	is_uint(wire_number(&w, FLOW_FIELD_BYTES, 2), 1400);
	is_uint(wire_number(&w, FLOW_FIELD_DST_AS, 2), 65001);
	is_str(wire_text(&w, FLOW_FIELD_SRC_ADDR, 2), "");
	wire_end(&w);
	buf_release(&b);
}

int
main(void)
{
	test_v5();
	test_v9();
	test_ipfix();
	test_held();
	test_v1_v7_v8();
	return tap_done();
}
