/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The times of a run's flows: even, or distributed as in real traffic.  The number of flows and the duration of
 * the run stay the same; only the number in each minute changes.
 *
 * Noise is a sum of steps of many lengths, each twice as long as the one before, so that hours vary as much as
 * seconds: traffic is self-similar (Leland, Taqqu, Willinger and Wilson, "On the self-similar nature of Ethernet
 * traffic", 1994).  The day has its minimum before dawn and its maximum in the evening, and weekends begin later,
 * as in residential networks (Feldmann and others, "The lockdown effect", 2020, for workdays and weekends);
 * the figures of each hour are our own.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

enum curve_kind {
	CURVE_FLAT,
	CURVE_NOISE,
	CURVE_DAY,	/* noise, times the daily and weekly pattern in UTC */
};

#define CURVE_WEEK 168	/* hours, from Monday 00:00 */

/* Steps of step_ms: rows [row[k], row[k + 1]) are spread evenly over step k. */
struct curve {
	int64_t start_ms, step_ms, end_ms;
	uint32_t steps, cursor;
	uint64_t *row;		/* steps + 1 */
};

/*
 * Distributes `rows` (> 0) rows over [start_ms, end_ms); `kind` is not CURVE_FLAT.  `week` has the weight of each
 * hour, below 2^20 and not all 0; NULL: the built-in ones.  False when out of memory.
 */
bool curve_init(struct curve *c, enum curve_kind kind, uint64_t seed, int64_t start_ms, int64_t end_ms,
    uint64_t rows, const uint32_t *week) NODISCARD;
void curve_release(struct curve *c);

/* The time of row n; n must not decrease from call to call. */
int64_t curve_ms(struct curve *c, uint64_t n);
