/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/encode_queue.h"

#include <pthread.h>
#include <stdlib.h>

struct job {
	const struct flow_writer_options *options;
	struct gather *rows;
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

static void *
encode(void *argument)
{
	struct job *job = argument;

	job->status = flow_group_encode(gather_batch(job->rows), job->options, &job->group, &job->error);
	return NULL;
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
	}
	free(q);
}

bool
encode_queue_full(const struct encode_queue *q)
{
	return q->count == q->size;
}

enum flow_status
encode_queue_put(struct encode_queue *q, struct gather **rows, struct flow_error *err)
{
	struct job *job = &q->job[(q->first + q->count) % q->size];
	struct gather *other = job->rows != NULL ? job->rows : gather_new();

	if (other == NULL)
		return flow_fail_memory(err);
	job->rows = *rows;
	job->options = &q->options;
	*rows = other;
	q->count++;
	job->has_thread = pthread_create(&job->thread, NULL, encode, job) == 0;
	if (!job->has_thread)
		(void)encode(job);
	return FLOW_OK;
}

enum flow_status
encode_queue_take(struct encode_queue *q, struct flow_group **group, struct flow_error *err)
{
	struct job *job = &q->job[q->first];

	if (q->count == 0)
		return FLOW_END;
	finish(job);
	gather_clear(job->rows);
	*group = job->group;
	job->group = NULL;
	q->first = (q->first + 1) % q->size;
	q->count--;
	return job->status == FLOW_OK ? FLOW_OK :
	    flow_fail(err, job->status, job->error.offset, "%s", job->error.message);
}
