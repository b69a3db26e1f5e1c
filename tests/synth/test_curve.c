/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/curve.h"

#include "tap.h"

#define MONDAY INT64_C(1767571200000)	/* 2026-01-05T00:00:00Z */
#define HOUR INT64_C(3600000)
#define WEEK_HOURS 168

/* Rows of each hour of a week, of a million in it; fails where they are out of order or out of the week. */
static void
count_hours(enum curve_kind kind, const uint32_t *week, uint64_t hours[WEEK_HOURS])
{
	int64_t last = MONDAY, ms = 0;
	unsigned wrong = 0, i;
	struct curve c;
	uint64_t n;

	for (i = 0; i < WEEK_HOURS; i++)
		hours[i] = 0;
	ok(curve_init(&c, kind, 7, MONDAY, MONDAY + WEEK_HOURS * HOUR, 1000000, week));
	for (n = 0; n < 1000000; n++) {
		ms = curve_ms(&c, n);
		if (ms < last || ms >= MONDAY + WEEK_HOURS * HOUR)
			wrong++;
		else
			hours[(ms - MONDAY) / HOUR]++;
		last = ms;
	}
	is_uint(wrong, 0);
	ok(week != NULL || ms > MONDAY + WEEK_HOURS * HOUR - 60000);
	is_int(curve_ms(&c, n), MONDAY + WEEK_HOURS * HOUR);
	curve_release(&c);
}

/* Variance over the square of the mean, in millionths. */
static uint64_t
spread(const uint64_t *v, unsigned n)
{
	uint64_t sum = 0, squares = 0;
	unsigned i;

	for (i = 0; i < n; i++)
		sum += v[i];
	for (i = 0; i < n; i++) {
		uint64_t distance = v[i] * n > sum ? v[i] * n - sum : sum - v[i] * n;

		squares += (uint64_t)((unsigned __int128)distance * distance * 1000000 /
		    ((unsigned __int128)sum * sum));
	}
	return squares / n;
}

/*
 * Of noise alone: twelve octaves of +-6 % have a variance of 12 * 0.06^2 / 3 = 0.0144; an hour (720 steps of 5 s) sees
 * the averages of those that are shorter, so that 2.5 octaves or 0.003 stay.
 */
static void
test_noise(void)
{
	uint64_t hours[WEEK_HOURS], v;

	count_hours(CURVE_NOISE, NULL, hours);
	v = spread(hours, WEEK_HOURS);
	ok(v > 1500 && v < 6000);
}

static uint64_t
sum(const uint64_t *v, unsigned from, unsigned n)
{
	uint64_t s = 0;

	while (n-- > 0)
		s += v[from++];
	return s;
}

/* Evenings have three to five times what is there before dawn; Saturday's morning begins later than Friday's. */
static void
test_day(void)
{
	uint64_t hours[WEEK_HOURS];
	unsigned day;

	count_hours(CURVE_DAY, NULL, hours);
	for (day = 0; day < 7; day++) {
		uint64_t night = sum(hours, day * 24 + 3, 3), evening = sum(hours, day * 24 + 19, 3);

		ok(evening > 5 * night / 2 && evening < 5 * night);
	}
	ok(sum(hours, 5 * 24 + 6, 3) < sum(hours, 4 * 24 + 6, 3));
}

/* A measured week: what is told of one hour, and nothing of the others. */
static void
test_week(void)
{
	uint32_t week[WEEK_HOURS] = { 0 };
	uint64_t hours[WEEK_HOURS];

	week[30] = 7;
	week[100] = 21;
	count_hours(CURVE_DAY, week, hours);
	is_uint(hours[30] + hours[100], 1000000);
	ok(hours[30] > 200000 && hours[30] < 300000);
}

/* Runs that are short, or have fewer rows than steps, or hours without any. */
static void
test_small(void)
{
	uint32_t week[WEEK_HOURS] = { 0 };
	struct curve c;

	ok(curve_init(&c, CURVE_DAY, 1, MONDAY, MONDAY + 1, 3, NULL));
	is_int(curve_ms(&c, 0), MONDAY);
	is_int(curve_ms(&c, 2), MONDAY);
	is_int(curve_ms(&c, 3), MONDAY + 1);
	curve_release(&c);
	week[5] = 1;
	ok(curve_init(&c, CURVE_DAY, 1, MONDAY, MONDAY + 60000, 1, week));
	ok(curve_ms(&c, 0) >= MONDAY && curve_ms(&c, 0) < MONDAY + 60000);
	curve_release(&c);
}

int
main(void)
{
	test_noise();
	test_day();
	test_week();
	test_small();
	return tap_done();
}
