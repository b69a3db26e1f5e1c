/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A look at the contents of the open slots: one thread asks for it; the decoder begins it and copies the rows that
 * are not encoded yet; encoders make it.  Files of slots do not change for it.
 *
 *	asker -> decoder: look_begin, look_expect ... look_begun -> encoders: look_add ... -> asker: look_await
 */

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/buf.h"
#include "collect/journal_file.h"

/* A slot as if it ended now: the first `at` bytes of the file being written, followed by `tail`. */
struct look_part {
	char *directory;	/* of the archive */
	char *path;		/* that the file will have, below that directory */
	int fd;			/* for reading; -1: nothing is written yet, and `at` is 0 */
	uint64_t at;
	struct buf tail;
};

#define LOOK_PART_INIT { NULL, NULL, -1, 0, BUF_INIT }

struct look;

/* Has two users, the asker and the decoder; NULL when out of memory. */
struct look *look_new(void);
void look_release(struct look *look);

/* Decoder: `ends` slots were ended before it, and this journal is open ("": none). */
void look_begin(struct look *look, uint64_t ends, const char *journal);
/* Expects one more part; its maker is one more user. */
void look_expect(struct look *look);
/* No more parts are expected. */
void look_begun(struct look *look);
const char *look_journal(const struct look *look);

/*
 * Adds an expected part and takes it over; its maker is no user any more.  NULL: it could not be made, or the
 * slot has ended.  A part without a path: its slot could not be written, and waits in its journal.
 */
void look_add(struct look *look, struct look_part *part);

void look_part_clear(struct look_part *part);

/* Waits for all parts until that time (CLOCK_MONOTONIC).  LOOK_STALE: one could not be made, ask anew. */
enum look_state {
	LOOK_WHOLE,
	LOOK_STALE,
	LOOK_LATE,
};
enum look_state look_await(struct look *look, const struct timespec *until);

/* After LOOK_WHOLE. */
uint64_t look_ends(const struct look *look);
size_t look_unwritten(const struct look *look);		/* slots that could not be written */
size_t look_parts(const struct look *look);
const struct look_part *look_part(const struct look *look, size_t i);
