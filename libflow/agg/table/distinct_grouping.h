/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Slots that are filled in from a finer grouping: distinct counts, percentiles. */

#include "agg/table/result.h"

/*
 * The state in `into` of the group that a group of `from`, whose key has one part more, belongs
 * to; NULL when out of memory.
 */
uint64_t *companion_state(struct flow_agg_result *r, struct groups *into,
    const struct groups *from, const uint64_t *group) NODISCARD;

/* All groupings are merged. */
enum flow_status companion_fill(struct flow_agg_result *r, const struct companion *c) NODISCARD;
