/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "time/stamp.h"

#include <string.h>

#include "base/nearest.h"

/* Longest text of a time; it also bounds the attempts to split a window. */
#define TEXT_MAX 128

#define EXPECTED "expected a time such as 2026-11-23T08:41:02Z, 2026/11/23.08:41, " \
	"@1795423262, yesterday, -1h or now-2d"

/* What is left of the text. */
struct scan {
	const char *p;
	const char *end;
};

static bool
scan_done(const struct scan *s)
{
	return s->p == s->end;
}

static bool
scan_char(struct scan *s, char c)
{
	if (s->p == s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

static bool
scan_any(struct scan *s, const char *set)
{
	if (s->p == s->end || *s->p == '\0' || strchr(set, *s->p) == NULL)
		return false;
	s->p++;
	return true;
}

static size_t
scan_count_digits(const struct scan *s)
{
	size_t n = 0;

	while (s->p + n < s->end && s->p[n] >= '0' && s->p[n] <= '9')
		n++;
	return n;
}

/* A number of min to max digits (max at most 18); no digit may follow. */
static bool
scan_number(struct scan *s, size_t min, size_t max, int64_t *out)
{
	size_t n = scan_count_digits(s);
	int64_t v = 0;

	if (n < min || n > max)
		return false;
	while (n-- > 0)
		v = v * 10 + (*s->p++ - '0');
	*out = v;
	return true;
}

/* A number of exactly n digits; more may follow. */
static bool
scan_digits(struct scan *s, size_t n, int64_t *out)
{
	struct scan part = { s->p, s->p + n };

	if (scan_count_digits(s) < n || !scan_number(&part, n, n, out))
		return false;
	s->p += n;
	return true;
}

/* What follows a decimal point, in ms; further digits are cut. */
static bool
scan_fraction(struct scan *s, int64_t *ms)
{
	size_t n = scan_count_digits(s);
	int64_t v = 0;

	if (n == 0)
		return false;
	for (size_t i = 0; i < 3; i++)
		v = v * 10 + (i < n ? s->p[i] - '0' : 0);
	s->p += n;
	*ms = v;
	return true;
}

struct parts {
	int64_t year, month, day, hour, minute, second, ms;
	bool has_offset;
	int64_t offset_s;
};

static bool
parts_valid(const struct parts *t)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = t->year % 4 == 0 && (t->year % 100 != 0 || t->year % 400 == 0);

	if (t->month < 1 || t->month > 12 || t->day < 1)
		return false;
	if (t->day > days[t->month - 1] + (leap && t->month == 2))
		return false;
	/* A leap second counts as the next second. */
	return t->hour <= 23 && t->minute <= 59 && t->second <= 60;
}

/* ":mm[:ss[.fff]]" after the hour; every part may be missing. */
static bool
scan_clock(struct scan *s, struct parts *t)
{
	if (!scan_number(s, 1, 2, &t->hour))
		return false;
	if (!scan_char(s, ':'))
		return true;
	if (!scan_number(s, 1, 2, &t->minute))
		return false;
	if (!scan_char(s, ':'))
		return true;
	if (!scan_number(s, 1, 2, &t->second))
		return false;
	return !scan_any(s, ".,") || scan_fraction(s, &t->ms);
}

/* "Z", "+01:00", "+0100" or "+01". */
static bool
scan_zone(struct scan *s, struct parts *t)
{
	int64_t hours, minutes = 0;
	bool west;

	t->has_offset = true;
	if (scan_any(s, "Zz"))
		return true;
	west = scan_char(s, '-');
	if (!west && !scan_char(s, '+'))
		return false;
	if (!scan_digits(s, 2, &hours))
		return false;
	(void)scan_char(s, ':');
	if (!scan_done(s) && !scan_digits(s, 2, &minutes))
		return false;
	if (hours > 23 || minutes > 59)
		return false;
	t->offset_s = hours * 3600 + minutes * 60;
	if (west)
		t->offset_s = -t->offset_s;
	return true;
}

/* 2026-11[-23[T08[:41[:02[.123]]]][zone]] */
static bool
scan_iso(struct scan s, struct parts *t)
{
	if (!scan_number(&s, 4, 4, &t->year) || !scan_char(&s, '-') || !scan_number(&s, 2, 2, &t->month))
		return false;
	if (scan_done(&s))
		return true;
	if (!scan_char(&s, '-') || !scan_number(&s, 2, 2, &t->day))
		return false;
	if (scan_done(&s))
		return true;
	if (scan_any(&s, "Tt _")) {
		if (!scan_clock(&s, t))
			return false;
		if (scan_done(&s))
			return true;
	}
	return scan_zone(&s, t) && scan_done(&s);
}

/* 20261123T084102[Z] */
static bool
scan_basic(struct scan s, struct parts *t)
{
	if (!scan_digits(&s, 4, &t->year) || !scan_digits(&s, 2, &t->month) ||
	    !scan_digits(&s, 2, &t->day) || !scan_any(&s, "Tt"))
		return false;
	if (!scan_digits(&s, 2, &t->hour) || !scan_digits(&s, 2, &t->minute))
		return false;
	if (scan_count_digits(&s) > 0 && !scan_digits(&s, 2, &t->second))
		return false;
	if (scan_char(&s, '.') && !scan_fraction(&s, &t->ms))
		return false;
	return scan_done(&s) || (scan_zone(&s, t) && scan_done(&s));
}

/* 2026[/11[/23[.08[:41[:02[.123]]]]]] */
static bool
scan_slashes(struct scan s, struct parts *t)
{
	if (!scan_number(&s, 4, 4, &t->year))
		return false;
	if (scan_done(&s))
		return true;
	if (!scan_char(&s, '/') || !scan_number(&s, 1, 2, &t->month))
		return false;
	if (scan_done(&s))
		return true;
	if (!scan_char(&s, '/') || !scan_number(&s, 1, 2, &t->day))
		return false;
	if (scan_done(&s))
		return true;
	if (!scan_any(&s, ".Tt ") || !scan_clock(&s, t))
		return false;
	return scan_done(&s) || (scan_zone(&s, t) && scan_done(&s));
}

/* @1795423262[.123] */
static bool
scan_epoch(struct scan s, int64_t *out)
{
	int64_t second, ms = 0;
	bool minus;

	if (!scan_char(&s, '@'))
		return false;
	minus = scan_char(&s, '-');
	if (!scan_number(&s, 1, 15, &second) || (scan_char(&s, '.') && !scan_fraction(&s, &ms)))
		return false;
	*out = minus ? -(second * 1000 + ms) : second * 1000 + ms;
	return scan_done(&s);
}

static bool
scan_unit(struct scan *s, int64_t *ms)
{
	static const struct {
		char text[3];
		int64_t ms;
	} units[] = {
		{ "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 },
		{ "d", 86400000 }, { "w", 604800000 },
	};

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		size_t len = strlen(units[i].text);

		if ((size_t)(s->end - s->p) >= len && memcmp(s->p, units[i].text, len) == 0) {
			s->p += len;
			*ms = units[i].ms;
			return true;
		}
	}
	return false;
}

/* 1h30m: sums of number and unit. */
static bool
scan_span(struct scan *s, int64_t *out)
{
	int64_t sum = 0, number, unit;

	do {
		if (!scan_number(s, 1, 9, &number) || !scan_unit(s, &unit))
			return false;
		/*
		 * Within TEXT_MAX there are at most 63 terms of 10^9 weeks, which cannot overflow; checked
		 * all the same.
		 */
		if (__builtin_add_overflow(sum, number * unit, &sum))
			return false;
	} while (scan_count_digits(s) > 0);
	*out = sum;
	return true;
}

enum flow_status
stamp_span_parse(const char *text, size_t len, int64_t *ms)
{
	struct scan s = { text, text + len };
	int64_t span;

	if (len > TEXT_MAX || !scan_span(&s, &span) || !scan_done(&s))
		return FLOW_EINVAL;
	*ms = span;
	return FLOW_OK;
}

/* now, now-2d, -1h */
static bool
scan_relative(struct scan s, int64_t now_ms, int64_t *out)
{
	bool named = s.end - s.p >= 3 && memcmp(s.p, "now", 3) == 0, back;
	int64_t span;

	if (named)
		s.p += 3;
	if (named && scan_done(&s)) {
		*out = now_ms;
		return true;
	}
	back = scan_char(&s, '-');
	if (!back && (!named || !scan_char(&s, '+')))
		return false;
	if (!scan_span(&s, &span) || !scan_done(&s))
		return false;
	return !__builtin_add_overflow(now_ms, back ? -span : span, out);
}

static int64_t
parts_instant(const struct parts *t, enum stamp_zone zone)
{
	struct stamp_civil c = {
		.year = t->year,
		.month = (uint8_t)t->month,
		.day = (uint8_t)t->day,
		.hour = (uint8_t)t->hour,
		.minute = (uint8_t)t->minute,
		.second = (uint8_t)t->second,
		.ms = (uint16_t)t->ms,
	};

	if (t->has_offset)
		return stamp_from_civil(&c, STAMP_UTC) - t->offset_s * 1000;
	return stamp_from_civil(&c, zone);
}

/* Midnight of the day that is that many days after the day of now. */
static int64_t
midnight(enum stamp_zone zone, int64_t now_ms, int days)
{
	struct stamp_civil c;

	stamp_civil(now_ms, zone, &c);
	c.hour = c.minute = c.second = 0;
	c.ms = 0;
	if (days < 0 && c.day == 1) {
		/* Day 0 is the last of the month before. */
		c.day = 0;
		return stamp_from_civil(&c, zone);
	}
	c.day = (uint8_t)(c.day + days);
	return stamp_from_civil(&c, zone);
}

/* today or yesterday: that day's beginning, as days from today. */
static bool
scan_day_name(struct scan s, int *days)
{
	size_t len = (size_t)(s.end - s.p);

	if (len == 5 && memcmp(s.p, "today", len) == 0)
		*days = 0;
	else if (len == 9 && memcmp(s.p, "yesterday", len) == 0)
		*days = -1;
	else
		return false;
	return true;
}

static bool
parse(const char *text, size_t len, enum stamp_zone zone, int64_t now_ms, int64_t *out)
{
	static bool (*const forms[])(struct scan, struct parts *) = {
		scan_iso, scan_basic, scan_slashes,
	};
	struct scan s = { text, text + len };
	int days;

	if (len == 0 || len > TEXT_MAX)
		return false;
	if (scan_day_name(s, &days)) {
		*out = midnight(zone, now_ms, days);
		return true;
	}
	if (scan_epoch(s, out) || scan_relative(s, now_ms, out))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct parts t = { .month = 1, .day = 1 };

		if (forms[i](s, &t) && parts_valid(&t)) {
			*out = parts_instant(&t, zone);
			return true;
		}
	}
	return false;
}

