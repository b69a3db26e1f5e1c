/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of a page that a browser does not show to be wrong: escapes, titles, times of series. */
#include <math.h>
#include <string.h>

#include "output/html/html.h"
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

/* Marks of a day in 5-minute bins are each 3 hours: 2 would be 12 of at most 8. */
static void
test_marks(void)
{
	static int64_t time_ms[288];
	static double values[288];
	static const struct html_bar key = { .label = "<k>" };
	struct html_series s = { .about = "bits per second", .id = "s1", .keys = 1, .key = &key,
		.times = 288, .time_ms = time_ms, .values = values, .zone = STAMP_UTC };
	const char *at;
	unsigned marks = 0;

	for (int64_t i = 0; i < 288; i++) {
		time_ms[i] = INT64_C(1767225600000) + i * 300000;
		values[i] = (double)i;
	}
	buf_clear(&out);
	html_series(&out, &s);
	buf_append_u8(&out, 0);
	ok(strstr((const char *)out.data, ">03:00<") != NULL);
	ok(strstr((const char *)out.data, ">21:00<") != NULL);
	ok(strstr((const char *)out.data, "<k>") == NULL);
	for (at = (const char *)out.data; (at = strstr(at, "class=\"x")) != NULL; at++)
		marks++;
	/* 00:00 to 21:00 below the areas and again below the one key's line. */
	is_uint(marks, 16);
	values[5] = NAN;
	buf_clear(&out);
	html_series(&out, &s);
	buf_append_u8(&out, 0);
	ok(strstr((const char *)out.data, "nan") == NULL);
}

int
main(void)
{
	test_text();
	test_title();
	test_times();
	test_far_times();
	test_marks();
	buf_release(&out);
	return tap_done();
}
