/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Where an axis has its marks, and what they say. */

#include "output/html/html.h"

/* Marks of time are at most so many. */
#define HTML_TICKS_MAX 10

/* Steps of a scale of values: of them `count`, each `step`, reach the greatest value. */
struct html_scale {
	double step;
	unsigned count;		/* 3 to 5 */
};

/* `most` is above 0.  Steps are 1, 2, 2.5 or 5 times a power of ten, and as little as may be lies above `most`. */
struct html_scale html_scale_of(double most);

/* What a scale's mark says: "2.5 Gb/s". */
void html_scale_text(struct buf *out, double v, const char *unit);

/* Instants of marks, at round times of the zone, within [from, to]; gives how many. */
size_t html_ticks(int64_t from_ms, int64_t to_ms, enum stamp_zone zone, int64_t tick[HTML_TICKS_MAX]);

/*
 * A mark's text: the time of day, 24:00 at the end of a day, where a day begins within several the month and the
 * day, and the date alone where marks are months apart.
 */
void html_tick_text(struct buf *out, int64_t ms, int64_t from_ms, int64_t to_ms, int64_t step_ms,
    enum stamp_zone zone);

/* "2026-11-23 14:05", without seconds and thousandths where they are 0. */
void html_instant(struct buf *out, int64_t ms, enum stamp_zone zone);
