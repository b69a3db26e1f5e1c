/* SPDX-License-Identifier: BSD-2-Clause */
/* Work of four steps that takes longer than it is quiet about, and the same once more: for progress.py. */
#include "common/progress.h"

#include <time.h>

#include "common/cli.h"

static void
wait_ms(long ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&t, NULL);
}

int
main(void)
{
	struct progress p = { .on = false };

	cli_start("show_progress");
	progress_begin(&p, 4);
	progress_step(&p);
	wait_ms(2100);
	progress_step(&p);
	progress_end(&p);
	progress_begin(&p, 4);
	wait_ms(600);
	progress_step(&p);
	progress_end(&p);
	progress_step(&p);
	return 0;
}
