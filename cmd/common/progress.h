/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Progress of long work: a line on standard error, "flowstat: 34 %, 12 s", replaced twice a second and
 * removed at the end.  Only where standard error is a terminal that can erase lines, and after two seconds.
 * When files are read again it is "flowstat: reading 2, 34 %, 25 s".
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
 * Begins a reading of `total` steps; *p is zero before the first one.  Until progress_end only messages may
 * go to the terminal.
 */
void progress_begin(struct progress *p, uint64_t total);

/* A step is done; any thread.  Does nothing before progress_begin or after progress_end. */
void progress_step(struct progress *p);

/* Removes the line. */
void progress_end(struct progress *p);
