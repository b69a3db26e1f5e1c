/* SPDX-License-Identifier: BSD-2-Clause */
#include "collect/pipeline.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "collect/command.h"
#include "collect/metrics.h"
#include "collect/priority.h"

#define THREADS_MAX 256

/* A job: a group to encode, a look at a slot, or (without builder and look) a slot to finish. */
struct job {
	struct slot *slot;
	size_t number;			/* of the group; how many groups the slot has */
	struct look *look;
	struct flow_builder *builder;
	struct slot_end end;
	struct filing_entry *entry;	/* of the slot; NULL: none */
	struct job *next;
};

struct pipeline {
	const struct log *log;
	struct command *command;	/* NULL: none */
	pthread_mutex_t lock;
	pthread_cond_t changed, finished;	/* anything; a slot */
	struct job *first, **last;	/* a queue */
	struct flow_builder **idle;	/* at most `groups_max` */
	unsigned idle_count;
	unsigned groups, groups_max;	/* that wait or are being encoded */
	bool closed, failed;
	uint64_t rows, files, bytes, own_bytes, lost_slots;
	int64_t own_until_ms;
	uint64_t ends, ends_begun, ends_done;	/* of slots */
	pthread_t thread[THREADS_MAX];
	unsigned threads;
};

static void
run_group(struct pipeline *p, struct job *job)
{
	struct flow_group *group = NULL;
	struct flow_error err;

	if (flow_group_encode(flow_builder_batch(job->builder), &job->slot->options->writer, &group, &err) !=
	    FLOW_OK)
		log_to(p->log, LOG_LEVEL_ERROR, "%s", err.message);
	pipeline_discard(p, job->builder);
	/* The end of the slot reports this, too. */
	(void)slot_write(job->slot, job->number, group);
	(void)pthread_mutex_lock(&p->lock);
	p->groups--;
	(void)pthread_cond_broadcast(&p->changed);
	(void)pthread_mutex_unlock(&p->lock);
}

/* What it costs is what encoding these rows costs. */
static void
run_look(struct pipeline *p, struct job *job)
{
	struct flow_group *rows = NULL;
	struct look_part part;
	struct flow_error err;
	bool done = job->builder == NULL || flow_group_encode(flow_builder_batch(job->builder),
	    &job->slot->options->writer, &rows, &err) == FLOW_OK;

	pipeline_discard(p, job->builder);
	done = done && slot_look(job->slot, job->number, rows, &job->end.exporters, look_journal(job->look), &part);
	buf_release(&job->end.exporters);
	slot_free(job->slot);
	look_add(job->look, done ? &part : NULL);
}

static void
run_end(struct pipeline *p, struct job *job)
{
	uint64_t rows, bytes = 0;
	struct stat file;
	const struct collect_options *options = job->slot->options;
	bool done = slot_finish(job->slot, job->number, &job->end, &rows);

	if (done && job->slot->path != NULL && stat(job->slot->path, &file) == 0)
		bytes = (uint64_t)file.st_size;
	if (done && job->slot->path != NULL)
		command_run(p->command, options, job->slot->path, job->slot->start_ms);
	slot_free(job->slot);
	if (job->end.metrics.len > 0)
		(void)metrics_write(options, &job->end.metrics);
	buf_release(&job->end.exporters);
	buf_release(&job->end.metrics);
	(void)pthread_mutex_lock(&p->lock);
	p->failed |= !done && job->entry == NULL;
	p->lost_slots += !done && job->entry == NULL;
	p->rows += rows;
	p->files += bytes > 0;
	p->bytes += bytes;
	if (bytes > 0 && !job->end.left) {
		p->own_bytes += bytes;
		p->own_until_ms = clock_wall_ms();
	}
	(void)pthread_mutex_unlock(&p->lock);
	if (job->entry != NULL)
		filing_slot_end(job->entry, options->directory, done);
	if (done && job->end.again != NULL)
		filing_slot_note(job->end.again, options->directory);
	(void)pthread_mutex_lock(&p->lock);
	p->ends_done++;
	(void)pthread_cond_broadcast(&p->finished);
	(void)pthread_mutex_unlock(&p->lock);
}

static bool
is_end(const struct job *job)
{
	return job->builder == NULL && job->look == NULL;
}

static struct job *
next_job(struct pipeline *p)
{
	struct job *job;

	(void)pthread_mutex_lock(&p->lock);
	while (p->first == NULL && !p->closed)
		(void)pthread_cond_wait(&p->changed, &p->lock);
	job = p->first;
	if (job != NULL) {
		p->first = job->next;
		if (p->first == NULL)
			p->last = &p->first;
		p->ends_begun += is_end(job);
	}
	(void)pthread_mutex_unlock(&p->lock);
	return job;
}

/* Jobs start in order, so a job that waits for its turn waits for a running one. */
static void *
encoder(void *argument)
{
	struct pipeline *p = argument;
	struct job *job;

	priority_take(PRIORITY_LATER);
	while ((job = next_job(p)) != NULL) {
		if (job->look != NULL)
			run_look(p, job);
		else if (job->builder != NULL)
			run_group(p, job);
		else
			run_end(p, job);
		free(job);
	}
	return NULL;
}

