/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Rows whose packets and bytes are spread over the bins of time that they touch:
 * a row of several bins becomes several rows, with a share of the counters each.
 */

#include "agg/group/row_list.h"
#include "agg/ask/question.h"

struct spread;

struct spread *spread_new(void) NODISCARD;
void spread_free(struct spread *s);

/* Begins with some rows of a batch, both borrowed until the next begin.  What lies outside of the
 * grouping's period is left out. */
void spread_begin(struct spread *s, const struct grouping *g, const struct flow_batch *batch,
    const struct rows *rows);

/*
 * The next at most GROUP_ROWS spread rows, as a batch with the columns that g reads, in which
 * `first` lies in the bin, valid until the next call; FLOW_END after the last.
 */
enum flow_status spread_next(struct spread *s, const struct flow_batch **batch) NODISCARD;

/* Rows since the begin of which nothing lies within the period. */
uint64_t spread_outside(const struct spread *s);
