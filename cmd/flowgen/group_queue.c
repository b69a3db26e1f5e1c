/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowgen/group_queue.h"

#include <pthread.h>
#include <stdlib.h>

#include "common/cli.h"

#define JOBS_MAX 4

/* A row group to be written. */
struct job {
	struct group_queue *queue;
	struct flow_builder *builder;
	struct flow_writer *writer;
	struct file_end end;
	bool last;
	uint64_t number;
	pthread_t thread;
	bool running;
};

struct group_queue {
	const struct flow_writer_options *options;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	uint64_t put, written;		/* groups so far; written in the order of put */
	int status;			/* CLI_FAILURE: no more is written */
	unsigned jobs;
	struct job job[JOBS_MAX];
};

struct group_queue *
group_queue_new(const struct flow_writer_options *options, unsigned threads)
{
	struct group_queue *q = calloc(1, sizeof(*q));

	if (q == NULL)
		return NULL;
	q->options = options;
	q->jobs = threads < JOBS_MAX ? threads : JOBS_MAX;
	if (pthread_mutex_init(&q->lock, NULL) != 0) {
		free(q);
		return NULL;
	}
	if (pthread_cond_init(&q->changed, NULL) != 0) {
		(void)pthread_mutex_destroy(&q->lock);
		free(q);
		return NULL;
	}
	return q;
}

static int
encode(const struct job *job, struct flow_group **group)
{
	const struct flow_batch *batch = flow_builder_batch(job->builder);
	struct flow_error err;

	*group = NULL;
	if (batch == NULL)
		return cli_fail("out of memory");
	if (batch->rows > 0 && flow_group_encode(batch, job->queue->options, group, &err) != FLOW_OK)
		return cli_fail_error(&err);
	return CLI_OK;
}

/* Writes the group, and with the last one the metadata. */
static int
write_out(const struct job *job, struct flow_group *group)
{
	const struct file_end *end = &job->end;
	struct flow_error err;

	if (group != NULL && flow_writer_append(job->writer, group, &err) != FLOW_OK)
		return cli_fail_error(&err);
	if (!job->last)
		return CLI_OK;
	flow_writer_loss(job->writer, end->lost, 0);
	if (flow_writer_metadata(job->writer, "flow.exporters", (const char *)end->exporters.data, end->exporters.len,
	    &err) != FLOW_OK)
		return cli_fail_error(&err);
	return CLI_OK;
}

/* Writes the group if `status` is good so far, and closes the file after the last. */
static int
finish(struct job *job, struct flow_group *group, int status)
{
	struct flow_error err;

	if (status == CLI_OK)
		status = write_out(job, group);
	else
		flow_group_free(group);
	if (job->last && status != CLI_OK)
		flow_writer_abort(job->writer);
	else if (job->last && flow_writer_close(job->writer, &err) != FLOW_OK)
		status = cli_fail_error(&err);
	return status;
}

static void *
work(void *argument)
{
	struct job *job = argument;
	struct group_queue *q = job->queue;
	struct flow_group *group;
	int status = encode(job, &group);

	(void)pthread_mutex_lock(&q->lock);
	while (q->written != job->number)
		(void)pthread_cond_wait(&q->changed, &q->lock);
	if (q->status != CLI_OK)
		status = q->status;
	/* No other thread writes during this one's turn. */
	(void)pthread_mutex_unlock(&q->lock);
	status = finish(job, group, status);
	(void)pthread_mutex_lock(&q->lock);
	q->status = status;
	q->written++;
	(void)pthread_cond_broadcast(&q->changed);
	(void)pthread_mutex_unlock(&q->lock);
	return NULL;
}

static void
join(struct job *job)
{
	if (job->running)
		(void)pthread_join(job->thread, NULL);
	job->running = false;
	buf_release(&job->end.exporters);
}

/* Copies the file's end, because the job may outlive the caller's. */
static bool
take_end(struct job *job, const struct file_end *end)
{
	job->end = (struct file_end){ BUF_INIT, 0 };
	job->last = end != NULL;
	if (end == NULL)
		return true;
	job->end.lost = end->lost;
	buf_append(&job->end.exporters, end->exporters.data, end->exporters.len);
	return !job->end.exporters.failed;
}

static int
status_of(struct group_queue *q)
{
	int status;

	(void)pthread_mutex_lock(&q->lock);
	status = q->status;
	(void)pthread_mutex_unlock(&q->lock);
	return status;
}

int
group_queue_put(struct group_queue *q, struct flow_writer *writer, struct flow_builder **builder,
    const struct file_end *end)
{
	struct job *job = &q->job[q->jobs > 0 ? q->put % q->jobs : 0];
	struct flow_builder *other;

	join(job);
	/* Without threads one builder is enough. */
	other = q->jobs == 0 ? *builder : job->builder != NULL ? job->builder : flow_builder_new();
	if (other == NULL || !take_end(job, end)) {
		job->builder = other != *builder ? other : NULL;
		if (end != NULL)
			flow_writer_abort(writer);
		return cli_fail("out of memory");
	}
	job->queue = q;
	job->builder = *builder;
	job->writer = writer;
	job->number = q->put++;
	*builder = other;
	job->running = q->jobs > 0 && pthread_create(&job->thread, NULL, work, job) == 0;
	if (!job->running)
		(void)work(job);
	flow_builder_clear(other);
	if (other == job->builder)
		job->builder = NULL;
	return status_of(q);
}

int
group_queue_free(struct group_queue *q)
{
	int status;
	unsigned i;

	if (q == NULL)
		return CLI_OK;
	for (i = 0; i < JOBS_MAX; i++) {
		join(&q->job[i]);
		flow_builder_free(q->job[i].builder);
	}
	status = q->status;
	(void)pthread_cond_destroy(&q->changed);
	(void)pthread_mutex_destroy(&q->lock);
	free(q);
	return status;
}
