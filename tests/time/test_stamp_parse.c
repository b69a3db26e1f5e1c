/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tap.h"
#include "time/stamp.h"

#define NOW INT64_C(1795424400000)	/* 2026-11-23T09:00:00Z */
#define BAD INT64_C(-987654321)

static int64_t
at(const char *text, enum stamp_zone zone)
{
	int64_t ms = BAD;
	struct flow_error err;

	if (stamp_parse(text, strlen(text), zone, NOW, &ms, &err) != FLOW_OK)
		return BAD;
	return ms;
}

static int64_t
utc(const char *text)
{
	return at(text, STAMP_UTC);
}

/* Expected values by date -u -d. */
static void
test_forms(void)
{
	is_int(utc("2026-11-23"), INT64_C(1795392000000));
	is_int(utc("2026-11-23T08"), INT64_C(1795420800000));
	is_int(utc("2026-11-23T08:41"), INT64_C(1795423260000));
	is_int(utc("2026-11-23 08:41:02"), INT64_C(1795423262000));
	is_int(utc("2026-11-23T08:41:02Z"), INT64_C(1795423262000));
	is_int(utc("2026-11-23T08:41:02.5Z"), INT64_C(1795423262500));
	is_int(utc("2026-11-23T08:41:02.123999Z"), INT64_C(1795423262123));
	is_int(utc("2026-11-23T09:41:02.123+01:00"), INT64_C(1795423262123));
	is_int(utc("2026-11-23T03:11:02-0530"), INT64_C(1795423262000));
	is_int(utc("2026-11-23T10:41:02+02"), INT64_C(1795423262000));
	is_int(utc("2026-11-23Z"), INT64_C(1795392000000));
	is_int(utc("20261123T084102Z"), INT64_C(1795423262000));
	is_int(utc("20261123T0841"), INT64_C(1795423260000));
	is_int(utc("2026/11/23.08:41:02"), INT64_C(1795423262000));
	is_int(utc("2026/11/23.08:41:02.123"), INT64_C(1795423262123));
	is_int(utc("2026/11/23T08:41"), INT64_C(1795423260000));
	is_int(utc("2026/11/23"), INT64_C(1795392000000));
	is_int(utc("2026/11"), INT64_C(1793491200000));
	is_int(utc("2026"), INT64_C(1767225600000));
	is_int(utc("@1795423262"), INT64_C(1795423262000));
	is_int(utc("@1795423262.123"), INT64_C(1795423262123));
	is_int(utc("@-1.5"), -1500);
	is_int(utc("2024-02-29"), INT64_C(1709164800000));
	is_int(utc("2026-12-31T23:59:60Z"), INT64_C(1798761600000));
}

static void
test_relative(void)
{
	is_int(utc("now"), NOW);
	is_int(utc("-1h"), NOW - 3600000);
	is_int(utc("now-2d"), NOW - 172800000);
	is_int(utc("now+1h30m"), NOW + 5400000);
	is_int(utc("-250ms"), NOW - 250);
	is_int(utc("-1w"), NOW - 604800000);
}

static void
test_local(void)
{
	(void)setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	is_int(at("2026/11/23.09:41:02", STAMP_LOCAL), INT64_C(1795423262000));
	is_int(at("2026-07-01T12:00", STAMP_LOCAL), INT64_C(1782900000000));
	/* A zone in the text wins. */
	is_int(at("2026-11-23T08:41:02Z", STAMP_LOCAL), INT64_C(1795423262000));
	/* The day that has 25 hours. */
	is_int(at("2026-10-26", STAMP_LOCAL) - at("2026-10-25", STAMP_LOCAL), 25 * 3600000);
	is_int(at("2026-03-30", STAMP_LOCAL) - at("2026-03-29", STAMP_LOCAL), 23 * 3600000);
}

