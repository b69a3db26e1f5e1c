/* SPDX-License-Identifier: BSD-2-Clause */
/* The columns of partitioned rows, and the order in which tables are made from them. */
#include "agg/ask/question.h"

/* The columns of a grouping without the ends of its first part. */
static void
other_fields(const struct grouping *g, struct flow_fieldset *set)
{
	struct grouping without = *g;

	without.part[0].alts = 0;
	grouping_fields(&without, set);
}

bool
grouping_splits_ends(const struct grouping *g)
{
	struct flow_fieldset others = { { 0 } };

	if (g->part[0].alts == 1 || g->part[0].mask != FLOW_FIELD_NONE)
		return false;
	other_fields(g, &others);
	return !flow_fieldset_has(&others, g->part[0].field[0]);
}

void
grouping_part_fields(const struct grouping *g, struct flow_fieldset *set)
{
	if (!grouping_splits_ends(g)) {
		grouping_fields(g, set);
		return;
	}
	other_fields(g, set);
	flow_fieldset_add(set, g->part[0].field[0]);
}

/* Whether a grouping is the first of a cluster of partitioned ones. */
static bool
begins_cluster(const struct flow_agg_spec *spec, size_t grouping)
{
	if (spec->cluster[grouping] != grouping || !spec->parted[grouping])
		return false;
	for (size_t i = grouping; i < spec->groupings; i++)
		if (spec->cluster[i] == grouping && grouping_is_in_phase(spec, i))
			return true;
	return false;
}

bool
flow_agg_turn_next(struct flow_agg_spec *spec)
{
	size_t next = spec->turn == TURN_REST ? 0 : spec->turn + 1;

	while (next < spec->groupings && !begins_cluster(spec, next))
		next++;
	if (next < spec->groupings)
		spec->turn = next;
	return next < spec->groupings;
}
