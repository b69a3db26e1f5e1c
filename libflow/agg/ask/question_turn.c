/* SPDX-License-Identifier: BSD-2-Clause */
/* Which groupings' rows are partitioned, and whose tables are made in the current turn. */
#include <stdlib.h>

#include "agg/ask/question.h"

bool
grouping_is_parted(const struct flow_agg_spec *spec, size_t grouping)
{
	return spec->cluster != NULL && spec->parted[grouping];
}

bool
grouping_is_in_turn(const struct flow_agg_spec *spec, size_t grouping)
{
	if (spec->turn == TURN_ALL)
		return true;
	if (spec->turn == TURN_REST)
		return !grouping_is_parted(spec, grouping);
	return grouping_is_parted(spec, grouping) && spec->cluster[grouping] == spec->turn;
}

/* Joins the clusters of two groupings of one view. */
static void
join_clusters(struct flow_agg_spec *spec, size_t a, size_t b)
{
	size_t from = spec->cluster[a], to = spec->cluster[b];

	if (from < to) {
		to = from;
		from = spec->cluster[b];
	}
	for (size_t i = 0; i < spec->groupings; i++)
		if (spec->cluster[i] == from)
			spec->cluster[i] = to;
}

enum flow_status
spec_find_clusters(struct flow_agg_spec *spec)
{
	if (spec->cluster != NULL)
		return FLOW_OK;
	spec->parted = calloc(spec->groupings + 1, sizeof(*spec->parted));
	spec->cluster = calloc(spec->groupings + 1, sizeof(*spec->cluster));
	if (spec->parted == NULL || spec->cluster == NULL)
		return FLOW_ENOMEM;
	for (size_t i = 0; i < spec->groupings; i++)
		spec->cluster[i] = i;
	for (size_t i = 0; i < spec->views; i++)
		if (spec->view[i].series || spec->view[i].billing)
			join_clusters(spec, spec->view[i].grouping, spec->view[i].bins);
	return FLOW_OK;
}

void
flow_agg_turn_all(struct flow_agg_spec *spec)
{
	spec->turn = TURN_ALL;
}
