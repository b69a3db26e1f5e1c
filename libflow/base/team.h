/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Tasks that do not depend on each other, by some threads. */

#include <stddef.h>

/*
 * Calls work(context, task) once for each task 0 .. tasks-1, on the calling thread and up to
 * threads-1 more, and returns when all are done; threads that cannot be started are done without.
 */
void team_run(size_t threads, size_t tasks, void (*work)(void *context, size_t task), void *context);
