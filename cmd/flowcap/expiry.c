/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcap/expiry.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "flowcap/program_log.h"

/* Delay after a slot's end, so that its file is there. */
#define AFTER_S 2

/* Scanning a large archive takes long: pauses are this many times as long as a scan, but an hour at most. */
#define REST_TIMES 50
#define REST_S_MAX 3600

struct expiry {
	struct retain_options retain;	/* under the lock */
	bool changed_limits;		/* the same */
	struct expiry_state state;	/* the same, without the limits */
	uint32_t slot_s;
	const char **directory;
	size_t directories;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	atomic_bool ended;
};

static void
tell_gone(void *context, const char *path, uint64_t bytes)
{
	(void)context;
	log_line(LOG_LEVEL_DETAIL, "expired: %s, %" PRIu64 " bytes", path, bytes);
}

static void
tell_problem(void *context, const char *message)
{
	(void)context;
	log_line(LOG_LEVEL_ERROR, "expiry: %s", message);
}

static bool
is_ended(void *context)
{
	const struct expiry *e = context;

	return atomic_load(&e->ended);
}

static void
expire(struct expiry *e)
{
	struct retain_options retain;
	struct retain_sum sum;

	(void)pthread_mutex_lock(&e->lock);
	retain = e->retain;
	e->changed_limits = false;
	(void)pthread_mutex_unlock(&e->lock);
	if (retain_limits_empty(&retain.limits))
		return;
	retain.now_ms = (int64_t)time(NULL) * 1000;
	if (retain_run(e->directory, e->directories, &retain, &sum) != FLOW_OK)
		log_line(LOG_LEVEL_ERROR, "expiry: out of memory");
	(void)pthread_mutex_lock(&e->lock);
	e->state.kept_bytes = sum.kept_bytes;
	e->state.archives = sum.archives;
	e->state.removed_bytes += e->state.looks > 0 ? sum.bytes : 0;
	e->state.looks++;
	(void)pthread_mutex_unlock(&e->lock);
	if (sum.files > 0)
		log_line(LOG_LEVEL_INFO, "expired: files %" PRIu64 ", bytes %" PRIu64 ", directories %" PRIu64
		    "; kept: files %" PRIu64, sum.files, sum.bytes, sum.directories, sum.kept_files);
}

/* The end of the slot of this time, or later. */
static struct timespec
next_time(const struct expiry *e, time_t now, time_t took_s)
{
	time_t next = (now / (time_t)e->slot_s + 1) * (time_t)e->slot_s + AFTER_S;
	time_t rest = took_s * REST_TIMES < REST_S_MAX ? took_s * REST_TIMES : REST_S_MAX;

	return (struct timespec){ .tv_sec = next > now + rest ? next : now + rest };
}

static void *
run(void *argument)
{
	struct expiry *e = argument;
	struct timespec next;
	time_t begin;

	priority_take(PRIORITY_LATER);
	while (!atomic_load(&e->ended)) {
		begin = time(NULL);
		expire(e);
		next = next_time(e, time(NULL), time(NULL) - begin);
		(void)pthread_mutex_lock(&e->lock);
		while (!atomic_load(&e->ended) && !e->changed_limits &&
		    pthread_cond_timedwait(&e->changed, &e->lock, &next) == 0)
			;
		(void)pthread_mutex_unlock(&e->lock);
	}
	return NULL;
}

static bool
take_directories(struct expiry *e, const struct collect_options *o)
{
	size_t i;

	e->directory = calloc(o->sources + 2, sizeof(*e->directory));
	if (e->directory == NULL)
		return false;
	if (o->directory != NULL)
		e->directory[e->directories++] = o->directory;
	if (o->dynamic != NULL)
		e->directory[e->directories++] = o->dynamic;
	for (i = 0; i < o->sources; i++)
		e->directory[e->directories++] = o->source[i].directory;
	return true;
}

static void
release(struct expiry *e)
{
	(void)pthread_cond_destroy(&e->changed);
	(void)pthread_mutex_destroy(&e->lock);
	free(e->directory);
	free(e);
}

bool
expiry_start(const struct options *options, struct expiry **expiry)
{
	struct expiry *e;

	*expiry = NULL;
	/* A file of settings may add limits later. */
	if (retain_limits_empty(&options->retain.limits) && options->config == NULL)
		return true;
	e = calloc(1, sizeof(*e));
	if (e == NULL) {
		log_line(LOG_LEVEL_ERROR, "out of memory");
		return false;
	}
	e->retain = options->retain;
	e->retain.zone = options->collect.zone;
	e->retain.context = e;
	e->retain.problem = tell_problem;
	e->retain.stop = is_ended;
	e->retain.gone = options->verbose > 0 ? tell_gone : NULL;
	e->slot_s = options->collect.slot_s;
	(void)pthread_mutex_init(&e->lock, NULL);
	(void)pthread_cond_init(&e->changed, NULL);
	if (!take_directories(e, &options->collect) || pthread_create(&e->thread, NULL, run, e) != 0) {
		log_line(LOG_LEVEL_ERROR, "no thread for the expiry can be started");
		release(e);
		return false;
	}
	*expiry = e;
	return true;
}

void
expiry_change(struct expiry *expiry, const struct retain_options *retain)
{
	if (expiry == NULL)
		return;
	(void)pthread_mutex_lock(&expiry->lock);
	expiry->retain.limits = retain->limits;
	expiry->retain.each = retain->each;
	expiry->changed_limits = true;
	(void)pthread_cond_signal(&expiry->changed);
	(void)pthread_mutex_unlock(&expiry->lock);
}

void
expiry_state(struct expiry *expiry, struct expiry_state *state)
{
	*state = (struct expiry_state){ .looks = 0 };
	if (expiry == NULL)
		return;
	(void)pthread_mutex_lock(&expiry->lock);
	*state = expiry->state;
	state->limits = expiry->retain.limits;
	state->each = expiry->retain.each;
	(void)pthread_mutex_unlock(&expiry->lock);
}

void
expiry_stop(struct expiry *expiry)
{
	if (expiry == NULL)
		return;
	(void)pthread_mutex_lock(&expiry->lock);
	atomic_store(&expiry->ended, true);
	(void)pthread_cond_signal(&expiry->changed);
	(void)pthread_mutex_unlock(&expiry->lock);
	(void)pthread_join(expiry->thread, NULL);
	release(expiry);
}
