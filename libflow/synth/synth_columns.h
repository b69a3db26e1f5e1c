/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Writes generated flows as rows of a batch. */

#include "synth/made_rows.h"
#include "synth/synth.h"
#include "synth/world.h"

/* Appends rows [r->at, r->at + n), with counters multiplied by `scale`.  FLOW_ENOMEM. */
enum flow_status synth_columns(const struct flow_synth_options *o, const struct world *world, const struct rows *r,
    size_t n, int64_t scale, struct flow_builder *out) NODISCARD;
