/* SPDX-License-Identifier: BSD-2-Clause */
#include "nightly-report/report_span.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/cli.h"

#define DAY_MS INT64_C(86400000)

/* The instant that many days later by the zone's clock. */
static int64_t
days_later(int64_t ms, int days, enum stamp_zone zone)
{
	struct stamp_civil civil, noon;

	stamp_civil(ms, zone, &civil);
	/* The day of the month is no signed number: by noon, which no change of clocks moves to another day. */
	noon = civil;
	noon.hour = 12;
	stamp_civil(stamp_from_civil(&noon, STAMP_UTC) + days * DAY_MS, STAMP_UTC, &noon);
	civil.year = noon.year;
	civil.month = noon.month;
	civil.day = noon.day;
	return stamp_from_civil(&civil, zone);
}

static void
date_text(int64_t ms, enum stamp_zone zone, char out[STAMP_TEXT_MAX + 1])
{
	struct stamp_cache cache = { 0 };
	size_t len = stamp_format_text(&cache, ms, zone, out);

	out[len > 13 ? len - 13 : 0] = '\0';
}

static const char *
weekday(int64_t ms, enum stamp_zone zone)
{
	/* 1970-01-01 was a Thursday. */
	static const char *const names[] = { "Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday",
		"Wednesday" };
	struct stamp_civil civil;
	int64_t day;

	stamp_civil(ms, zone, &civil);
	day = (ms + (int64_t)civil.offset_s * 1000) / DAY_MS;
	return names[(day % 7 + 7) % 7];
}

/* Chooses the bin width that makes some hundreds of bins. */
static void
choose_bin(struct report_span *s)
{
	static const struct {
		int64_t ms;
		const char *name;
	} bins[] = { { 300000, "5m" }, { 1800000, "30m" }, { 7200000, "2h" }, { DAY_MS, "1d" } };
	size_t i = 0;

	while (i + 1 < ARRAY_LEN(bins) && (s->to_ms - s->from_ms) / bins[i].ms > 400)
		i++;
	s->bin_ms = bins[i].ms;
	(void)snprintf(s->bin, sizeof(s->bin), "%s", bins[i].name);
}

static int
parse_instant(const char *option, const char *text, enum stamp_zone zone, int64_t now_ms, int64_t *out)
{
	struct flow_error err;

	return stamp_parse(text, strlen(text), zone, now_ms, out, &err) == FLOW_OK ? CLI_OK :
	    cli_misuse("%s: %s", option, err.message);
}

static int
parse_day(const struct nightly_options *o, int64_t now_ms, int64_t *day_ms)
{
	const char *text = o->day != NULL ? o->day : "yesterday";
	enum stamp_zone zone = o->request.zone;
	char date[STAMP_TEXT_MAX + 1];
	struct flow_error err;

	if (stamp_parse(text, strlen(text), zone, now_ms, day_ms, &err) != FLOW_OK)
		return cli_misuse("-d: '%s' is no day (YYYY-MM-DD, today, yesterday)", text);
	date_text(*day_ms, zone, date);
	if (strcmp(text, "today") != 0 && strcmp(text, "yesterday") != 0 && strcmp(text, date) != 0)
		return cli_misuse("-d: '%s' is no day (YYYY-MM-DD, today, yesterday)", text);
	return CLI_OK;
}

static void
take_month(struct report_span *s, int64_t day_ms)
{
	struct stamp_civil civil;

	stamp_civil(day_ms, s->zone, &civil);
	civil.day = 1;
	s->from_ms = stamp_from_civil(&civil, s->zone);
	civil.month++;
	s->to_ms = stamp_from_civil(&civil, s->zone);
}

static void
name_span(struct report_span *s, bool month)
{
	char from[STAMP_TEXT_MAX + 1], last[STAMP_TEXT_MAX + 1];

	date_text(s->from_ms, s->zone, from);
	date_text(s->to_ms - 1, s->zone, last);
	if (month)
		from[strlen(from) - 3] = '\0';
	if (month || strcmp(from, last) == 0) {
		(void)snprintf(s->name, sizeof(s->name), "%.24s", from);
		(void)snprintf(s->text, sizeof(s->text), "%s%s%.24s", month ? "" : weekday(s->from_ms, s->zone),
		    month ? "" : " ", from);
		return;
	}
	(void)snprintf(s->name, sizeof(s->name), "%.20s_%.20s", from, last);
	(void)snprintf(s->text, sizeof(s->text), "%.24s to %.24s", from, last);
}

int
report_span_make(const struct nightly_options *o, int64_t now_ms, struct report_span *s)
{
	enum stamp_zone zone = o->request.zone;
	int status = CLI_OK;
	int64_t day_ms = 0;

	*s = (struct report_span){ .zone = zone };
	if (o->from != NULL) {
		status = parse_instant("--from", o->from, zone, now_ms, &s->from_ms);
		if (status == CLI_OK)
			status = parse_instant("--to", o->to, zone, now_ms, &s->to_ms);
		if (status == CLI_OK && s->from_ms >= s->to_ms)
			status = cli_misuse("--from is not before --to");
	} else {
		status = parse_day(o, now_ms, &day_ms);
	}
	if (status != CLI_OK)
		return status;
	if (o->month) {
		take_month(s, day_ms);
	} else if (o->from == NULL) {
		s->to_ms = days_later(day_ms, 1, zone);
		s->from_ms = days_later(s->to_ms, -(int)o->span_days, zone);
	}
	if (s->to_ms - s->from_ms > 3660 * DAY_MS)
		return cli_misuse("more than ten years are no report");
	s->shift_days = (unsigned)((s->to_ms - s->from_ms - 3700000) / (7 * DAY_MS) + 1) * 7;
	choose_bin(s);
	name_span(s, o->month);
	return CLI_OK;
}

struct report_span
report_span_before(const struct report_span *span, unsigned times)
{
	struct report_span s = *span;
	int days = -(int)(span->shift_days * times);

	s.from_ms = days_later(span->from_ms, days, span->zone);
	s.to_ms = days_later(span->to_ms, days, span->zone);
	name_span(&s, false);
	return s;
}

void
report_span_window(const struct report_span *s, char out[SPAN_WINDOW_MAX])
{
	(void)snprintf(out, SPAN_WINDOW_MAX, "@%" PRId64 ".%03d..@%" PRId64 ".%03d", s->from_ms / 1000,
	    (int)(s->from_ms % 1000), s->to_ms / 1000, (int)(s->to_ms % 1000));
}

size_t
report_span_bins(const struct report_span *s)
{
	int64_t first = s->from_ms / s->bin_ms, last = (s->to_ms - 1) / s->bin_ms;

	return (size_t)(last - first + 1);
}