enum flow_status
stamp_parse(const char *text, size_t len, enum stamp_zone zone, int64_t now_ms, int64_t *out,
    struct flow_error *err)
{
	int64_t ms;

	if (!parse(text, len, zone, now_ms, &ms))
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "time \"%.*s\": " EXPECTED,
		    (int)(len < TEXT_MAX ? len : TEXT_MAX), text);
	*out = ms;
	return FLOW_OK;
}

/* +n and -n: seconds from the beginning or before the end of the data. */
static bool
window_of_data(const char *text, size_t len, struct stamp_window *out)
{
	struct scan s = { text, text + len };
	bool end = scan_char(&s, '-');
	int64_t seconds;

	if (!end && !scan_char(&s, '+'))
		return false;
	if (!scan_number(&s, 1, 12, &seconds) || !scan_done(&s))
		return false;
	*out = (struct stamp_window){
		.base = end ? STAMP_DATA_END : STAMP_DATA_BEGIN,
		.from_ms = INT64_MIN,
		.to_ms = INT64_MAX,
		.span_ms = seconds * 1000,
	};
	return true;
}

/* today, yesterday, 2026-11: all of it; 1h: as -1h. */
static bool
window_of_name(const char *text, size_t len, enum stamp_zone zone, int64_t now_ms, struct stamp_window *out)
{
	struct scan s = { text, text + len };
	struct parts t = { .day = 1 };
	int64_t span;
	int days;

	*out = (struct stamp_window){ STAMP_ABSOLUTE, INT64_MIN, INT64_MAX, 0 };
	if (scan_day_name(s, &days)) {
		out->from_ms = midnight(zone, now_ms, days);
		out->to_ms = midnight(zone, now_ms, days + 1);
		return true;
	}
	if (stamp_span_parse(text, len, &span) == FLOW_OK)
		return !__builtin_sub_overflow(now_ms, span, &out->from_ms);
	if (len != 7 || !scan_iso(s, &t) || !parts_valid(&t))
		return false;
	out->from_ms = parts_instant(&t, zone);
	t.year += t.month == 12;
	t.month = t.month % 12 + 1;
	out->to_ms = parts_instant(&t, zone);
	return true;
}