/* Whatever was asked before: an hour that comes twice is the first, and one that is left out goes on from before. */
static void
test_changes_of_clocks(void)
{
	static const char *const asked[] = { "2026-07-01", "2026-12-01", "2026-10-25T01:59", "2026-10-25T03:00" };

	for (size_t i = 0; i < 4; i++) {
		(void)at(asked[i], STAMP_LOCAL);
		is_int(at("2026-10-25T02:30", STAMP_LOCAL), utc("2026-10-25T00:30Z"));
		(void)at(asked[i], STAMP_LOCAL);
		is_int(at("2026-10-25T01:59:59", STAMP_LOCAL), utc("2026-10-24T23:59:59Z"));
		(void)at(asked[i], STAMP_LOCAL);
		is_int(at("2026-10-25T03:00", STAMP_LOCAL), utc("2026-10-25T02:00Z"));
		(void)at(asked[i], STAMP_LOCAL);
		is_int(at("2026-03-29T02:30", STAMP_LOCAL), utc("2026-03-29T01:30Z"));
		is_int(at("2026-03-29T03:00", STAMP_LOCAL), utc("2026-03-29T01:00Z"));
		is_int(at("2026-03-29T01:59:59", STAMP_LOCAL), utc("2026-03-29T00:59:59Z"));
	}
	/* Back and forth; in the second of two hours to the first. */
	for (int64_t ms = utc("2025-01-01"); ms < utc("2027-01-01"); ms += 1234567) {
		struct stamp_civil c;
		int64_t back;

		stamp_civil(ms, STAMP_LOCAL, &c);
		back = stamp_from_civil(&c, STAMP_LOCAL);
		if (back != ms && back != ms - 3600000)
			is_int(back, ms);
	}
	/* In Egypt it is midnight that is left out, and the hour before it that comes twice. */
	(void)setenv("TZ", "EET-2EEST,M4.5.5/0,M10.5.4/24", 1);
	tzset();
	is_int(at("2026-04-24", STAMP_LOCAL), utc("2026-04-23T22:00Z"));
	is_int(at("2026-10-30", STAMP_LOCAL), utc("2026-10-29T22:00Z"));
	is_int(at("2026-10-29T23:30", STAMP_LOCAL), utc("2026-10-29T20:30Z"));
	/* Half an hour, in the south. */
	(void)setenv("TZ", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 1);
	tzset();
	is_int(at("2026-04-05T01:45", STAMP_LOCAL), utc("2026-04-04T14:45Z"));
	is_int(at("2026-10-04T02:15", STAMP_LOCAL), utc("2026-10-03T15:45Z"));
}

static void
test_refused(void)
{
	static const char *const bad[] = {
		"", "x", "2026-13-01", "2026-02-29", "2026-00-10", "2026-11-31", "2026-11-23T24:00",
		"2026-11-23T08:60", "2026-11-23T08:41:61", "2026-11-23T", "2026-11-23T08:", "26-11-23",
		"2026-11-23T08:41:02+25", "2026-11-23T08:41:02+1", "2026/11/", "2026/11/23.", "20261123",
		"@", "@x", "@1.", "now-", "now1h", "-", "-1", "-1x", "-1h ", "+1h", "1h", "-h", "nowx",
		"2026-11-23T08:41:02ZZ", "2026-11-23T08:41:02.Z", "-99999999999w",
	};
	int64_t out;
	char large[300];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (utc(bad[i]) != BAD)
			is_str(bad[i], "refused");
	}
	memset(large, '1', sizeof(large));
	ok(stamp_parse(large, sizeof(large), STAMP_UTC, NOW, &out, NULL) == FLOW_EINVAL);
	ok(stamp_parse("2026\0", 5, STAMP_UTC, NOW, &out, NULL) == FLOW_EINVAL);
}

static struct stamp_window
window(const char *text)
{
	struct stamp_window w = { STAMP_ABSOLUTE, BAD, BAD, BAD };

	(void)!stamp_window_parse(text, strlen(text), STAMP_UTC, NOW, &w, NULL);
	return w;
}

#define is_window(text, from, to) do { \
	struct stamp_window w_ = window(text); \
	is_int(w_.from_ms, from); \
	is_int(w_.to_ms, to); \
} while (0)

