/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Makes groups from those of groupings with more keys (agg/ask/roll_up.h), after workers were merged. */

#include "agg/table/result.h"

/* Fills all such groupings of a result, with up to n threads. */
enum flow_status roll_up_groups(struct flow_agg_result *r, size_t n) NODISCARD;
