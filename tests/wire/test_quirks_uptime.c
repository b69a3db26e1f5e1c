/* SPDX-License-Identifier: BSD-2-Clause */
/* More of exporters' clocks: uptimes, wraps, durations; the values are worked out beside them. */
#include "tap.h"
#include "wire/wire_helper.h"

#define SECOND UINT64_C(1000)
/* The header's export time, and the same as the hexadecimal of 8 bytes. */
#define EXPORT_MS UINT64_C(1700000000000)
#define EXPORT_MS_HEX "0000018bcfe56800 "

static void
is_life(struct wire *w, size_t row, uint64_t first, uint64_t last)
{
	is_uint(wire_number(w, FLOW_FIELD_FIRST, row), first);
	is_uint(wire_number(w, FLOW_FIELD_LAST, row), last);
}

static void
feed_raw(struct wire *w, const char *hex)
{
	struct buf b = BUF_INIT;

	put_hex(&b, hex);
	wire_feed(w, &b);
	buf_release(&b);
}

/* Finer times win over whole seconds of the same record. */
static void
test_precedence(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0004 0096 0004 0097 0004 009a 0008 009b 0008");
	wire_ipfix(w, 0, 256, "6553f100 6553f101 e8fe6f80 40000000 e8fe6f81 40000000");
	is_life(w, 0, EXPORT_MS + 250, EXPORT_MS + 1250);
	wire_ipfix(w, 0, 2, "0101 0002 0096 0004 0097 0004");
	wire_ipfix(w, 0, 257, "6553f100 6553f101");
	is_life(w, 1, EXPORT_MS, EXPORT_MS + SECOND);
}

/* IPFIX with 21/22 and no boot time anywhere: the duration is right, the end is the export. */
static void
test_no_boot(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0002 0016 0004 0015 0004");
	wire_ipfix(w, 0, 256, "000003e8 000007d0");
	is_life(w, 0, EXPORT_MS - SECOND, EXPORT_MS);
	is_uint(wire_count(w, FLOW_COUNT_TIME_ESTIMATED), 1);
}

/* 21/22 of 8 bytes (IOS): an uptime, 2 s and 1 s before the header's 1000000; or a clock. */
static void
test_wide_uptime(struct wire *w)
{
	wire_v9(w, 0, 0, "0100 0002 0016 0008 0015 0008");
	wire_v9(w, 0, 256, "00000000000f3a70 00000000000f3e58");
	is_life(w, 0, EXPORT_MS - 2 * SECOND, EXPORT_MS - SECOND);
	wire_v9(w, 0, 256, EXPORT_MS_HEX "0000018bcfe56be8");
	is_life(w, 1, EXPORT_MS, EXPORT_MS + SECOND);
}

/* v5, lastSwitched 500 ms after sysUptime (Juniper MX); the header says 1700000000.5 s. */
static void
test_v5_last_ahead(struct wire *w)
{
	struct buf b = BUF_INIT;

	put_v5_header(&b, 1, 1, 0);
	put_hex(&b, "0a000001 0a000002 00000000 0001 0002 00000001 00000064 000f3a70 000f4434"
	    "04d2 0050 00 10 06 00 0000 0000 00 00 0000");
	wire_feed(w, &b);
	is_life(w, 0, EXPORT_MS + 500 - 2 * SECOND, EXPORT_MS + SECOND);
	buf_release(&b);
}

/* v5's uptime wraps: header 1000 ms after the wrap, first 1000 ms before it, last 500 after. */
static void
test_v5_wrap(struct wire *w)
{
	feed_raw(w, "0005 0001 000003e8 6553f100 00000000 00000001 00 00 0000"
	    "0a000001 0a000002 00000000 0001 0002 00000001 00000064 fffffc18 000001f4"
	    "04d2 0050 00 10 06 00 0000 0000 00 00 0000");
	is_life(w, 0, EXPORT_MS - 2 * SECOND, EXPORT_MS - 500);
}

