/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Times of records that have elements of several kinds for them: the first kind that is filled in
 * this record counts, both ends together.  The export time is 1700000000 s = 0x18bcfe56800 ms.
 */
#include <stdio.h>

#include "tap.h"
#include "wire/wire_helper.h"

#define EXPORT_MS UINT64_C(1700000000000)

static void
times_are(struct wire *w, size_t row, uint64_t first, uint64_t last)
{
	is_uint(wire_number(w, FLOW_FIELD_FIRST, row), first);
	is_uint(wire_number(w, FLOW_FIELD_LAST, row), last);
}

/* 152, 153, 22, 21 in v9, whose header says an uptime of 1000000 ms. */
static void
test_milliseconds_zero(struct wire *w)
{
	wire_v9(w, 0, 0, "0100 0004 0098 0008 0099 0008 0016 0004 0015 0004");
	wire_v9(w, 0, 256,
	    "0000000000000000 0000000000000000 000f1b30 000f2eb8"	/* 990000, 995000 */
	    "0000018bcfe567f6 0000018bcfe567ff 000f1b30 000f2eb8"
	    "0000000000000000 0000000000000000 00000000 00000000");
	times_are(w, 0, EXPORT_MS - 10000, EXPORT_MS - 5000);
	is_uint(wire_count(w, FLOW_COUNT_TIME_ESTIMATED), 1);
	times_are(w, 1, EXPORT_MS - 10, EXPORT_MS - 1);
	/* Zero in all: not the time of boot, but none. */
	times_are(w, 2, EXPORT_MS, EXPORT_MS);
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 1),
	    "{\"flowEndSysUpTime\":995000,\"flowStartSysUpTime\":990000}");
}

/* Uptimes from 160 of their own record. */
static void
test_boot_time_of_record(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0003 00a0 0008 0016 0004 0015 0004");
	wire_ipfix(w, 0, 256, "0000018bcfe567f6 00000001 00000002"	/* 10 ms before the export */
	    "0000018bcfe567ec 00000001 00000002");			/* 20 ms before it */
	times_are(w, 0, EXPORT_MS - 9, EXPORT_MS - 8);
	times_are(w, 1, EXPORT_MS - 19, EXPORT_MS - 18);
}

/* 150, 151 beside 152, 153: an end that is missing there makes both ends those of 150, 151. */
static void
test_half_a_pair(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0004 0098 0008 0099 0008 0096 0004 0097 0004");
	wire_ipfix(w, 0, 256, "0000018bcfe567f6 0000000000000000 6553f0c4 6553f0ff"
	    "0000018bcfe567f6 0000000000000000 00000000 00000000");
	times_are(w, 0, EXPORT_MS - 60000, EXPORT_MS - 1000);
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 0),
	    "{\"flowStartSeconds\":1699999940,\"flowEndSeconds\":1699999999,"
	    "\"flowStartMilliseconds\":1699999999990}");
	/* Nothing better: the end is the beginning. */
	times_are(w, 1, EXPORT_MS - 10, EXPORT_MS - 10);
}

