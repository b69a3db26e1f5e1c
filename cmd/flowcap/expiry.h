/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* -e: a thread of its own takes what is too old, or too much, out of the archive after each slot. */

#include "flowcap/options.h"

struct expiry;

/* Starts it.  NULL after a log line; without -e *expiry is NULL, and that is fine.  False on failure. */
bool expiry_start(const struct options *options, struct expiry **expiry);

/* Other limits from here on; looks at once.  NULL is fine. */
void expiry_change(struct expiry *expiry, const struct retain_options *retain);

/* Waits for the removal of one file at most; NULL is fine. */
void expiry_stop(struct expiry *expiry);
