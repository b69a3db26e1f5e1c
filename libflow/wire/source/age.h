/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A clock for ages that steps of the system's clock do not move.  It advances with receive
 * times, by at most AGE_STEP_MAX_MS each: setting the system's clock forward by a day ages
 * nothing by a day, and setting it back makes nothing younger.  When nothing is received
 * for longer than that, ages stand still: unused entries are kept longer, never shorter.
 */

#include <stdbool.h>
#include <stdint.h>

#define AGE_STEP_MAX_MS 60000
/* A receive time this much before the latest one means that the clock was set back, not that it is late. */
#define AGE_BACK_MS 600000

struct age_clock {
	int64_t now_ms;		/* ages are measured by this; begins at 0 */
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
