/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Flows in the open slots of collectors, beside the files of an archive.  To get each flow exactly once:
 *
 *	flow_live_open		the slots that are open now; all earlier ones are files
 *	list the files, open them
 *	flow_live_holds		true if no slot was finished meanwhile; else close everything and begin anew
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "store/archive.h"

/* A file that is being written: the first `at` bytes of fd, then the tail. */
struct flow_live_slot {
	char *path;		/* its path, once it is finished */
	int fd;			/* -1: `at` is 0 */
	uint64_t at;
	const uint8_t *tail;
	size_t tail_len;
};

struct flow_live;

/*
 * Asks all collectors that write to the files' directories, or to ones above them, and keeps the slots whose
 * paths flow_files_covers.  What one of them fails at is a problem or a note.  FLOW_ENOMEM.
 */
enum flow_status flow_live_open(const struct flow_files *files, struct flow_live **live, struct flow_error *err)
    NODISCARD;
void flow_live_close(struct flow_live *live);

/* Whether all these slots are still open. */
bool flow_live_holds(struct flow_live *live);

size_t flow_live_slots(const struct flow_live *live);
const struct flow_live_slot *flow_live_slot(const struct flow_live *live, size_t i);

/* Collectors that have answered. */
size_t flow_live_collectors(const struct flow_live *live);

/* The i-th message, NULL after the last: a problem means that flows are missing, a note does not. */
const char *flow_live_problem(const struct flow_live *live, size_t i);
const char *flow_live_note(const struct flow_live *live, size_t i);
