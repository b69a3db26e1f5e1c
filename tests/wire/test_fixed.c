/* SPDX-License-Identifier: BSD-2-Clause */
/* NetFlow v1, v7 and v8: which records of v1 a datagram holds, masks and what has no column in v8. */
#include "wire_helper.h"

#include "tap.h"

#define HEAD "000f4240 6553f100 00000000 "	/* uptime, seconds, nanoseconds */
#define TIMES "000f4240 000f4240 "

/* 10.0.0.K to 10.0.0.2, 5 packets, 500 bytes, ports 1024 and 80, TCP: 48 bytes, or 52 with TAIL. */
#define V1_RECORD(k) "0a0000" k " 0a000002 00000000 0001 0002 00000005 000001f4 " TIMES \
	"0400 0050 0000 06 00 10 00 0000 00000000 "
#define TAIL "00000000 "

/* Feeds it, and says how many rows came, with the last one's source address as it has to be. */
static void
v1(struct wire *w, const char *hex, size_t rows, const char *last)
{
	struct buf b = BUF_INIT;
	size_t before = wire_rows(w);

	put_hex(&b, hex);
	wire_feed(w, &b);
	is_uint(wire_rows(w) - before, rows);
	is_str(wire_text(w, FLOW_FIELD_SRC_ADDR, wire_rows(w) - 1), last);
	is_uint(wire_number(w, FLOW_FIELD_BYTES, wire_rows(w) - 1), 500);
	buf_release(&b);
}

/* Records of 48 and of 52 bytes, with counts that are right, too great and too small. */
static void
test_v1(struct wire *w)
{
	v1(w, "0001 0002 " HEAD V1_RECORD("01") V1_RECORD("03"), 2, "10.0.0.3");
	v1(w, "0001 0002 " HEAD V1_RECORD("01") TAIL V1_RECORD("04") TAIL, 2, "10.0.0.4");
	v1(w, "0001 0005 " HEAD V1_RECORD("01") V1_RECORD("05"), 2, "10.0.0.5");
	v1(w, "0001 0005 " HEAD V1_RECORD("01") TAIL V1_RECORD("06") TAIL, 2, "10.0.0.6");
	v1(w, "0001 0001 " HEAD V1_RECORD("07") TAIL V1_RECORD("01") TAIL, 1, "10.0.0.7");
	v1(w, "0001 0002 " HEAD V1_RECORD("08") TAIL V1_RECORD("01"), 1, "10.0.0.8");	/* cut */
	is_uint(wire_count(w, FLOW_COUNT_DATAGRAM_CUT), 3);
}

/* Methods 6 to 8, of Catalysts: TOS and number of packets beyond the contract, and the router passed by. */
static void
test_beyond(struct wire *w)
{
	static const char extra[] = "{\"marked_tos\":40,\"extra_pkts\":3,\"ipv4RouterSc\":\"10.0.0.254\"}";
	struct buf b = BUF_INIT;
	size_t i;

	put_hex(&b, "0008 0002 " HEAD "00000009 00 00 06 02 00000000"
	    "0a000002 00000005 000001f4 " TIMES "0006 20 28 00000003 0a0000fe"
	    "0a000002 00000005 000001f4 " TIMES "0006 20 00 00000000 00000000");
	wire_feed(w, &b);
	put_hex(&b, "0008 0001 " HEAD "0000000b 00 00 07 02 00000000"
	    "0a000002 0a000001 00000005 000001f4 " TIMES "0006 0005 20 28 0000 00000003 0a0000fe");
	wire_feed(w, &b);
	put_hex(&b, "0008 0001 " HEAD "0000000c 00 00 08 02 00000000"
	    "0a000002 0a000001 0050 0400 00000005 000001f4 " TIMES "0006 0005 20 11 28 00 00000003 0a0000fe");
	wire_feed(w, &b);
	is_uint(wire_rows(w), 4);
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 0), extra);
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 1), "");
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 2), extra);
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 3), extra);
	for (i = 0; i < 4; i++) {
		is_uint(wire_number(w, FLOW_FIELD_OUT_IF, i), 6);
		is_uint(wire_number(w, FLOW_FIELD_TOS, i), 32);
		is_uint(wire_number(w, FLOW_FIELD_FLOWS, i), 1);
	}
	is_uint(wire_number(w, FLOW_FIELD_SRC_PORT, 3), 1024);
	is_uint(wire_number(w, FLOW_FIELD_PROTO, 3), 17);
	buf_release(&b);
}

/* Two masks in a record of v8: the destination's is the first. */
static void
test_masks(struct wire *w)
{
	static const char *const method[] = { "05", "0d", "0e" };
	struct buf b = BUF_INIT;
	size_t i;

	for (i = 0; i < 3; i++) {
		put_hex(&b, "0008 0001 " HEAD "00000009 00 00");
		put_hex(&b, method[i]);
		put_hex(&b, "02 00000000 00000007 0000000e 00000578 " TIMES
		    "0a010000 0a020200 18 10 20 06 0401 0050 0005 0006");
		wire_feed(w, &b);
		is_uint(wire_number(w, FLOW_FIELD_SRC_MASK, i), 16);
		is_uint(wire_number(w, FLOW_FIELD_DST_MASK, i), 24);
		is_uint(wire_number(w, FLOW_FIELD_FLOWS, i), 7);
	}
	is_uint(wire_number(w, FLOW_FIELD_PROTO, 2), 6);
	is_uint(wire_number(w, FLOW_FIELD_SRC_PORT, 2), 1025);
	is_uint(wire_number(w, FLOW_FIELD_SRC_AS, 1), 1025);
	buf_release(&b);
}

static void
test_v7(struct wire *w)
{
	struct buf b = BUF_INIT;

	put_hex(&b, "0007 0001 " HEAD "00000009 00000000"
	    "0a000001 0a000002 00000000 0001 0002 00000005 000001f4 " TIMES
	    "0400 0050 00 12 06 00 0001 0002 18 10 0000 0a0000fe");
	wire_feed(w, &b);
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 0), "{\"ipv4RouterSc\":\"10.0.0.254\"}");
	buf_release(&b);
}

int
main(void)
{
	wire_run(test_v1, NULL);
	wire_run(test_beyond, NULL);
	wire_run(test_masks, NULL);
	wire_run(test_v7, NULL);
	return tap_done();
}
