/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Adds rows of a batch to their groups, or defers them (agg/group/deferred_rows.h). */

#include "agg/worker.h"

/* Buffers of a worker; free() frees them.  NULL when out of memory. */
struct feed_scratch *feed_scratch_new(void) NODISCARD;
size_t feed_scratch_bytes(void);

/* Adds at most GROUP_ROWS rows to all groupings.  After FLOW_ENOMEM the state may only be freed. */
enum flow_status feed_rows(struct flow_agg *agg, const struct flow_batch *batch,
    const struct rows *rows) NODISCARD;
