/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* -e: a thread that removes files that are too old, or too many, from the archive after each slot. */

#include "flowcap/options.h"

struct expiry;

/* Starts it.  Without -e *expiry is NULL.  False after a log line. */
bool expiry_start(const struct options *options, struct expiry **expiry);

/* Sets new limits and applies them at once.  NULL is fine. */
void expiry_change(struct expiry *expiry, const struct retain_options *retain);

/* The present limits; none where there is no expiry. */
void expiry_limits(struct expiry *expiry, struct retain_options *retain);

/* Stops it, after at most one more removal; NULL is fine. */
void expiry_stop(struct expiry *expiry);
