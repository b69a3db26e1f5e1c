/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Several workers' groups to one's: the second half of an aggregation. */

#include "agg/table/result.h"
#include "agg/worker.h"

/*
 * Merges the groups, atoms and totals of agg[1 .. n-1] into agg[0], on n threads.  Rows that tables
 * keep of parts that do not stay (flow_agg_limit) go to r->view[].kept; r->error tells of failures
 * other than of memory.
 */
enum flow_status merge_workers(struct flow_agg *const *agg, size_t n, struct flow_agg_result *r)
    NODISCARD;
