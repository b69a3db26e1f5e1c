/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Slots that are filled in from a finer grouping: distinct counts, percentiles. */

#include "agg/result.h"

/* All groupings are merged. */
enum flow_status companion_fill(struct flow_agg_result *r, const struct companion *c) NODISCARD;
