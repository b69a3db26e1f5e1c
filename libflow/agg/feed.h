/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Rows of a batch to their groups, or to where they wait for these. */

#include "agg/worker.h"

/* What one step works on; free() frees it.  NULL when out of memory. */
struct feed_scratch *feed_scratch_new(void) NODISCARD;
size_t feed_scratch_bytes(void);

/* Counts at most GROUP_ROWS rows under all groupings.  After FLOW_ENOMEM the state may only be freed. */
enum flow_status feed_rows(struct flow_agg *agg, const struct flow_batch *batch,
    const struct rows *rows) NODISCARD;
