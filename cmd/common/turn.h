/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Puts the results of workers back into the order of their tasks.  Tasks are
 * numbered from 0 and taken in that order; the worker whose task is at the
 * head may write, the others collect until their turn comes.
 */

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct turn {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	size_t head;
	bool stopped;
};

void turn_init(struct turn *turn);
void turn_release(struct turn *turn);

/* Whether it is this task's turn now.  It stays so until turn_done. */
bool turn_is(struct turn *turn, size_t task);

/* Waits for this task's turn; false where turn_stop was called meanwhile. */
bool turn_wait(struct turn *turn, size_t task);

/* The task at the head is done: the next one's turn. */
void turn_done(struct turn *turn);

/* Nobody need go on (the reader has gone, or enough was written). */
void turn_stop(struct turn *turn);
bool turn_stopped(struct turn *turn);
