/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Instants and windows of time.  An instant is an int64_t: milliseconds since
 * 1970-01-01T00:00:00Z in the proleptic Gregorian calendar, without leap
 * seconds.  Every int64_t is a valid instant and can be printed.
 *
 * UTC needs no libc; local time is what localtime_r makes of TZ, so a program
 * calls tzset() once before its threads start.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

enum stamp_zone {
	STAMP_UTC,
	STAMP_LOCAL,
};

/* An instant taken apart. */
struct stamp_civil {
	int64_t year;		/* astronomical: 0 is 1 BC */
	uint8_t month;		/* 1 .. 12 */
	uint8_t day;		/* 1 .. 31 */
	uint8_t hour;
	uint8_t minute;
	uint8_t second;		/* 0 .. 59 */
	uint16_t ms;
	int32_t offset_s;	/* local minus UTC; 0 for UTC */
};

void stamp_civil(int64_t ms, enum stamp_zone zone, struct stamp_civil *out);

/*
 * The instant of a civil time; fields beyond their range (month 13, day 0) carry over;
 * offset_s is ignored.  A local time that a change of DST repeats means the first one; a
 * skipped one counts by the offset before the change.  Saturates.
 */
int64_t stamp_from_civil(const struct stamp_civil *civil, enum stamp_zone zone);

/* Longest text of any stamp_format_ function; they write no NUL and return the length. */
#define STAMP_TEXT_MAX 32

/*
 * What formatting remembers from one call to the next: the last day and the
 * offset from UTC around the last instant.  Zero-initialised, one per thread
 * and zone; never shared.
 */
struct stamp_cache {
	bool day_known;
	bool offset_known;
	uint8_t date_len;
	char date[24];		/* "2026-11-23" */
	int64_t day_ms;		/* when that day begins, in the zone's own count */
	int64_t offset_ms;	/* valid in [offset_from_ms, offset_to_ms) */
	int64_t offset_from_ms;
	int64_t offset_to_ms;
};

/*
 * ISO 8601 in UTC with milliseconds: "2026-11-23T08:41:02.123Z".  Years outside
 * 0000 .. 9999 take a sign and at least four digits: "-0001-...", "+10000-...".
 * The room at `out` is at least STAMP_TEXT_MAX bytes, of which any may be
 * overwritten.
 */
size_t stamp_format_iso(struct stamp_cache *cache, int64_t ms, char *out);

/* For people: "2026-11-23 08:41:02.123", in that zone; years as above. */
size_t stamp_format_text(struct stamp_cache *cache, int64_t ms, enum stamp_zone zone, char *out);

/* Seconds since 1970 with milliseconds: "1795423262.123", "-0.500". */
size_t stamp_format_epoch(int64_t ms, char *out);

/*
 * Reads one instant from exactly `len` bytes:
 *
 *	2026-11[-23[T08[:41[:02[.123456]]]][Z|+01:00|+0100|+01]]
 *				ISO 8601; a blank serves as T
 *	today, yesterday	the beginning of that day
 *	20261123T084102Z	its basic form
 *	2026/11/23.08:41:02.123, 2026/11/23, 2026/11, 2026
 *				nfdump's, also with T, parts left out at the end
 *	@1795423262[.123]	seconds since 1970
 *	now, now-2d, now+1h30m, -1h, -90m
 *				relative to now_ms (units ms s m h d w)
 *
 * Without a zone in the text, `zone` says whose time it is.  Parts left out
 * are their least value; digits beyond milliseconds are cut.  FLOW_EINVAL
 * with a message that names what was expected.
 */
enum flow_status stamp_parse(const char *text, size_t len, enum stamp_zone zone, int64_t now_ms,
    int64_t *out, struct flow_error *err) NODISCARD;

/* How long: sums of numbers and units, 90d, 1h30m (ms s m h d w).  FLOW_EINVAL. */
enum flow_status stamp_span_parse(const char *text, size_t len, int64_t *ms) NODISCARD;

/* What the bounds of a window count from. */
enum stamp_base {
	STAMP_ABSOLUTE,		/* from_ms and to_ms are instants */
	STAMP_DATA_BEGIN,	/* the first n ms of the data: nfdump's +n */
	STAMP_DATA_END,		/* the last n ms of the data: nfdump's -n */
};

/* Instants with from_ms <= t < to_ms. */
struct stamp_window {
	enum stamp_base base;
	int64_t from_ms;	/* INT64_MIN: no lower bound */
	int64_t to_ms;		/* INT64_MAX: no upper bound */
	int64_t span_ms;	/* where base is not STAMP_ABSOLUTE */
};

/*
 * Reads a window:
 *
 *	FROM-TO, FROM..TO	both as for stamp_parse, [FROM, TO)
 *	today, yesterday, 2026-11	all of that day or month
 *	1h, 90m			as -1h, -90m
 *	FROM, FROM.., ..TO	open on one side (a lone instant is FROM, as in nfdump)
 *	+n, -n			plain numbers: first, last n seconds of the data, as in
 *				nfdump; a unit makes it relative to now: -1h
 *
 * FLOW_EINVAL also for a window that ends before it begins.
 */
enum flow_status stamp_window_parse(const char *text, size_t len, enum stamp_zone zone,
    int64_t now_ms, struct stamp_window *out, struct flow_error *err) NODISCARD;

/* Makes a window absolute, given the first and last instant of the data (inclusive). */
void stamp_window_resolve(struct stamp_window *w, int64_t first_ms, int64_t last_ms);
