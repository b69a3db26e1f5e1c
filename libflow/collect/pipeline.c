/* SPDX-License-Identifier: BSD-2-Clause */
#include "collect/pipeline.h"

#include <stdlib.h>

#include "collect/command.h"
#include "collect/announcements.h"
#include "collect/metrics.h"

#define THREADS_MAX 256

/* A group to encode, or (builder NULL) a slot to finish. */
struct job {
	struct slot *slot;
	size_t number;			/* of the group; how many groups the slot has */
	struct flow_builder *builder;
	struct slot_end end;
	struct job *next;
};

struct pipeline {
	const struct log *log;
	struct command *command;	/* NULL: none */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct job *first, **last;	/* a queue */
	struct flow_builder **idle;
	unsigned idle_count, made, builders;
	bool closed, failed;
	uint64_t rows;
	pthread_t thread[THREADS_MAX];
	unsigned threads;
};

static void
run_group(struct pipeline *p, struct job *job)
{
	struct flow_group *group = NULL;
	struct flow_error err;
	bool done;

	if (flow_group_encode(flow_builder_batch(job->builder), &job->slot->options->writer, &group, &err) !=
	    FLOW_OK)
		log_to(p->log, LOG_LEVEL_ERROR, "%s", err.message);
	flow_builder_clear(job->builder);
	(void)pthread_mutex_lock(&p->lock);
	p->idle[p->idle_count++] = job->builder;
	(void)pthread_cond_broadcast(&p->changed);
	(void)pthread_mutex_unlock(&p->lock);
	done = slot_write(job->slot, job->number, group);
	(void)pthread_mutex_lock(&p->lock);
	p->failed |= !done;
	(void)pthread_mutex_unlock(&p->lock);
}

static void
run_end(struct pipeline *p, struct job *job)
{
	uint64_t rows;
	const struct collect_options *options = job->slot->options;
	bool done = slot_finish(job->slot, job->number, &job->end, &rows);

	if (done && job->slot->path != NULL)
		command_run(p->command, options, job->slot->path, job->slot->start_ms);
	slot_free(job->slot);
	if (job->end.announcements.len > 0)
		done = announcements_write(options, &job->end.announcements) && done;
	if (job->end.metrics.len > 0)
		(void)metrics_write(options, &job->end.metrics);
	buf_release(&job->end.exporters);
	buf_release(&job->end.metrics);
	buf_release(&job->end.announcements);
	(void)pthread_mutex_lock(&p->lock);
	p->failed |= !done;
	p->rows += rows;
	(void)pthread_mutex_unlock(&p->lock);
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
	}
	(void)pthread_mutex_unlock(&p->lock);
	return job;
}

/* Jobs are taken in their order, so whoever waits for its turn waits for one that runs. */
static void *
encoder(void *argument)
{
	struct pipeline *p = argument;
	struct job *job;

	while ((job = next_job(p)) != NULL) {
		if (job->builder != NULL)
			run_group(p, job);
		else
			run_end(p, job);
		free(job);
	}
	return NULL;
}

struct pipeline *
pipeline_new(const struct collect_options *options, unsigned builders)
{
	struct pipeline *p = calloc(1, sizeof(*p));
	unsigned i;

	if (p != NULL)
		p->idle = calloc(builders, sizeof(struct flow_builder *));
	if (p == NULL || p->idle == NULL) {
		log_to(options->log, LOG_LEVEL_ERROR, "out of memory");
		free(p);
		return NULL;
	}
	p->log = options->log;
	p->builders = builders;
	p->last = &p->first;
	(void)pthread_mutex_init(&p->lock, NULL);
	(void)pthread_cond_init(&p->changed, NULL);
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

bool
pipeline_more(struct pipeline *p)
{
	struct flow_builder **bigger;

	(void)pthread_mutex_lock(&p->lock);
	bigger = realloc(p->idle, (p->builders + 1) * sizeof(struct flow_builder *));
	if (bigger != NULL) {
		p->idle = bigger;
		p->builders++;
	}
	(void)pthread_mutex_unlock(&p->lock);
	return bigger != NULL;
}

struct flow_builder *
pipeline_builder(struct pipeline *p)
{
	struct flow_builder *b = NULL;

	(void)pthread_mutex_lock(&p->lock);
	while (p->idle_count == 0 && p->made == p->builders)
		(void)pthread_cond_wait(&p->changed, &p->lock);
	if (p->idle_count > 0) {
		b = p->idle[--p->idle_count];
	} else {
		b = flow_builder_new();
		p->made += b != NULL;
	}
	(void)pthread_mutex_unlock(&p->lock);
	return b;
}

static void
submit(struct pipeline *p, struct job job)
{
	struct job *copy = malloc(sizeof(*copy));

	/* Some hundred bytes: whoever cannot have them cannot write a file either. */
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
	submit(p, (struct job){ .slot = slot, .number = number, .builder = builder });
}

void
pipeline_end(struct pipeline *p, struct slot *slot, size_t groups, struct slot_end end)
{
	submit(p, (struct job){ .slot = slot, .number = groups, .end = end });
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
	(void)pthread_mutex_destroy(&p->lock);
	free(p->idle);
	free(p);
	return done;
}
