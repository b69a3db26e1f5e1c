/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Times as devices get them wrong.  The headers say 1700000000 s and an uptime of 1000000 ms, so
 * that an uptime u in a record is EXPORT_MS - 1000000 + u.
 */
#include "tap.h"
#include "wire/wire_helper.h"

#define EXPORT_MS UINT64_C(1700000000000)

static void
times_are(struct wire *w, size_t row, uint64_t first, uint64_t last)
{
	is_uint(wire_number(w, FLOW_FIELD_FIRST, row), first);
	is_uint(wire_number(w, FLOW_FIELD_LAST, row), last);
}

/* Milliseconds 152/153 beside uptimes 22/21 without a boot time (pmacct's exporters): 152 wins. */
static void
test_precedence(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0004 0016 0004 0015 0004 0098 0008 0099 0008");
	/* 1699999995000 and 1699999997000 */
	wire_ipfix(w, 0, 256, "000003e8 000007d0 0000018bcfe55478 0000018bcfe55c48");
	times_are(w, 0, EXPORT_MS - 5000, EXPORT_MS - 3000);
	/* Whatever their order. */
	wire_ipfix(w, 0, 2, "0101 0004 0098 0008 0099 0008 0016 0004 0015 0004");
	wire_ipfix(w, 0, 257, "0000018bcfe55478 0000018bcfe55c48 000003e8 000007d0");
	times_are(w, 1, EXPORT_MS - 5000, EXPORT_MS - 3000);
}

/* Boot time 160 in option data, uptimes in the records: it holds for its domain alone. */
static void
test_boot_time_by_option(struct wire *w)
{
	wire_ipfix(w, 0, 3, "0200 0002 0001 0095 0004 00a0 0008");
	wire_ipfix(w, 0, 512, "00000000 0000018bcfe3e160");
	wire_ipfix(w, 0, 2, "0100 0002 0016 0004 0015 0004");
	wire_ipfix(w, 0, 256, "00017700 00017ae8");	/* 96000, 97000 */
	times_are(w, 0, EXPORT_MS - 4000, EXPORT_MS - 3000);
	/* Without one: as long as they say, ending at the export. */
	wire_ipfix(w, 7, 2, "0100 0002 0016 0004 0015 0004");
	wire_ipfix(w, 7, 256, "00017700 00017ae8");
	times_are(w, 1, EXPORT_MS - 1000, EXPORT_MS);
	is_uint(wire_count(w, FLOW_COUNT_TIME_ESTIMATED), 1);
}

/* Uptimes of eight bytes (IOS). */
static void
test_wide_uptimes(struct wire *w)
{
	wire_v9(w, 0, 0, "0100 0002 0016 0008 0015 0008");
	wire_v9(w, 0, 256, "00000000000f3a70 00000000000f404c");
	times_are(w, 0, EXPORT_MS - 2000, EXPORT_MS - 500);
}

/* `last` 61 ms before `first` (softflowd): a flow of no duration, not of 49.7 days. */
static void
test_ends_before_it_begins(struct wire *w)
{
	wire_v9(w, 0, 0, "0100 0002 0016 0004 0015 0004");
	wire_v9(w, 0, 256, "000f3e95 000f3e58");
	times_are(w, 0, EXPORT_MS - 939, EXPORT_MS - 939);
}

/* A clock that wrapped between `first` and `last` (Nexus 9000): 2^32 ms are made up for. */
static void
test_wrapped_between(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0002 0098 0008 0099 0008");
	wire_ipfix(w, 0, 256, "0000018bcfe56418 0000018acfe5660c");
	times_are(w, 0, EXPORT_MS - 1000, EXPORT_MS - 500);
	wire_ipfix(w, 0, 256, "0000018ccfe56030 0000018bcfe56418");
	times_are(w, 1, EXPORT_MS - 2000, EXPORT_MS - 1000);
}

/* No time at all (Viptela): the export time, and counted. */
static void
test_no_time(struct wire *w)
{
	wire_v9(w, 0, 0, "0100 0001 0001 0004");
	wire_v9(w, 0, 256, "00000064 00000065");
	times_are(w, 0, EXPORT_MS, EXPORT_MS);
	times_are(w, 1, EXPORT_MS, EXPORT_MS);
	is_uint(wire_count(w, FLOW_COUNT_TIME_ESTIMATED), 2);
	is_uint(wire_number(w, FLOW_FIELD_RECEIVED, 0), WIRE_RECEIVED);
}

/* Only one of the two. */
static void
test_one_time(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0001 0098 0008");
	wire_ipfix(w, 0, 256, "0000018bcfe54ca8");
	times_are(w, 0, EXPORT_MS - 7000, EXPORT_MS - 7000);
	wire_ipfix(w, 0, 2, "0101 0001 0099 0008");
	wire_ipfix(w, 0, 257, "0000018bcfe55090");
	times_are(w, 1, EXPORT_MS - 6000, EXPORT_MS - 6000);
	/* The other one from a duration: 161, milliseconds. */
	wire_ipfix(w, 0, 2, "0102 0002 0098 0008 00a1 0004");
	wire_ipfix(w, 0, 258, "0000018bcfe54ca8 000007d0");
	times_are(w, 2, EXPORT_MS - 7000, EXPORT_MS - 5000);
}

/*
 * 156/157 are NTP time stamps (RFC 7011 6.1.10): 3908988800 = 1700000000 + 2208988800 seconds,
 * 1/8 and 3/4 of a second.
 */
static void
test_nanoseconds(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0002 009c 0008 009d 0008");
	wire_ipfix(w, 0, 256, "e8fe6f80 20000000 e8fe6f80 c0000000");
	times_are(w, 0, EXPORT_MS + 125, EXPORT_MS + 750);
	/* The era that begins on 2036-02-07 06:28:16. */
	wire_ipfix(w, 0, 256, "00000001 00000000 00000002 80000000");
	times_are(w, 1, UINT64_C(2085978497000), UINT64_C(2085978498500));
}

/* Seconds 150/151, and microseconds before the export 158/159. */
static void
test_other_families(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0002 0096 0004 0097 0004");
	wire_ipfix(w, 0, 256, "6553f0c4 6553f0ff");
	times_are(w, 0, EXPORT_MS - 60000, EXPORT_MS - 1000);
	wire_ipfix(w, 0, 2, "0101 0002 009e 0004 009f 0004");
	wire_ipfix(w, 0, 257, "004c4b40 001e8480");	/* 5000000, 2000000 */
	times_are(w, 1, EXPORT_MS - 5000, EXPORT_MS - 2000);
}

/* A time that no clock shows (2^64 - 1 ms) is none. */
static void
test_absurd(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0002 0098 0008 0099 0008");
	wire_ipfix(w, 0, 256, "ffffffffffffffff ffffffffffffffff");
	times_are(w, 0, EXPORT_MS, EXPORT_MS);
	wire_ipfix(w, 0, 256, "0000000000000000 0000018bcfe567f6");
	times_are(w, 1, EXPORT_MS - 10, EXPORT_MS - 10);
}

int
main(void)
{
	wire_run(test_precedence, NULL);
	wire_run(test_boot_time_by_option, NULL);
	wire_run(test_wide_uptimes, NULL);
	wire_run(test_ends_before_it_begins, NULL);
	wire_run(test_wrapped_between, NULL);
	wire_run(test_no_time, NULL);
	wire_run(test_one_time, NULL);
	wire_run(test_nanoseconds, NULL);
	wire_run(test_other_families, NULL);
	wire_run(test_absurd, NULL);
	return tap_done();
}
