/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * How far long work is: a line on standard error, "flowstat: 34 %, 12 s", that is replaced twice a second and
 * removed at the end. It is there only where standard error is a terminal that can remove it, and after two seconds.
 * Files that are read again are "flowstat: reading 2, 34 %, 25 s".
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool on;
	unsigned readings;		/* begun */
	uint64_t total;
	_Atomic uint64_t done;
	int64_t begun_ms;		/* the first of them */
	_Atomic int64_t next_ms;	/* when the line is next written */
	atomic_bool shown;
};

/*
 * So many steps are to come, once more if it is not the first time. All zero before that. Nothing but messages
 * may go to the terminal until progress_end.
 */
void progress_begin(struct progress *p, uint64_t total);

/* One is done; any thread. Nothing before progress_begin, or after progress_end. */
void progress_step(struct progress *p);

/* Removes the line. */
void progress_end(struct progress *p);
