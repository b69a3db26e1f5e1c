/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The two clocks, in milliseconds. */

#include <stdint.h>
#include <time.h>

static inline int64_t
clock_of(clockid_t which)
{
	struct timespec t = { 0, 0 };

	(void)clock_gettime(which, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Milliseconds since 1970 (UTC); it jumps when somebody sets it. */
static inline int64_t
clock_wall_ms(void)
{
	return clock_of(CLOCK_REALTIME);
}

/* Milliseconds since some moment; it never jumps: for intervals and time-outs. */
static inline int64_t
clock_steady_ms(void)
{
	return clock_of(CLOCK_MONOTONIC);
}

/* `ms` from now on by a clock, for pthread_cond_timedwait. */
static inline struct timespec
clock_after(clockid_t which, unsigned ms)
{
	struct timespec t = { 0, 0 };

	(void)clock_gettime(which, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}
