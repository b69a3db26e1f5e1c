/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/encode_queue.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "store/row_pick.h"

struct job {
	const struct flow_writer_options *options;
	struct gather *rows;		/* to be encoded, unless */
	const struct flow_batch *batch;	/* this is not NULL: then */
	const uint32_t *row;		/* these rows of it */
	size_t count;			/* how many */
	uint32_t *order;		/* of gathered rows, owned; NULL: as gathered */
	struct row_pick *pick;
	struct flow_group *group;
	enum flow_status status;
	struct flow_error error;
	pthread_t thread;
	bool has_thread;
};

struct encode_queue {
	struct flow_writer_options options;
	unsigned size, first, count;
	struct job job[];
};

struct encode_queue *
encode_queue_new(const struct flow_writer_options *options, unsigned threads)
{
	struct encode_queue *q = calloc(1, sizeof(*q) + threads * sizeof(*q->job));

	if (q != NULL) {
		q->options = *options;
		q->size = threads;
	}
	return q;
}

static const struct flow_batch *
job_rows(struct job *job)
{
	const struct flow_batch *rows;

	if (job->batch != NULL)
		return row_pick_rows(job->pick, job->batch, job->row, job->count);
	rows = gather_batch(job->rows);
	return job->order != NULL ? row_pick_rows(job->pick, rows, job->order, rows->rows) : rows;
}

static void *
encode(void *argument)
{
	struct job *job = argument;
	const struct flow_batch *batch = job_rows(job);

	job->status = batch != NULL ? flow_group_encode(batch, job->options, &job->group, &job->error) :
	    flow_fail_memory(&job->error);
	return NULL;
}

static void
start(struct encode_queue *q, struct job *job)
{
	job->options = &q->options;
	q->count++;
	job->has_thread = pthread_create(&job->thread, NULL, encode, job) == 0;
	if (!job->has_thread)
		(void)encode(job);
}

static void
finish(struct job *job)
{
	if (job->has_thread)
		(void)pthread_join(job->thread, NULL);
	job->has_thread = false;
}

void
encode_queue_free(struct encode_queue *q)
{
	if (q == NULL)
		return;
	for (unsigned i = 0; i < q->size; i++) {
		finish(&q->job[i]);
		flow_group_free(q->job[i].group);
		gather_free(q->job[i].rows);
		free(q->job[i].order);
		row_pick_free(q->job[i].pick);
	}
	free(q);
}

bool
encode_queue_full(const struct encode_queue *q)
{
	return q->count == q->size;
}

/* The next job, which swaps the gathered rows for an empty gather; NULL when out of memory. */
static struct job *
take_gathered(struct encode_queue *q, struct gather **rows)
{
	struct job *job = &q->job[(q->first + q->count) % q->size];
	struct gather *other = job->rows != NULL ? job->rows : gather_new();

	if (other == NULL)
		return NULL;
	job->rows = *rows;
	job->batch = NULL;
	free(job->order);
	job->order = NULL;
	*rows = other;
	return job;
}

enum flow_status
encode_queue_put(struct encode_queue *q, struct gather **rows, struct flow_error *err)
{
	struct job *job = take_gathered(q, rows);

	if (job == NULL)
		return flow_fail_memory(err);
	start(q, job);
	return FLOW_OK;
}

enum flow_status
encode_queue_put_order(struct encode_queue *q, struct gather **rows, const uint32_t *order, struct flow_error *err)
{
	size_t bytes = gather_rows(*rows) * sizeof(*order);
	struct job *job = take_gathered(q, rows);

	if (job != NULL)
		job->order = malloc(bytes + 1);
	if (job == NULL || job->order == NULL || (job->pick == NULL && (job->pick = row_pick_new()) == NULL))
		return flow_fail_memory(err);
	memcpy(job->order, order, bytes);
	start(q, job);
	return FLOW_OK;
}

enum flow_status
encode_queue_put_rows(struct encode_queue *q, const struct flow_batch *batch, const uint32_t *rows, size_t n,
    struct flow_error *err)
{
	struct job *job = &q->job[(q->first + q->count) % q->size];

	if (job->pick == NULL && (job->pick = row_pick_new()) == NULL)
		return flow_fail_memory(err);
	job->batch = batch;
	job->row = rows;
	job->count = n;
	start(q, job);
	return FLOW_OK;
}

enum flow_status
encode_queue_take(struct encode_queue *q, struct flow_group **group, struct flow_error *err)
{
	struct job *job = &q->job[q->first];

	if (q->count == 0)
		return FLOW_END;
	finish(job);
	if (job->rows != NULL)
		gather_clear(job->rows);
	*group = job->group;
	job->group = NULL;
	q->first = (q->first + 1) % q->size;
	q->count--;
	return job->status == FLOW_OK ? FLOW_OK :
	    flow_fail(err, job->status, job->error.offset, "%s", job->error.message);
}