struct pipeline *
pipeline_new(const struct collect_options *options, unsigned groups)
{
	struct pipeline *p = calloc(1, sizeof(*p));
	pthread_condattr_t attributes;
	unsigned i;

	if (p != NULL)
		p->idle = calloc(groups, sizeof(struct flow_builder *));
	if (p == NULL || p->idle == NULL) {
		log_to(options->log, LOG_LEVEL_ERROR, "out of memory");
		free(p);
		return NULL;
	}
	p->log = options->log;
	p->groups_max = groups;
	p->last = &p->first;
	(void)pthread_mutex_init(&p->lock, NULL);
	(void)pthread_cond_init(&p->changed, NULL);
	(void)pthread_condattr_init(&attributes);
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&p->finished, &attributes);
	(void)pthread_condattr_destroy(&attributes);
	for (i = 0; i < options->threads && i < THREADS_MAX; i++)
		if (pthread_create(&p->thread[p->threads], NULL, encoder, p) == 0)
			p->threads++;
	if (p->threads == 0) {
		log_to(options->log, LOG_LEVEL_ERROR, "no thread can be started");
		(void)pipeline_finish(p, NULL);
		return NULL;
	}
	if (options->command != NULL && (p->command = command_new(options)) == NULL) {
		(void)pipeline_finish(p, NULL);
		return NULL;
	}
	return p;
}

struct flow_builder *
pipeline_builder(struct pipeline *p)
{
	struct flow_builder *b = NULL;

	(void)pthread_mutex_lock(&p->lock);
	if (p->idle_count > 0)
		b = p->idle[--p->idle_count];
	(void)pthread_mutex_unlock(&p->lock);
	return b != NULL ? b : flow_builder_new();
}

void
pipeline_discard(struct pipeline *p, struct flow_builder *builder)
{
	bool kept;

	if (builder == NULL)
		return;
	flow_builder_clear(builder);
	(void)pthread_mutex_lock(&p->lock);
	kept = p->idle_count < p->groups_max;
	if (kept)
		p->idle[p->idle_count++] = builder;
	(void)pthread_mutex_unlock(&p->lock);
	if (!kept)
		flow_builder_free(builder);
}

static void
submit(struct pipeline *p, struct job job)
{
	struct job *copy = malloc(sizeof(*copy));

	/* Some hundred bytes; without them no file could be written either. */
	if (copy == NULL) {
		log_to(p->log, LOG_LEVEL_ERROR, "out of memory: stopped");
		abort();
	}
	*copy = job;
	copy->next = NULL;
	(void)pthread_mutex_lock(&p->lock);
	*p->last = copy;
	p->last = &copy->next;
	(void)pthread_cond_broadcast(&p->changed);
	(void)pthread_mutex_unlock(&p->lock);
}

void
pipeline_group(struct pipeline *p, struct slot *slot, size_t number, struct flow_builder *builder)
{
	(void)pthread_mutex_lock(&p->lock);
	while (p->groups == p->groups_max)
		(void)pthread_cond_wait(&p->changed, &p->lock);
	p->groups++;
	(void)pthread_mutex_unlock(&p->lock);
	submit(p, (struct job){ .slot = slot, .number = number, .builder = builder });
}

void
pipeline_end(struct pipeline *p, struct slot *slot, size_t groups, struct slot_end end,
    struct filing_entry *entry)
{
	if (entry != NULL)
		filing_slot_begin(entry);
	(void)pthread_mutex_lock(&p->lock);
	p->ends++;
	(void)pthread_mutex_unlock(&p->lock);
	submit(p, (struct job){ .slot = slot, .number = groups, .end = end, .entry = entry });
}

void
pipeline_look(struct pipeline *p, struct slot *slot, size_t groups, struct flow_builder *rows, struct buf *exporters,
    struct look *look)
{
	slot_hold(slot);
	submit(p, (struct job){ .slot = slot, .number = groups, .builder = rows, .look = look,
		.end = { .exporters = *exporters, .metrics = BUF_INIT } });
}

uint64_t
pipeline_ends(struct pipeline *p)
{
	return p->ends;
}

uint64_t
pipeline_ends_begun(struct pipeline *p)
{
	uint64_t n;

	(void)pthread_mutex_lock(&p->lock);
	n = p->ends_begun;
	(void)pthread_mutex_unlock(&p->lock);
	return n;
}

bool
pipeline_await_ends(struct pipeline *p, uint64_t ends, const struct timespec *until)
{
	bool done;
	int waited = 0;

	(void)pthread_mutex_lock(&p->lock);
	while (p->ends_done < ends && waited == 0)
		waited = pthread_cond_timedwait(&p->finished, &p->lock, until);
	done = p->ends_done >= ends;
	(void)pthread_mutex_unlock(&p->lock);
	return done;
}

void
pipeline_written(struct pipeline *p, struct pipeline_sum *sum)
{
	(void)pthread_mutex_lock(&p->lock);
	*sum = (struct pipeline_sum){ p->files, p->rows, p->bytes, p->own_bytes, p->lost_slots,
		p->own_until_ms };
	(void)pthread_mutex_unlock(&p->lock);
}

bool
pipeline_finish(struct pipeline *p, uint64_t *rows)
{
	bool done;
	unsigned i;

	(void)pthread_mutex_lock(&p->lock);
	p->closed = true;
	(void)pthread_cond_broadcast(&p->changed);
	(void)pthread_mutex_unlock(&p->lock);
	for (i = 0; i < p->threads; i++)
		(void)pthread_join(p->thread[i], NULL);
	command_finish(p->command);
	done = !p->failed;
	if (rows != NULL)
		*rows = p->rows;
	for (i = 0; i < p->idle_count; i++)
		flow_builder_free(p->idle[i]);
	(void)pthread_cond_destroy(&p->changed);
	(void)pthread_cond_destroy(&p->finished);
	(void)pthread_mutex_destroy(&p->lock);
	free(p->idle);
	free(p);
	return done;
}
