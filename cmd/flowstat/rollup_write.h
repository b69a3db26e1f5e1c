/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * flowstat --rollup WIDTH -w DIRECTORY: writes tables of sums over all files of each complete period
 * (rollup/rollup_table.h).
 */

#include "flowstat/options.h"

/*
 * Makes the rollups that are missing, or whose files have changed.  CLI_OK, CLI_MISUSE, or CLI_FAILURE after
 * messages; a failed period does not stop the others.
 */
int rollup_write(struct flowstat_options *options);
