/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "time/stamp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tap.h"

static struct stamp_cache utc, local;

static const char *
iso(int64_t ms)
{
	static char out[STAMP_TEXT_MAX + 1];

	out[stamp_format_iso(&utc, ms, out)] = '\0';
	return out;
}

static const char *
text(int64_t ms)
{
	static char out[STAMP_TEXT_MAX + 1];

	out[stamp_format_text(&local, ms, STAMP_LOCAL, out)] = '\0';
	return out;
}

static const char *
epoch(int64_t ms)
{
	static char out[STAMP_TEXT_MAX + 1];

	out[stamp_format_epoch(ms, out)] = '\0';
	return out;
}

static void
use_zone(const char *tz)
{
	(void)setenv("TZ", tz, 1);
	tzset();
	memset(&local, 0, sizeof(local));
}

/* Values of date -u -d @N. */
static void
test_iso(void)
{
	is_str(iso(0), "1970-01-01T00:00:00.000Z");
	is_str(iso(INT64_C(1795423262123)), "2026-11-23T08:41:02.123Z");
	is_str(iso(INT64_C(1795478399999)), "2026-11-23T23:59:59.999Z");
	is_str(iso(INT64_C(1795478400000)), "2026-11-24T00:00:00.000Z");
	is_str(iso(INT64_C(951782400000)), "2000-02-29T00:00:00.000Z");
	is_str(iso(-1), "1969-12-31T23:59:59.999Z");
	is_str(iso(INT64_C(253402300799999)), "9999-12-31T23:59:59.999Z");
	is_str(iso(INT64_C(253402300800000)), "+10000-01-01T00:00:00.000Z");
	is_str(iso(INT64_C(-62167219200000)), "0000-01-01T00:00:00.000Z");
	is_str(iso(INT64_C(-62167219200001)), "-0001-12-31T23:59:59.999Z");
	/* The ends of the range as java.time.Instant's documentation has them for ms. */
	is_str(iso(INT64_MAX), "+292278994-08-17T07:12:55.807Z");
	is_str(iso(INT64_MIN), "-292275055-05-16T16:47:04.192Z");
	is_str(iso(0), "1970-01-01T00:00:00.000Z");
}

static void
test_epoch(void)
{
	is_str(epoch(INT64_C(1795423262123)), "1795423262.123");
	is_str(epoch(0), "0.000");
	is_str(epoch(-500), "-0.500");
	is_str(epoch(INT64_MIN), "-9223372036854775.808");
}

/* libc is the oracle for days and the inverse, around each year's edges. */
static void
test_against_libc(void)
{
	bool same = true;
	int64_t s;

	for (s = INT64_C(-4000000000); s < INT64_C(40000000000); s += 86400 * 13 + 7919) {
		time_t t = (time_t)s;
		struct stamp_civil c;
		struct tm tm;
		char want[64];

		gmtime_r(&t, &tm);
		(void)strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%S.000Z", &tm);
		if (strcmp(iso(s * 1000), want) != 0 && tm.tm_year < 8100) {
			is_str(iso(s * 1000), want);
			same = false;
		}
		stamp_civil(s * 1000, STAMP_UTC, &c);
		same = same && c.month == tm.tm_mon + 1 && c.day == tm.tm_mday &&
		    c.hour == tm.tm_hour && stamp_from_civil(&c, STAMP_UTC) == s * 1000;
	}
	ok(same);
}

/* Berlin changes on 2026-03-29 and 2026-10-25, at 01:00 UTC. */
static void
test_dst(void)
{
	use_zone("CET-1CEST,M3.5.0,M10.5.0/3");
	is_str(text(INT64_C(1774745999999)), "2026-03-29 01:59:59.999");
	is_str(text(INT64_C(1774746000000)), "2026-03-29 03:00:00.000");
	is_str(text(INT64_C(1792886399999)), "2026-10-25 01:59:59.999");
	is_str(text(INT64_C(1792886400000)), "2026-10-25 02:00:00.000");
	is_str(text(INT64_C(1792889999999)), "2026-10-25 02:59:59.999");
	is_str(text(INT64_C(1792890000000)), "2026-10-25 02:00:00.000");
	is_str(text(INT64_C(1792893599999)), "2026-10-25 02:59:59.999");
	is_str(text(INT64_C(1792893600000)), "2026-10-25 03:00:00.000");
	/* A change of day and of offset in one step of the cache. */
	use_zone("XXX11:37:42");
	is_str(text(INT64_C(1795423262123)), "2026-11-22 21:03:20.123");
	use_zone("NPT-5:45");
	is_str(text(INT64_C(1795423262123)), "2026-11-23 14:26:02.123");
}

static void
test_local_civil(void)
{
	struct stamp_civil c = { .year = 2026, .month = 7, .day = 1, .hour = 12 };

	use_zone("CET-1CEST,M3.5.0,M10.5.0/3");
	is_int(stamp_from_civil(&c, STAMP_LOCAL), INT64_C(1782900000000));
	stamp_civil(INT64_C(1782900000000), STAMP_LOCAL, &c);
	is_int(c.hour, 12);
	is_int(c.offset_s, 7200);
	c = (struct stamp_civil){ .year = 2026, .month = 13, .day = 0 };
	is_int(stamp_from_civil(&c, STAMP_UTC), INT64_C(1798675200000));
	c.year = INT64_MAX / 2;
	is_int(stamp_from_civil(&c, STAMP_UTC), INT64_MAX);
}

int
main(void)
{
	use_zone("UTC");
	test_iso();
	test_epoch();
	test_against_libc();
	test_dst();
	test_local_civil();
	return tap_done();
}
