/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * When the flows of a run come: evenly, or as traffic does.  A run of a given number of flows and a given time
 * keeps both; what changes is how many there are in each minute.
 *
 * Noise is a sum of steps of many lengths, each twice as long as the one before, so that hours differ as seconds
 * do: traffic is self-similar (Leland, Taqqu, Willinger and Wilson, "On the self-similar nature of Ethernet
 * traffic", 1994).  The day has its least before dawn and its most in the evening, and weekends begin later, as
 * residential networks have it (Feldmann and others, "The lockdown effect", 2020, for workdays and weekends);
 * the figures of each hour are ours.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

enum curve_kind {
	CURVE_FLAT,
	CURVE_NOISE,
	CURVE_DAY,	/* noise, and day and week in UTC */
};

#define CURVE_WEEK 168	/* hours, from Monday 00:00 */

/* Steps as long as step_ms: rows [row[k], row[k + 1]) come evenly in the k-th. */
struct curve {
	int64_t start_ms, step_ms, end_ms;
	uint32_t steps, cursor;
	uint64_t *row;		/* steps + 1 */
};

/*
 * `rows` (> 0) rows in [start_ms, end_ms), of another kind than flat.  `week` has the weight of each hour, not all
 * 0, below 2^20; NULL: the usual ones.  False when out of memory.
 */
bool curve_init(struct curve *c, enum curve_kind kind, uint64_t seed, int64_t start_ms, int64_t end_ms,
    uint64_t rows, const uint32_t *week) NODISCARD;
void curve_release(struct curve *c);

/* When row n comes; n never decreases from call to call. */
int64_t curve_ms(struct curve *c, uint64_t n);
