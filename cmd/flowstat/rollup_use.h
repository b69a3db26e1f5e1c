/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * flowstat --rollups DIRECTORY: reads rollups in place of the files they were made of, where the answer is
 * the same.
 */

#include "flowstat/options.h"

/*
 * Replaces files of the request by rollups with their sums, or, without a path, reads only rollups. Appends
 * what was done to *told, for --explain.  CLI_OK also where no rollup can be used but files can be read;
 * CLI_MISUSE, CLI_FAILURE after a message.
 */
int rollup_use(struct flowstat_options *options, const struct flow_agg_spec *spec, struct buf *told);