/*
 * The end 2^32 ms off (Cisco N9k).  2^32 ms is 0x1_0000_0000: an end of a second after the
 * start lacks it, then a start of a second before the end has it too much.
 */
static void
test_end_wrapped(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0002 0098 0008 0099 0008");
	wire_ipfix(w, 0, 256, EXPORT_MS_HEX "0000018acfe56be8");
	is_life(w, 0, EXPORT_MS, EXPORT_MS + SECOND);
	wire_ipfix(w, 0, 256, "0000018ccfe56418" EXPORT_MS_HEX);
	is_life(w, 1, EXPORT_MS - SECOND, EXPORT_MS);
}

/* The end 61 ms before the start (softflowd): no wrap, no duration. */
static void
test_end_before_start(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0002 0098 0008 0099 0008");
	wire_ipfix(w, 0, 256, EXPORT_MS_HEX "0000018bcfe567c3");
	is_life(w, 0, EXPORT_MS, EXPORT_MS);
	/* The same as uptimes: 1000000 and 999939. */
	wire_v9(w, 0, 0, "0100 0002 0016 0004 0015 0004");
	wire_v9(w, 0, 256, "000f4240 000f4203");
	is_life(w, 1, EXPORT_MS, EXPORT_MS);
}

/*
 * Nanoseconds are NTP fractions, too: 2^-2 is 250 ms, 2^-1 + 2^-2 750 ms.  1 ms is 4294967.296
 * fractions: 4294967 are not yet one, 4294968 are.  One second after NTP's era 0 is
 * 2^32 + 1 - 2208988800 = 2085978497 s of 1970.
 */
static void
test_ntp(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0002 009c 0008 009d 0008");
	wire_ipfix(w, 0, 256, "e8fe6f80 40000000 e8fe6f80 c0000000");
	is_life(w, 0, EXPORT_MS + 250, EXPORT_MS + 750);
	wire_ipfix(w, 0, 256, "e8fe6f80 00418937 e8fe6f80 00418938");
	is_life(w, 1, EXPORT_MS, EXPORT_MS + 1);
	wire_ipfix(w, 0, 256, "e8fe6f80 fffffffb e8fe6f81 00000000");
	is_life(w, 2, EXPORT_MS + 999, EXPORT_MS + SECOND);
	wire_ipfix(w, 0, 256, "00000001 00000000 00000001 80000000");
	is_life(w, 3, UINT64_C(2085978497000), UINT64_C(2085978497500));
}

/* One end and a duration: 161 in ms, 162 in us. */
static void
test_duration(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0002 0098 0008 00a1 0004");
	wire_ipfix(w, 0, 256, EXPORT_MS_HEX "000003e8");
	is_life(w, 0, EXPORT_MS, EXPORT_MS + SECOND);
	wire_ipfix(w, 0, 2, "0101 0002 0099 0008 00a2 0004");
	wire_ipfix(w, 0, 257, EXPORT_MS_HEX "000f4240");
	is_life(w, 1, EXPORT_MS - SECOND, EXPORT_MS);
}

/* A flow of six hours (JunOS, beyond its active timeout), received late: both times are kept. */
static void
test_long_flow(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0002 0096 0004 0097 0004");
	wire_ipfix(w, 0, 256, "65539ca0 6553f100");	/* 0x5460 = 21600 s */
	is_life(w, 0, EXPORT_MS - 21600 * SECOND, EXPORT_MS);
	is_uint(wire_number(w, FLOW_FIELD_RECEIVED, 0), WIRE_RECEIVED);
}

int
main(void)
{
	wire_run(test_precedence, NULL);
	wire_run(test_no_boot, NULL);
	wire_run(test_wide_uptime, NULL);
	wire_run(test_v5_last_ahead, NULL);
	wire_run(test_v5_wrap, NULL);
	wire_run(test_end_wrapped, NULL);
	wire_run(test_end_before_start, NULL);
	wire_run(test_ntp, NULL);
	wire_run(test_duration, NULL);
	wire_run(test_long_flow, NULL);
	return tap_done();
}