static void
test_windows(void)
{
	const int64_t day = INT64_C(1795392000000), hour = INT64_C(1795420800000);

	is_window("2026/11/23.08:00:00-2026/11/23.09:00:00", hour, NOW);
	is_window("2026-11-23T08:00Z-2026-11-23T09:00Z", hour, NOW);
	is_window("2026-11-23-2026-11-24", day, day + 86400000);
	is_window("2026-11-23..2026-11-24", day, day + 86400000);
	is_window("2026/11/23", day, INT64_MAX);
	is_window("2026-11-23..", day, INT64_MAX);
	is_window("..2026-11-23", INT64_MIN, day);
	is_window("-1h", NOW - 3600000, INT64_MAX);
	is_window("-2h--1h", NOW - 7200000, NOW - 3600000);
	is_window("-2h..-1h", NOW - 7200000, NOW - 3600000);
	is_window("now-2d-now", NOW - 172800000, NOW);
	/* The offset belongs to the first time: the whole text is one instant. */
	is_window("2026-11-23T08:00-01:00", NOW, INT64_MAX);
	is_window("today", day, day + 86400000);
	is_window("yesterday", day - 86400000, day);
	is_window("yesterday..today", day - 86400000, day);
	is_window("yesterday..", day - 86400000, INT64_MAX);
	is_window("1h", NOW - 3600000, INT64_MAX);
	is_window("2h30m", NOW - 9000000, INT64_MAX);
	/* November has 30 days, of which 22 are before the 23rd; December leads into the next year. */
	is_window("2026-11", day - INT64_C(22) * 86400000, day + INT64_C(8) * 86400000);
	is_window("2026-12", day + INT64_C(8) * 86400000, day + INT64_C(39) * 86400000);
	is_window("2026-11..2026-12", day - INT64_C(22) * 86400000, day + INT64_C(8) * 86400000);
	is_window("2026-11-2026-12", day - INT64_C(22) * 86400000, day + INT64_C(8) * 86400000);
	is_window("2026-13", BAD, BAD);
	is_window("tomorrow", BAD, BAD);
	is_window("2026-11-24-2026-11-23", BAD, BAD);
	is_window("", BAD, BAD);
	is_window("..", BAD, BAD);
	is_window("-", BAD, BAD);
	is_window("2026-11-23..x", BAD, BAD);
}

/* The day before the first of a month, and before a day on which clocks change. */
static void
test_days(void)
{
	const int64_t december = INT64_C(1796083200000);
	/* Berlin, 2026-03-29: 01:00Z is when 02:00 becomes 03:00; the day begins at 23:00Z, the next at 22:00Z. */
	const int64_t change = INT64_C(1774738800000);
	struct stamp_window w;

	ok(stamp_window_parse("yesterday", 9, STAMP_UTC, december + 5, &w, NULL) == FLOW_OK);
	is_int(w.from_ms, december - 86400000);
	is_int(w.to_ms, december);
	(void)setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	ok(stamp_window_parse("today", 5, STAMP_LOCAL, change + 20 * INT64_C(3600000), &w, NULL) == FLOW_OK);
	is_int(w.from_ms, change);
	is_int(w.to_ms, change + 23 * INT64_C(3600000));
	(void)unsetenv("TZ");
	tzset();
}

static void
test_data_windows(void)
{
	struct stamp_window w = window("+10");

	is_int(w.base, STAMP_DATA_BEGIN);
	stamp_window_resolve(&w, 5000, 99999);
	is_int(w.from_ms, 5000);
	is_int(w.to_ms, 15000);
	w = window("-10");
	is_int(w.base, STAMP_DATA_END);
	stamp_window_resolve(&w, 5000, 99999);
	is_int(w.from_ms, 90000);
	is_int(w.to_ms, 100000);
	is_int(w.base, STAMP_ABSOLUTE);
}

int
main(void)
{
	(void)setenv("TZ", "UTC", 1);
	tzset();
	test_forms();
	test_relative();
	test_refused();
	test_windows();
	test_data_windows();
	test_days();
	test_local();
	test_changes_of_clocks();
	return tap_done();
}