/* FROM..TO, either of them missing. */
static bool
window_of_dots(const char *text, size_t len, enum stamp_zone zone, int64_t now_ms,
    struct stamp_window *out)
{
	const char *dots = memmem(text, len, "..", 2);
	size_t before;

	if (dots == NULL || len == 2)
		return false;
	before = (size_t)(dots - text);
	if (before > 0 && !parse(text, before, zone, now_ms, &out->from_ms))
		return false;
	return before + 2 == len ||
	    parse(dots + 2, len - before - 2, zone, now_ms, &out->to_ms);
}

/* FROM-TO: some '-' with a time on both sides. */
static bool
window_of_dash(const char *text, size_t len, enum stamp_zone zone, int64_t now_ms,
    struct stamp_window *out)
{
	for (size_t i = 1; i + 1 < len; i++) {
		if (text[i] == '-' && parse(text, i, zone, now_ms, &out->from_ms) &&
		    parse(text + i + 1, len - i - 1, zone, now_ms, &out->to_ms))
			return true;
	}
	return false;
}

static enum flow_status
no_window(const char *text, size_t len, struct flow_error *err)
{
	char hint[NEAREST_HINT_ROOM];
	struct nearest meant;

	nearest_begin(&meant, text, len);
	nearest_try_text(&meant, "today");
	nearest_try_text(&meant, "yesterday");
	return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "time window \"%.*s\": " EXPECTED ", or two joined by - "
	    "or ..%s", (int)(len < TEXT_MAX ? len : TEXT_MAX), text, nearest_hint(&meant, hint));
}