/* 154, 155 (NTP: 3908988800 s, 1/8 and 3/4), 156, 157, 150, 151, 158, 159, 22, 21 in one template. */
static void
test_all_kinds(struct wire *w)
{
	static const char zero8[] = "0000000000000000", zero4[] = "00000000";
	char record[256];

	wire_v9(w, 0, 0, "0100 000a 0016 0004 0015 0004 009e 0004 009f 0004 0096 0004 0097 0004"
	    "009c 0008 009d 0008 009a 0008 009b 0008");
	snprintf(record, sizeof(record), "%s%s %s%s %s%s %s%s e8fe6f8020000000 e8fe6f80c0000000",
	    "000f1b30", "000f2eb8", "004c4b40", "001e8480", "6553f0c4", "6553f0ff", zero8, zero8);
	wire_v9(w, 0, 256, record);
	times_are(w, 0, EXPORT_MS + 125, EXPORT_MS + 750);
	snprintf(record, sizeof(record), "%s%s %s%s %s%s e8fe6f8020000000 e8fe6f80c0000000 %s%s",
	    "000f1b30", "000f2eb8", "004c4b40", "001e8480", "6553f0c4", "6553f0ff", zero8, zero8);
	wire_v9(w, 0, 256, record);
	times_are(w, 1, EXPORT_MS + 125, EXPORT_MS + 750);
	snprintf(record, sizeof(record), "%s%s %s%s %s%s %s%s %s%s", "000f1b30", "000f2eb8",
	    "004c4b40", "001e8480", "6553f0c4", "6553f0ff", zero8, zero8, zero8, zero8);
	wire_v9(w, 0, 256, record);
	times_are(w, 2, EXPORT_MS - 60000, EXPORT_MS - 1000);
	snprintf(record, sizeof(record), "%s%s %s%s %s%s %s%s %s%s", "000f1b30", "000f2eb8",
	    "004c4b40", "001e8480", zero4, zero4, zero8, zero8, zero8, zero8);
	wire_v9(w, 0, 256, record);
	times_are(w, 3, EXPORT_MS - 5000, EXPORT_MS - 2000);
	snprintf(record, sizeof(record), "%s%s %s%s %s%s %s%s %s%s", "000f1b30", "000f2eb8",
	    zero4, zero4, zero4, zero4, zero8, zero8, zero8, zero8);
	wire_v9(w, 0, 256, record);
	times_are(w, 4, EXPORT_MS - 10000, EXPORT_MS - 5000);
}

/* Ends of two kinds where no kind has both: 152 and 151; and 153 alone beside 150, 151. */
static void
test_ends_of_two_kinds(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0002 0098 0008 0097 0004");
	wire_ipfix(w, 0, 256, "0000018bcfe5409c 6553f0ff");
	times_are(w, 0, EXPORT_MS - 10084, EXPORT_MS - 1000);
	wire_ipfix(w, 0, 2, "0101 0003 0099 0008 0096 0004 0097 0004");
	wire_ipfix(w, 0, 257, "0000018bcfe567f6 6553f0c4 6553f0ff"
	    "0000000000000000 6553f0c4 6553f0ff");
	times_are(w, 1, EXPORT_MS - 60000, EXPORT_MS - 10);
	times_are(w, 2, EXPORT_MS - 60000, EXPORT_MS - 1000);
}

/* Event times 323 and 322. */
static void
test_events(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0002 0143 0008 0142 0004");
	wire_ipfix(w, 0, 256, "0000000000000000 6553f0ff 0000018bcfe567f6 6553f0ff");
	is_uint(wire_number(w, FLOW_FIELD_EVENT_TIME, 0), EXPORT_MS - 1000);
	is_uint(wire_number(w, FLOW_FIELD_EVENT_TIME, 1), EXPORT_MS - 10);
	times_are(w, 0, EXPORT_MS - 1000, EXPORT_MS - 1000);
}

/* Variable lengths: a record may leave a kind out. */
static void
test_left_out(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0004 0098 ffff 0099 ffff 0096 0004 0097 0004");
	wire_ipfix(w, 0, 256, "00 00 6553f0c4 6553f0ff"
	    "08 0000018bcfe567f6 08 0000018bcfe567ff 6553f0c4 6553f0ff");
	times_are(w, 0, EXPORT_MS - 60000, EXPORT_MS - 1000);
	times_are(w, 1, EXPORT_MS - 10, EXPORT_MS - 1);
}

int
main(void)
{
	wire_run(test_milliseconds_zero, NULL);
	wire_run(test_boot_time_of_record, NULL);
	wire_run(test_half_a_pair, NULL);
	wire_run(test_all_kinds, NULL);
	wire_run(test_ends_of_two_kinds, NULL);
	wire_run(test_events, NULL);
	wire_run(test_left_out, NULL);
	return tap_done();
}
