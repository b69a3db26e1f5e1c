/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Spreads packets and bytes of rows over the time bins that they touch: a row of several bins
 * becomes several rows, each with a share of the counters.
 */

#include "agg/group/row_list.h"
#include "agg/ask/question.h"

struct spread;

struct spread *spread_new(void) NODISCARD;
void spread_free(struct spread *s);

/* Whether two groupings spread alike, so that rows are spread once for both. */
static inline bool
spread_is_same(const struct grouping *a, const struct grouping *b)
{
	return a->spread_ms == b->spread_ms && a->from_ms == b->from_ms && a->to_ms == b->to_ms;
}

/*
 * Starts to spread rows of a batch (both borrowed until the next begin) for g and all groupings of the spec that spread
 * alike.  Time outside of their period is left out.
 */
void spread_begin(struct spread *s, const struct flow_agg_spec *spec, const struct grouping *g,
    const struct flow_batch *batch, const struct rows *rows);

/* The rows within one bin and the period, as most are: these are used from the batch unchanged. */
struct rows spread_whole(const struct spread *s);

/*
 * The next spread rows of the others, at most GROUP_ROWS, as a batch with the columns that the groupings read; `first`
 * is in the bin.  Valid until the next call; FLOW_END after the last.
 */
enum flow_status spread_next(struct spread *s, const struct flow_batch **batch) NODISCARD;

/* How many rows since the begin have no time in the period. */
uint64_t spread_outside(const struct spread *s);
