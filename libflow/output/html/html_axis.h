/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Where an axis has marks, and their texts. */

#include "output/html/html.h"

/* Most marks of time. */
#define HTML_TICKS_MAX 10

/* A scale of values: `count` steps of `step` reach the greatest value. */
struct html_scale {
	double step;
	unsigned count;		/* 3 to 5 */
};

/* `most` is above 0.  A step is 1, 2, 2.5 or 5 times a power of ten, chosen to leave the least room above `most`. */
struct html_scale html_scale_of(double most);

/* The text of a scale's mark: "2.5 Gb/s". */
void html_scale_text(struct buf *out, double v, const char *unit);

/* Instants of marks, at round times of the zone, within [from, to]; returns how many. */
size_t html_ticks(int64_t from_ms, int64_t to_ms, enum stamp_zone zone, int64_t tick[HTML_TICKS_MAX]);

/*
 * The text of a mark: the time of day (24:00 at the end of a day), the month and day where a day begins on a
 * chart of several, or only the date where marks are months apart.
 */
void html_tick_text(struct buf *out, int64_t ms, int64_t from_ms, int64_t to_ms, int64_t step_ms,
    enum stamp_zone zone);

/* "2026-11-23 14:05", without seconds and thousandths where they are 0. */
void html_instant(struct buf *out, int64_t ms, enum stamp_zone zone);
