/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Whether groups may stay narrow (packed counters) with the rows that come. */

#include "agg/worker.h"

/*
 * To be called before rows are added: packs them into the scratch's lines, or widens the groups that could
 * overflow.  FLOW_ENOMEM.
 */
enum flow_status feed_keep_narrow(struct flow_agg *agg, const struct flow_batch *batch,
    const struct rows *rows) NODISCARD;
