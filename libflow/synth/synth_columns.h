/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Flows that were made, as rows of a batch. */

#include "synth/made_rows.h"
#include "synth/synth.h"
#include "synth/world.h"

/* Rows [r->at, r->at + n), whose counters are multiplied by `scale`, are appended.  FLOW_ENOMEM. */
enum flow_status synth_columns(const struct flow_synth_options *o, const struct world *world, const struct rows *r, size_t n,
    int64_t scale, struct flow_builder *out) NODISCARD;
