/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Repeats something until it is interrupted. */

#include <stdbool.h>

/* From here on SIGINT and SIGTERM end every_wait. */
void every_begin(void);

/*
 * Waits until `period_ms` after the last call, or every_begin.  False to stop: a signal came, or nobody reads
 * standard output any more.
 */
bool every_wait(unsigned period_ms);
