/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Values by time, as the rows of a table bring them: what a chart of a series is drawn from. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output/html/html.h"

/* More instants make a page that no browser likes. */
#define HTML_TIMES_MAX 20000

/* The year 10000: what lies beyond, or as far before 1970, is no time to draw. */
#define HTML_TIME_END_MS INT64_C(253402300800000)

struct html_times {
	int64_t *time_ms;
	double *values;		/* HTML_COLOURS of them for each time */
	size_t count, cap;
};

void html_times_clear(struct html_times *t);

/*
 * The values of an instant, 0 if it is new; rows of one instant come together, instants in any
 * order.  NULL where there is no room, or the instant is beyond what is drawn.
 */
double *html_times_at(struct html_times *t, int64_t ms);

/*
 * Puts instants in ascending order, the values of equal ones added, and fills bins between them
 * that had no rows with 0.  False when out of memory.
 */
bool html_times_finish(struct html_times *t);
