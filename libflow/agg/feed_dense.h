/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Rows to groups that are found by a number: a small value, or an atom's.  Rows are at most GROUP_ROWS;
 * FLOW_ENOMEM, after which the worker may only be freed.
 */

#include "agg/worker.h"

/* Counts rows in a dense grouping. */
enum flow_status feed_dense(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch,
    const struct rows *rows) NODISCARD;

/* Counts rows in a dense grouping under the values of their key that are in the scratch: one end of several. */
enum flow_status feed_dense_values(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch,
    const struct rows *rows) NODISCARD;
