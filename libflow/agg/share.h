/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The rows whose groups lie in a worker's share of all groups (flow_agg_share). */

#include "agg/worker.h"

static inline bool
agg_is_shared(const struct flow_agg *agg)
{
	return agg->share_to - agg->share_from < FLOW_AGG_SHARES;
}

/* Those of some rows, by alternative `alt` of the key's first part, listed in `row`. */
enum flow_status share_rows(struct flow_agg *agg, const struct grouping *g, size_t alt,
    const struct flow_batch *batch, const struct rows *rows, uint16_t *row, struct rows *in) NODISCARD;

/*
 * The same, but for rows that an earlier alternative has the same value of, under which these count once;
 * value and flag are as key_values gives them.
 */
enum flow_status share_rows_new(struct flow_agg *agg, const struct grouping *g, size_t alt,
    const struct flow_batch *batch, const struct rows *rows, uint16_t *row, struct rows *in, uint64_t *value,
    uint8_t *flag) NODISCARD;

/* Notes when rows of a grouping of a period begin, whatever the share. */
void share_note_ends(struct flow_agg *agg, size_t grouping, const struct flow_batch *batch, const struct rows *rows);
