/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/turn.h"

void
turn_init(struct turn *turn)
{
	(void)pthread_mutex_init(&turn->lock, NULL);
	(void)pthread_cond_init(&turn->moved, NULL);
	turn->head = 0;
	turn->stopped = false;
	for (size_t i = 0; i < TURN_AHEAD; i++) {
		buf_init(&turn->left[i]);
		turn->is_left[i] = false;
	}
}

void
turn_release(struct turn *turn)
{
	for (size_t i = 0; i < TURN_AHEAD; i++)
		buf_release(&turn->left[i]);
	(void)pthread_cond_destroy(&turn->moved);
	(void)pthread_mutex_destroy(&turn->lock);
}

bool
turn_is(struct turn *turn, size_t task)
{
	bool is;

	(void)pthread_mutex_lock(&turn->lock);
	is = turn->head == task;
	(void)pthread_mutex_unlock(&turn->lock);
	return is;
}

bool
turn_wait(struct turn *turn, size_t task)
{
	bool go;

	(void)pthread_mutex_lock(&turn->lock);
	while (turn->head != task && !turn->stopped)
		(void)pthread_cond_wait(&turn->moved, &turn->lock);
	go = !turn->stopped;
	(void)pthread_mutex_unlock(&turn->lock);
	return go;
}

void
turn_done(struct turn *turn)
{
	(void)pthread_mutex_lock(&turn->lock);
	turn->head++;
	(void)pthread_cond_broadcast(&turn->moved);
	(void)pthread_mutex_unlock(&turn->lock);
}

static void
exchange(struct buf *a, struct buf *b)
{
	struct buf was = *a;

	*a = *b;
	*b = was;
}

bool
turn_leave(struct turn *turn, size_t task, struct buf *result)
{
	bool may;

	(void)pthread_mutex_lock(&turn->lock);
	may = task > turn->head && task - turn->head < TURN_AHEAD;
	if (may) {
		exchange(&turn->left[task % TURN_AHEAD], result);
		turn->is_left[task % TURN_AHEAD] = true;
	}
	(void)pthread_mutex_unlock(&turn->lock);
	return may;
}

bool
turn_done_next(struct turn *turn, struct buf *result)
{
	bool *is_left, next;

	(void)pthread_mutex_lock(&turn->lock);
	turn->head++;
	is_left = &turn->is_left[turn->head % TURN_AHEAD];
	next = *is_left;
	if (next)
		exchange(&turn->left[turn->head % TURN_AHEAD], result);
	else
		(void)pthread_cond_broadcast(&turn->moved);
	*is_left = false;
	(void)pthread_mutex_unlock(&turn->lock);
	return next;
}

void
turn_stop(struct turn *turn)
{
	(void)pthread_mutex_lock(&turn->lock);
	turn->stopped = true;
	(void)pthread_cond_broadcast(&turn->moved);
	(void)pthread_mutex_unlock(&turn->lock);
}

bool
turn_stopped(struct turn *turn)
{
	bool stopped;

	(void)pthread_mutex_lock(&turn->lock);
	stopped = turn->stopped;
	(void)pthread_mutex_unlock(&turn->lock);
	return stopped;
}
