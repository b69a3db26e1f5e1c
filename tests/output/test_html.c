/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of a page that a browser does not show to be wrong: escapes, titles, times of series. */
#include <math.h>
#include <string.h>

#include "output/html/html.h"
#include "output/html/html_axis.h"
#include "output/html/html_times.h"
#include "tap.h"

static struct buf out;

static const char *
text(const char *s, size_t len)
{
	buf_clear(&out);
	html_text(&out, s, len);
	buf_append_u8(&out, 0);
	return (const char *)out.data;
}

static const char *
title(const char *s)
{
	buf_clear(&out);
	html_title(&out, s);
	buf_append_u8(&out, 0);
	return (const char *)out.data;
}

static void
test_text(void)
{
	is_str(text("a<b>\"c'&d", 9), "a&lt;b&gt;&quot;c&#39;&amp;d");
	is_str(text("\xc3\xa9", 2), "\xc3\xa9");
	/* A byte that is no UTF-8, and an escape character, cannot stay. */
	is_str(text("x\xffy", 3), "x\xef\xbf\xbdy");
	ok(strchr(text("x\033[1m", 5), '\033') == NULL);
	is_str(text("", 0), "");
}

static void
test_title(void)
{
	is_str(title("src_addr,dst_addr by bytes"),
	    "Source addresses \xc2\xb7 destination addresses by bytes");
	is_str(title("proto:p by flows"), "Protocols split by protocol by flows");
	is_str(title("src_addr by distinct_dst_port"), "Source addresses by distinct destination ports");
	is_str(title("src_addr/24 by key"), "Source addresses/24 by key");
	is_str(title("sweeps of a port: src_addr by flows"), "Sweeps of a port: source addresses by flows");
	is_str(title("<b>,\xc3\xa9"), "&lt;b&gt; \xc2\xb7 \xc3\xa9");
	is_str(title(""), "");
}

static void
add(struct html_times *t, int64_t ms, size_t key, double value)
{
	double *values = html_times_at(t, ms);

	ok(values != NULL);
	if (values != NULL)
		values[key] += value;
}

static void
test_times(void)
{
	struct html_times t = { 0 };

	/* Rows of three bins out of order, one bin twice, and none of 2000. */
	add(&t, 3000, 0, 4);
	add(&t, 0, 0, 1);
	add(&t, 3000, 1, 8);
	add(&t, 1000, 0, 2);
	ok(html_times_finish(&t));
	is_uint(t.count, 4);
	for (size_t i = 0; i < t.count; i++)
		is_int(t.time_ms[i], (int64_t)i * 1000);
	is_int(t.values[0], 1);
	is_int(t.values[HTML_COLOURS], 2);
	is_int(t.values[2 * HTML_COLOURS], 0);
	is_int(t.values[3 * HTML_COLOURS], 4);
	is_int(t.values[3 * HTML_COLOURS + 1], 8);
	html_times_clear(&t);
	is_uint(t.count, 0);
}

static void
test_far_times(void)
{
	struct html_times t = { 0 };

	ok(html_times_at(&t, INT64_MIN) == NULL);
	ok(html_times_at(&t, INT64_MAX) == NULL);
	ok(html_times_finish(&t));
	is_uint(t.count, 0);
	/* Nothing is filled where that would make millions of bins. */
	add(&t, 0, 0, 1);
	add(&t, 1, 0, 1);
	add(&t, HTML_TIME_END_MS - 1, 0, 1);
	add(&t, 1 - HTML_TIME_END_MS, 0, 1);
	ok(html_times_finish(&t));
	is_uint(t.count, 4);
	is_int(t.time_ms[0], 1 - HTML_TIME_END_MS);
	is_int(t.time_ms[3], HTML_TIME_END_MS - 1);
	html_times_clear(&t);
	/* Only so many. */
	for (int64_t ms = 0; ms < HTML_TIMES_MAX; ms++)
		if (html_times_at(&t, ms) == NULL)
			ok(ms < 0);
	ok(html_times_at(&t, HTML_TIMES_MAX) == NULL);
	html_times_clear(&t);
}

static size_t
times_of(const char *what)
{
	size_t count = 0;

	for (const char *at = (const char *)out.data; (at = strstr(at, what)) != NULL; at++)
		count++;
	return count;
}