enum flow_status
stamp_window_parse(const char *text, size_t len, enum stamp_zone zone, int64_t now_ms,
    struct stamp_window *out, struct flow_error *err)
{
	struct stamp_window w = { STAMP_ABSOLUTE, INT64_MIN, INT64_MAX, 0 };
	int shown = (int)(len < TEXT_MAX ? len : TEXT_MAX);

	if (len > 2 * TEXT_MAX + 2)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "time window of %zu bytes: "
		    EXPECTED, len);
	if (window_of_data(text, len, out))
		return FLOW_OK;
	if (window_of_name(text, len, zone, now_ms, &w)) {
		*out = w;
		return FLOW_OK;
	}
	w = (struct stamp_window){ STAMP_ABSOLUTE, INT64_MIN, INT64_MAX, 0 };
	if (!parse(text, len, zone, now_ms, &w.from_ms)) {
		w.from_ms = INT64_MIN;
		if (!window_of_dots(text, len, zone, now_ms, &w)) {
			w.from_ms = INT64_MIN;
			w.to_ms = INT64_MAX;
			if (!window_of_dash(text, len, zone, now_ms, &w))
				return no_window(text, len, err);
		}
	}
	if (w.to_ms < w.from_ms)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
		    "time window \"%.*s\": it ends before it begins", shown, text);
	*out = w;
	return FLOW_OK;
}

void
stamp_window_resolve(struct stamp_window *w, int64_t first_ms, int64_t last_ms)
{
	int64_t edge;

	if (w->base == STAMP_DATA_BEGIN) {
		w->from_ms = first_ms;
		w->to_ms = __builtin_add_overflow(first_ms, w->span_ms, &edge) ? INT64_MAX : edge;
	} else if (w->base == STAMP_DATA_END) {
		w->to_ms = last_ms == INT64_MAX ? INT64_MAX : last_ms + 1;
		w->from_ms = __builtin_sub_overflow(w->to_ms, w->span_ms, &edge) ? INT64_MIN : edge;
	}
	w->base = STAMP_ABSOLUTE;
}
