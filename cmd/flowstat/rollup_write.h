/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* flowstat --rollup WIDTH -w DIRECTORY: tables of sums of all files of each period that is over (rollup/rollup_table.h). */

#include "flowstat/options.h"

/*
 * Makes the rollups that are missing, or whose files are others now. CLI_OK, CLI_MISUSE, or CLI_FAILURE after messages;
 * periods that fail do not stop the others.
 */
int rollup_write(struct flowstat_options *options);
