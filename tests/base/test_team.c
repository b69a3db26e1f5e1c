/* SPDX-License-Identifier: BSD-2-Clause */
/* Each task is done once, whatever the number of threads. */
#include "base/team.h"

#include <stdatomic.h>

#include "tap.h"

#define TASKS 1000

static void
count(void *context, size_t task)
{
	atomic_uint *done = context;

	atomic_fetch_add(&done[task], 1);
}

int
main(void)
{
	static const size_t threads[] = { 0, 1, 2, 7, 60 }, tasks[] = { 0, 1, 3, TASKS };

	for (size_t i = 0; i < sizeof(threads) / sizeof(threads[0]); i++) {
		for (size_t k = 0; k < sizeof(tasks) / sizeof(tasks[0]); k++) {
			static atomic_uint done[TASKS];
			size_t wrong = 0;

			for (size_t t = 0; t < TASKS; t++)
				atomic_store(&done[t], 0);
			team_run(threads[i], tasks[k], count, done);
			for (size_t t = 0; t < TASKS; t++)
				wrong += atomic_load(&done[t]) != (t < tasks[k]);
			is_uint(wrong, 0);
		}
	}
	return tap_done();
}
