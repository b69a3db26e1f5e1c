/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Selects the rows whose groups are in a worker's share (flow_agg_share). */

#include "agg/worker.h"

static inline bool
agg_is_shared(const struct flow_agg *agg)
{
	return agg->share_to - agg->share_from < FLOW_AGG_SHARES;
}

/* Lists in `row` the rows in the share by alternative `alt` of the key's first part. */
enum flow_status share_rows(struct flow_agg *agg, const struct grouping *g, size_t alt,
    const struct flow_batch *batch, const struct rows *rows, uint16_t *row, struct rows *in) NODISCARD;

/*
 * The same without rows that have the same value by an earlier alternative, which counted them; value and flag are
 * those of key_values.
 */
enum flow_status share_rows_new(struct flow_agg *agg, const struct grouping *g, size_t alt,
    const struct flow_batch *batch, const struct rows *rows, uint16_t *row, struct rows *in, uint64_t *value,
    uint8_t *flag) NODISCARD;

/* Extends agg->ends by the begins of rows, whatever the share, for a grouping of a period. */
void share_note_ends(struct flow_agg *agg, size_t grouping, const struct flow_batch *batch, const struct rows *rows);
