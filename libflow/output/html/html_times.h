/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Values by time, collected from the rows of a table, from which a chart is drawn. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output/html/html.h"

/* Most instants; more make a page too large for browsers. */
#define HTML_TIMES_MAX 20000

/* The year 10000: times beyond it, or as far before 1970, are not drawn. */
#define HTML_TIME_END_MS INT64_C(253402300800000)

struct html_times {
	int64_t *time_ms;
	double *values;		/* HTML_COLOURS of them for each time */
	size_t count, cap;
};

void html_times_clear(struct html_times *t);

/*
 * The values of an instant, 0 if it is new.  Rows of one instant come together, instants in any order.  NULL
 * where there is no room, or the instant is outside of what is drawn.
 */
double *html_times_at(struct html_times *t, int64_t ms);

/*
 * Sorts instants, adds the values of equal ones, and inserts the bins that had no rows, with 0.  False when
 * out of memory.
 */
bool html_times_finish(struct html_times *t);
