/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* flowstat --rollups DIRECTORY: reads rollups instead of the files that they were made of, where the answer is the same. */

#include "flowstat/options.h"

/*
 * Replaces files of the request by the rollups that hold their sums, or, where no path was given, takes the rollups alone.
 * Appends to *told what was done, for --explain. CLI_OK also where none can be used but files can be read; CLI_MISUSE,
 * CLI_FAILURE after a message.
 */
int rollup_use(struct flowstat_options *options, const struct flow_agg_spec *spec, struct buf *told);
