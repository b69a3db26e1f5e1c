/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A look at what the open slots hold: asked for by one thread, begun by the one that decodes, who copies the rows that
 * are not encoded yet, and made by the encoders, so that nothing of a slot's file changes for it.
 *
 *	who asks ─► decoder: look_begin, look_expect ... look_begun ─► encoders: look_add ... ─► who asked: look_await
 */

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/buf.h"
#include "collect/journal_file.h"

/* What a slot would be if it ended now: the first `at` bytes of a file that is being written, and `tail` behind them. */
struct look_part {
	char *directory;	/* of the archive */
	char *path;		/* that the file will have; below that directory */
	int fd;			/* for reading; -1: nothing is written yet, and `at` is 0 */
	uint64_t at;
	struct buf tail;
};

#define LOOK_PART_INIT { NULL, NULL, -1, 0, BUF_INIT }

struct look;

/* For two users, who asks and the decoder; NULL when out of memory. */
struct look *look_new(void);
void look_release(struct look *look);

/* Decoder: `ends` slots were ended before it, and this journal is open ("": none). */
void look_begin(struct look *look, uint64_t ends, const char *journal);
/* One more part will come, whose maker is one more user. */
void look_expect(struct look *look);
/* No more will. */
void look_begun(struct look *look);
const char *look_journal(const struct look *look);

/*
 * The part (without a path: a slot that could not be written, and waits in its journal), which becomes the look's (NULL: it could not be made, or the slot has ended meanwhile), and the maker is
 * done with the look.
 */
void look_add(struct look *look, struct look_part *part);

void look_part_clear(struct look_part *part);

/* Whether all parts are there; LOOK_STALE: one could not be had, ask anew.  Until then at most (CLOCK_MONOTONIC). */
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
