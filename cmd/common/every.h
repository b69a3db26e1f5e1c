/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Doing something again and again, until somebody ends it. */

#include <stdbool.h>

/* From here on SIGINT and SIGTERM end every_wait. */
void every_begin(void);

/*
 * Waits until so long after the last call, or every_begin; false where it is to end: a signal came, or nobody reads
 * standard output any more.
 */
bool every_wait(unsigned period_ms);
