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

/* Whether groupings that spread do it alike, so that rows are spread once for both. */
static inline bool
spread_is_same(const struct grouping *a, const struct grouping *b)
{
	return a->spread_ms == b->spread_ms && a->from_ms == b->from_ms && a->to_ms == b->to_ms;
}

/*
 * Begins with some rows of a batch, both borrowed until the next begin, for g and all others of the spec that spread
 * alike.  What lies outside of their period is left out.
 */
void spread_begin(struct spread *s, const struct flow_agg_spec *spec, const struct grouping *g,
    const struct flow_batch *batch, const struct rows *rows);

/* Those that lie within one bin and the period, as most do: they are as they stand in the batch. */
struct rows spread_whole(const struct spread *s);

/*
 * Of the others the next at most GROUP_ROWS spread rows, as a batch with the columns that the groupings read, in which
 * `first` lies in the bin, valid until the next call; FLOW_END after the last.
 */
enum flow_status spread_next(struct spread *s, const struct flow_batch **batch) NODISCARD;

/* Rows since the begin of which nothing lies within the period. */
uint64_t spread_outside(const struct spread *s);