/* Marks of a day in 5-minute bins are each 3 hours, from 00:00 to 24:00: 2 would be 13 of at most 10. */
static void
test_marks(void)
{
	static int64_t time_ms[288];
	static double values[288];
	static const char *const key = "<k>";
	struct html_series s = { .about = "bits per second", .unit = "b/s", .id = "s1", .keys = 1, .label = &key,
		.times = 288, .time_ms = time_ms, .width_ms = 300000, .values = values, .zone = STAMP_UTC };

	for (int64_t i = 0; i < 288; i++) {
		time_ms[i] = INT64_C(1767225600000) + i * 300000;
		values[i] = (double)i;
	}
	buf_clear(&out);
	html_chart(&out, &s);
	html_series_table(&out, &s);
	buf_append_u8(&out, 0);
	is_uint(times_of("<text class=\"x"), 10);	/* nine marks and the peak */
	is_uint(times_of(">00:00<"), 1);
	is_uint(times_of(">21:00<"), 1);
	is_uint(times_of(">24:00<"), 1);
	is_uint(times_of("<k>"), 0);
	/* The last bin has most; 300 in 3 steps are the least scale of 1, 2, 2.5 and 5 above 287. */
	is_uint(times_of("peak 287\xc2\xa0" "b/s, 2026-01-01 23:55<"), 1);
	is_uint(times_of(">300\xc2\xa0" "b/s<"), 1);
	is_uint(times_of("<title>2026-01-01 12:00: 144\xc2\xa0" "b/s</title>"), 1);
	/* Of 0 .. 287 the 274th is 273, the mean 143.5. */
	is_uint(times_of("data-v=\"273.0\""), 1);
	is_uint(times_of("data-v=\"143.5\""), 1);
	values[5] = NAN;
	buf_clear(&out);
	html_chart(&out, &s);
	buf_append_u8(&out, 0);
	is_uint(times_of("nan"), 0);
}

static const char *
scaled(double v, const char *unit)
{
	buf_clear(&out);
	html_scaled(&out, v, unit);
	buf_append_u8(&out, 0);
	return (const char *)out.data;
}

static void
test_numbers(void)
{
	is_str(scaled(0, "b/s"), "0\xc2\xa0" "b/s");
	is_str(scaled(999, ""), "999");
	is_str(scaled(1530000000.0, "b/s"), "1.53\xc2\xa0" "Gb/s");
	is_str(scaled(99960, "B"), "100\xc2\xa0kB");
	is_str(scaled(12.34, "p/s"), "12.3\xc2\xa0p/s");
	is_str(html_unit("sum_bytes"), "B");
	is_str(html_unit("kilobytes"), "");
	is_str(html_unit("most_in_bps"), "b/s");
}

static void
test_scale(void)
{
	struct html_scale s = html_scale_of(1);

	is_uint(s.count, 5);
	ok(fabs(s.step - 0.2) < 1e-12);
	s = html_scale_of(1710000);
	is_uint(s.count, 4);
	ok(fabs(s.step - 500000) < 1e-6);
	s = html_scale_of(5.1e9);
	is_uint(s.count, 3);
	ok(fabs(s.step - 2e9) < 1);
}

/* A policy has the hashes of what the page has; no script, no hash. */
static void
test_policy(void)
{
	buf_clear(&out);
	html_page_begin(&out, "<t>", HTML_SCRIPT);
	html_page_end(&out, HTML_SCRIPT);
	buf_append_u8(&out, 0);
	is_uint(times_of("'sha256-"), 2);
	is_uint(times_of("<title>&lt;t&gt;</title>"), 1);
	buf_clear(&out);
	html_page_begin(&out, "t", HTML_NO_SCRIPT);
	html_page_end(&out, HTML_NO_SCRIPT);
	buf_append_u8(&out, 0);
	is_uint(times_of("'sha256-"), 1);
	is_uint(times_of("<script"), 0);
}

int
main(void)
{
	test_text();
	test_title();
	test_times();
	test_far_times();
	test_marks();
	test_numbers();
	test_scale();
	test_policy();
	buf_release(&out);
	return tap_done();
}
