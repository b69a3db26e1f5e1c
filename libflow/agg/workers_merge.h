/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Merges the groups of several workers into one: the second half of an aggregation. */

#include "agg/table/result.h"
#include "agg/worker.h"

/*
 * Merges the groups, atoms and totals of agg[1 .. n-1] into agg[0], on n threads.  If parts are freed
 * after merging (flow_agg_limit), the rows that tables keep of them go to r->view[].kept.  r->error has
 * failures other than FLOW_ENOMEM.
 */
enum flow_status merge_workers(struct flow_agg *const *agg, size_t n, struct flow_agg_result *r)
    NODISCARD;
