/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/turn.h"

void
turn_init(struct turn *turn)
{
	(void)pthread_mutex_init(&turn->lock, NULL);
	(void)pthread_cond_init(&turn->moved, NULL);
	turn->head = 0;
	turn->stopped = false;
}

void
turn_release(struct turn *turn)
{
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
