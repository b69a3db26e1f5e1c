/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Makes fewer groupings of a spec's questions, as each costs time for every row:
 *
 *	join	spread groupings with the same key (a series, a bill and spikes of interfaces) become one
 *	roll up	groups of few keys are the sums of groups of more keys (src_as from exporter,in_if,src_as), so that rows
 *		are added to the latter alone, and the others are made in the end (agg/rolled_groups.h)
 *
 * Sums that saturate, least and greatest values do not depend on the order of additions, so answers stay the same.
 */

#include "agg/ask/question.h"

/* Joins groupings; call it once, after the period is known and before the first worker. */
void spec_join_groupings(struct flow_agg_spec *spec);

/* Decides what is rolled up: sets rolled_from and rolls_up, and adds slots to groupings that others are made from. */
void spec_roll_up(struct flow_agg_spec *spec);

/* Nothing is: for questions that are answered share by share, where no worker has all groups. */
static inline void
spec_roll_up_none(struct flow_agg_spec *spec)
{
	for (size_t i = 0; i < spec->groupings; i++) {
		spec->grouping[i].rolled_from = NO_GROUPING;
		spec->grouping[i].rolls_up = false;
	}
}

/* For each part of `g` the same part of `from`, by whose values groups are rolled up; false: one is missing. */
bool roll_up_parts(const struct grouping *g, const struct grouping *from, uint8_t part[KEY_PARTS]);
