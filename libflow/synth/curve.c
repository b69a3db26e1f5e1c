/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/curve.h"

#include <stdlib.h>

#include "synth/random.h"

#define HOUR_MS INT64_C(3600000)
#define LEAST_STEP_MS 5000
#define MOST_STEPS 200000

/* The number of step lengths, and the most by which each changes the rate, in thousandths. */
#define OCTAVES 12
#define OCTAVE_SHARE 60

/* Percent of the evening's maximum, hour by hour. */
static const uint8_t workday[24] = { 55, 42, 33, 28, 26, 28, 35, 46, 56, 64, 69, 72, 74, 75, 76, 78, 81, 85, 90, 95, 99,
	100, 92, 74 };
static const uint8_t weekend[24] = { 60, 48, 38, 31, 27, 26, 29, 35, 45, 57, 67, 74, 78, 80, 81, 82, 84, 87, 91, 95, 98,
	98, 91, 76 };

/* The weight of an hour of the week. */
static uint64_t
hour_weight(const uint32_t *week, int64_t hour)
{
	unsigned of_week;

	/* 1970-01-01 was a Thursday. */
	of_week = (unsigned)((hour + 72) % CURVE_WEEK);
	if (week != NULL)
		return week[of_week];
	return of_week < 120 ? workday[of_week % 24] : weekend[of_week % 24];
}

/* The weight at a time: interpolated between the middles of hours; constant within an hour of a measured week. */
static uint64_t
day_weight(const uint32_t *week, int64_t ms)
{
	int64_t at = ms - HOUR_MS / 2, hour, within;

	if (week != NULL || at < 0)
		return hour_weight(week, ms / HOUR_MS) * 1000;
	hour = at / HOUR_MS;
	within = at % HOUR_MS * 1000 / HOUR_MS;
	return hour_weight(week, hour) * (uint64_t)(1000 - within) + hour_weight(week, hour + 1) * (uint64_t)within;
}

/* A factor in thousandths, around 1000. */
static uint64_t
noise(struct random *r, int64_t octave[OCTAVES], uint32_t step)
{
	int64_t sum = 1000;
	unsigned i;

	for (i = 0; i < OCTAVES; i++) {
		if (step % (1u << i) == 0)
			octave[i] = (int64_t)random_below(r, 2 * OCTAVE_SHARE + 1) - OCTAVE_SHARE;
		sum += octave[i];
	}
	return sum > 50 ? (uint64_t)sum : 50;
}

bool
curve_init(struct curve *c, enum curve_kind kind, uint64_t seed, int64_t start_ms, int64_t end_ms, uint64_t rows,
    const uint32_t *week)
{
	int64_t span = end_ms > start_ms ? end_ms - start_ms : 1, octave[OCTAVES] = { 0 };
	uint64_t sum = 0, *row;
	struct random r;
	uint32_t k;

	*c = (struct curve){ .start_ms = start_ms, .end_ms = end_ms, .step_ms = span / MOST_STEPS + 1 };
	if (c->step_ms < LEAST_STEP_MS)
		c->step_ms = LEAST_STEP_MS;
	c->steps = (uint32_t)((span - 1) / c->step_ms + 1);
	c->row = row = calloc(c->steps + (size_t)1, sizeof(*row));
	if (row == NULL)
		return false;
	random_init(&r, seed);
	for (k = 0; k < c->steps; k++) {
		int64_t from = start_ms + (int64_t)k * c->step_ms, len = end_ms - from;
		uint64_t weight = noise(&r, octave, k);

		if (kind == CURVE_DAY)
			weight = weight * day_weight(week, from) / 100;
		/* The last step may be shorter. */
		if (len < c->step_ms)
			weight = weight * (uint64_t)(len > 0 ? len : 1) / (uint64_t)c->step_ms;
		row[k] = sum;
		sum += weight;
	}
	/* If all hours of the run have no weight, spread the rows evenly. */
	for (k = 0; sum == 0 && k < c->steps; k++)
		row[k] = k;
	if (sum == 0)
		sum = c->steps;
	for (k = 0; k < c->steps; k++)
		row[k] = (uint64_t)((unsigned __int128)row[k] * rows / sum);
	row[k] = rows;
	return true;
}

void
curve_release(struct curve *c)
{
	free(c->row);
	c->row = NULL;
}

int64_t
curve_ms(struct curve *c, uint64_t n)
{
	const uint64_t *row = c->row;
	uint64_t rows, passed;
	int64_t from, len;

	while (c->cursor + 1 < c->steps && n >= row[c->cursor + 1])
		c->cursor++;
	if (n >= row[c->steps])
		return c->end_ms;
	from = c->start_ms + (int64_t)c->cursor * c->step_ms;
	len = c->end_ms - from < c->step_ms ? c->end_ms - from : c->step_ms;
	rows = row[c->cursor + 1] - row[c->cursor];
	passed = n - row[c->cursor];
	/* The usual case, in which 64 bits suffice. */
	if (passed < UINT32_MAX && len < UINT32_MAX)
		return from + (int64_t)(passed * (uint64_t)len / rows);
	return from + (int64_t)((unsigned __int128)passed * (uint64_t)len / rows);
}
