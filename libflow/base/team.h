/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Runs independent tasks on several threads. */

#include <stddef.h>

/*
 * Calls work(context, task) once for each task 0 .. tasks-1, on the calling thread and up to threads-1 more;
 * returns when all are done.  Threads that cannot be started do no harm.
 */
void team_run(size_t threads, size_t tasks, void (*work)(void *context, size_t task), void *context);
