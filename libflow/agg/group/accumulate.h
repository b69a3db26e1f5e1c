/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Adds rows to the slots of their groups. */

#include "agg/group/row_list.h"
#include "agg/ask/measure.h"

/*
 * Adds row i of `rows` (at most GROUP_ROWS) to state[i].  back[i] (NULL: none)
 * says that its direction is the reverse of the group's.
 */
void accumulate_rows(const struct slots *slots, const struct flow_batch *batch,
    const struct rows *rows, uint64_t *const *state, const uint8_t *back);

/* Adds all of one state to another, slot by slot. */
void accumulate_state(const struct slots *slots, uint64_t *into, const uint64_t *from);

/* Adds rows to the totals. */
void accumulate_totals(struct measure_totals *t, const struct flow_batch *batch,
    const struct rows *rows);

void totals_init(struct measure_totals *t);
void totals_merge(struct measure_totals *t, const struct measure_totals *from);

/* a + b, or UINT64_MAX on overflow. */
static inline uint64_t
add_saturated(uint64_t a, uint64_t b)
{
	uint64_t s = a + b;

	return s | -(uint64_t)(s < a);
}
