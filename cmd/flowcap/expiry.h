/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* -e: a thread that removes files that are too old, or too many, from the archive after each slot. */

#include "flowcap/options.h"

struct expiry;

/* Starts it.  Without -e *expiry is NULL.  False after a log line. */
bool expiry_start(const struct options *options, struct expiry **expiry);

/* Sets new limits and applies them at once.  NULL is fine. */
void expiry_change(struct expiry *expiry, const struct retain_options *retain);

/* Its present limits, and what it found and did. */
struct expiry_state {
	struct retain_limits limits;
	bool each;
	uint64_t looks;			/* at the archive so far; the others are as of the last one */
	uint64_t kept_bytes;		/* of files, where there is a limit of size */
	uint64_t archives;
	uint64_t removed_bytes;		/* by all looks but the first, which removes what others had left */
};

/* No limits and nothing done where there is no expiry (NULL). */
void expiry_state(struct expiry *expiry, struct expiry_state *state);

/* Stops it, after at most one more removal; NULL is fine. */
void expiry_stop(struct expiry *expiry);
