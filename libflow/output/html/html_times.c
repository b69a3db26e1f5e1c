/* SPDX-License-Identifier: BSD-2-Clause */
#include "output/html/html_times.h"

#include <stdlib.h>
#include <string.h>

void
html_times_clear(struct html_times *t)
{
	free(t->time_ms);
	free(t->values);
	*t = (struct html_times){ 0 };
}

double *
html_times_at(struct html_times *t, int64_t ms)
{
	if (t->count > 0 && t->time_ms[t->count - 1] == ms)
		return t->values + (t->count - 1) * HTML_COLOURS;
	if (t->count == HTML_TIMES_MAX || ms <= -HTML_TIME_END_MS || ms >= HTML_TIME_END_MS)
		return NULL;
	if (t->count == t->cap) {
		size_t cap = t->cap > 0 ? 2 * t->cap : 256;
		int64_t *time_ms = realloc(t->time_ms, cap * sizeof(*time_ms));
		double *values;

		if (time_ms == NULL)
			return NULL;
		t->time_ms = time_ms;
		values = realloc(t->values, cap * HTML_COLOURS * sizeof(*values));
		if (values == NULL)
			return NULL;
		t->values = values;
		t->cap = cap;
	}
	t->time_ms[t->count] = ms;
	memset(t->values + t->count * HTML_COLOURS, 0, HTML_COLOURS * sizeof(*t->values));
	return t->values + t->count++ * HTML_COLOURS;
}

struct place {
	int64_t ms;
	size_t at;
};

/* By time, then in the order of arrival, so that sums are the same in each run. */
static int
compare(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->ms != y->ms)
		return x->ms < y->ms ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static struct place *
sorted(const struct html_times *t)
{
	struct place *place = calloc(t->count, sizeof(*place));

	if (place == NULL)
		return NULL;
	for (size_t i = 0; i < t->count; i++)
		place[i] = (struct place){ t->time_ms[i], i };
	qsort(place, t->count, sizeof(*place), compare);
	return place;
}

/* The width of a bin: the least difference of two times; 0 where there would be too many bins. */
static int64_t
bin_of(const struct place *place, size_t count)
{
	int64_t all = place[count - 1].ms - place[0].ms, step = all;

	for (size_t i = 1; i < count; i++) {
		int64_t gap = place[i].ms - place[i - 1].ms;

		if (gap > 0 && gap < step)
			step = gap;
	}
	return step > 0 && all / step < HTML_TIMES_MAX ? step : 0;
}

bool
html_times_finish(struct html_times *t)
{
	struct html_times full = { 0 };
	struct place *place;
	int64_t step;

	if (t->count < 2)
		return true;
	place = sorted(t);
	if (place == NULL)
		return false;
	step = bin_of(place, t->count);
	for (size_t i = 0; i < t->count; i++) {
		const double *from = t->values + place[i].at * HTML_COLOURS;
		double *to;

		while (step > 0 && i > 0 && full.time_ms[full.count - 1] + step < place[i].ms &&
		    html_times_at(&full, full.time_ms[full.count - 1] + step) != NULL)
			continue;
		to = html_times_at(&full, place[i].ms);
		if (to == NULL) {
			html_times_clear(&full);
			free(place);
			return false;
		}
		for (size_t k = 0; k < HTML_COLOURS; k++)
			to[k] += from[k];
	}
	free(place);
	html_times_clear(t);
	*t = full;
	return true;
}
