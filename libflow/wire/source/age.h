/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * How old things are, by a clock that no step of the system's moves.  It goes on with receive
 * times, but by AGE_STEP_MAX_MS at most for each: a clock that is set forward by a day ages
 * nothing by a day, and one that is set back makes nothing younger.  Where nothing is received
 * for longer than that, ages stand still: what is not used is kept longer, never shorter.
 */

#include <stdbool.h>
#include <stdint.h>

#define AGE_STEP_MAX_MS 60000
/* A receive time that much before the latest one is of another clock, not late. */
#define AGE_BACK_MS 600000

struct age_clock {
	int64_t now_ms;		/* what ages are measured from; begins at 0 */
	int64_t latest_ms;	/* greatest receive time since the system's clock was set back */
	bool begun;
};

static inline void
age_clock_see(struct age_clock *c, int64_t received_ms)
{
	if (!c->begun || received_ms < c->latest_ms - AGE_BACK_MS) {
		c->begun = true;
		c->latest_ms = received_ms;
	} else if (received_ms > c->latest_ms) {
		int64_t step = received_ms - c->latest_ms;

		c->now_ms += step < AGE_STEP_MAX_MS ? step : AGE_STEP_MAX_MS;
		c->latest_ms = received_ms;
	}
}
