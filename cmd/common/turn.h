/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Puts the results of workers back into the order of their tasks, which are
 * numbered from 0 and taken in that order.  The worker with the task at the head
 * may write; the others collect until their turn.
 */

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* How far ahead of the head results may be left. */
#define TURN_AHEAD 64

struct turn {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	size_t head;
	bool stopped;
	struct buf left[TURN_AHEAD];	/* of task i: i modulo TURN_AHEAD */
	bool is_left[TURN_AHEAD];
};

void turn_init(struct turn *turn);
void turn_release(struct turn *turn);

/* Whether it is this task's turn now.  It stays so until turn_done. */
bool turn_is(struct turn *turn, size_t task);

/* Waits for this task's turn; false where turn_stop was called meanwhile. */
bool turn_wait(struct turn *turn, size_t task);

/* The task at the head is done: the next one's turn. */
void turn_done(struct turn *turn);

/*
 * Leaves a finished task's result to the worker at the head, so that its own need not wait; the caller gets
 * an empty buffer in exchange.  False where the task is at the head itself, or too far ahead.
 */
bool turn_leave(struct turn *turn, size_t task, struct buf *result);

/*
 * As turn_done.  True where the next task's result was left: it is in *result, which was empty, and the
 * caller now has that task's turn.
 */
bool turn_done_next(struct turn *turn, struct buf *result);

/* Tells all workers to stop (the reader has gone, or enough was written). */
void turn_stop(struct turn *turn);
bool turn_stopped(struct turn *turn);
