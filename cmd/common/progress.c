/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "common/cli.h"

#define FIRST_MS 2000
#define NEXT_MS 500

void
progress_begin(struct progress *p, uint64_t total)
{
	const char *term = getenv("TERM");

	p->on = total > 1 && isatty(STDERR_FILENO) && term != NULL && strcmp(term, "dumb") != 0;
	p->total = total;
	p->done = 0;
	if (p->readings++ == 0) {
		p->begun_ms = clock_steady_ms();
		p->next_ms = p->begun_ms + FIRST_MS;
	}
	p->shown = false;
}

static void
show(struct progress *p, uint64_t done, int64_t now)
{
	char reading[32] = "";

	p->shown = true;
	if (p->readings > 1)
		(void)snprintf(reading, sizeof(reading), "reading %u, ", p->readings);
	/* The cursor stays at the line's begin, so that a message overwrites it. */
	(void)fprintf(stderr, "%s: %s%" PRIu64 " %%, %" PRId64 " s\033[K\r", cli_program(), reading,
	    done * 100 / p->total, (now - p->begun_ms) / 1000);
}

void
progress_step(struct progress *p)
{
	uint64_t done;
	int64_t now, next;

	if (!p->on)
		return;
	done = atomic_fetch_add(&p->done, 1);	/* the one that begins is not done yet */
	now = clock_steady_ms();
	next = p->next_ms;
	if (now >= next && atomic_compare_exchange_strong(&p->next_ms, &next, now + NEXT_MS))
		show(p, done, now);
}

void
progress_end(struct progress *p)
{
	if (p->on && p->shown)
		(void)fputs("\033[K", stderr);
	p->on = false;
}
