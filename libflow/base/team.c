/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/team.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct team {
	void (*work)(void *context, size_t task);
	void *context;
	size_t tasks;
	atomic_size_t next;
};

static void *
team_thread(void *argument)
{
	struct team *t = argument;
	size_t task;

	while ((task = atomic_fetch_add(&t->next, 1)) < t->tasks)
		t->work(t->context, task);
	return NULL;
}

void
team_run(size_t threads, size_t tasks, void (*work)(void *context, size_t task), void *context)
{
	struct team t = { .work = work, .context = context, .tasks = tasks };
	size_t more = threads < tasks ? threads : tasks, started = 0;
	pthread_t *thread = more > 1 ? calloc(more - 1, sizeof(*thread)) : NULL;

	while (thread != NULL && started + 1 < more &&
	    pthread_create(&thread[started], NULL, team_thread, &t) == 0)
		started++;
	(void)team_thread(&t);
	for (size_t i = 0; i < started; i++)
		(void)pthread_join(thread[i], NULL);
	free(thread);
}
