/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Lets a thread sleep until another has work for it; waking one that is awake costs one load. */

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>

#include "base/clock.h"

/* A monotonic clock, where condition variables support it. */
#if defined(__APPLE__)
#define WAKEUP_CLOCK CLOCK_REALTIME
#else
#define WAKEUP_CLOCK CLOCK_MONOTONIC
#endif

struct wakeup {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	atomic_bool sleeps;
	bool woken;
};

static inline void
wakeup_init(struct wakeup *w)
{
	pthread_condattr_t attributes;

	(void)pthread_mutex_init(&w->lock, NULL);
	(void)pthread_condattr_init(&attributes);
#if !defined(__APPLE__)
	(void)pthread_condattr_setclock(&attributes, WAKEUP_CLOCK);
#endif
	(void)pthread_cond_init(&w->changed, &attributes);
	(void)pthread_condattr_destroy(&attributes);
	atomic_init(&w->sleeps, false);
	w->woken = false;
}

static inline void
wakeup_destroy(struct wakeup *w)
{
	(void)pthread_cond_destroy(&w->changed);
	(void)pthread_mutex_destroy(&w->lock);
}

/* Announces that this thread is going to sleep: check for work once more, then wakeup_wait or wakeup_stay. */
static inline void
wakeup_prepare(struct wakeup *w)
{
	atomic_store(&w->sleeps, true);
}

static inline void
wakeup_stay(struct wakeup *w)
{
	atomic_store(&w->sleeps, false);
}

/* Sleeps until wakeup_wake is called after wakeup_prepare, or that time is over. */
static inline void
wakeup_wait(struct wakeup *w, long ms)
{
	struct timespec until = clock_after(WAKEUP_CLOCK, (unsigned)ms);

	(void)pthread_mutex_lock(&w->lock);
	while (!w->woken && pthread_cond_timedwait(&w->changed, &w->lock, &until) != ETIMEDOUT)
		;
	w->woken = false;
	atomic_store(&w->sleeps, false);
	(void)pthread_mutex_unlock(&w->lock);
}

/*
 * As wakeup_wake, for a thread that must not wait: the other may be of lower priority, and be preempted while
 * it holds the lock.  Then it stays asleep until the next call or its time-out.
 */
static inline void
wakeup_hint(struct wakeup *w)
{
	if (!atomic_load(&w->sleeps) || pthread_mutex_trylock(&w->lock) != 0)
		return;
	w->woken = true;
	(void)pthread_cond_signal(&w->changed);
	(void)pthread_mutex_unlock(&w->lock);
}

static inline void
wakeup_wake(struct wakeup *w)
{
	if (!atomic_load(&w->sleeps))
		return;
	(void)pthread_mutex_lock(&w->lock);
	w->woken = true;
	(void)pthread_cond_signal(&w->changed);
	(void)pthread_mutex_unlock(&w->lock);
}
