/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/feed_narrow.h"

#include "agg/feed_scratch.h"

/*
 * Widens the groupings that could overflow, or all, and recomputes the range from those that stay
 * narrow.
 */
static enum flow_status
leave_narrow(struct flow_agg *agg, bool all)
{
	struct narrow_range range = { .based = agg->range.based, .base = agg->range.base };

	agg->narrow = false;
	for (size_t i = 0; i < agg->spec->groupings; i++) {
		struct groups *g = &agg->groups[i];
		struct narrow_range held = range;

		if (!g->narrow)
			continue;
		if (!all)
			groups_cover(g, &held);
		if (all || !narrow_has_room(&held)) {
			if (groups_widen(g) != FLOW_OK)
				return FLOW_ENOMEM;
			continue;
		}
		range = held;
		agg->narrow = true;
	}
	agg->range = range;
	agg->range_rows = 0;
	return FLOW_OK;
}

/* Whether enough rows came since the range was computed to pay for another scan of all narrow groups. */
static bool
may_look(const struct flow_agg *agg)
{
	uint64_t groups = 0;

	for (size_t i = 0; i < agg->spec->groupings; i++)
		if (agg->groups[i].narrow)
			groups += agg->groups[i].part[0].count;
	return agg->range_rows >= groups;
}

enum flow_status
feed_keep_narrow(struct flow_agg *agg, const struct flow_batch *batch, const struct rows *rows)
{
	enum narrow_fit fit = narrow_admit(&agg->range, batch, rows, agg->scratch->line);

	if (fit == NARROW_FULL) {
		if (leave_narrow(agg, !may_look(agg)) != FLOW_OK)
			return FLOW_ENOMEM;
		fit = agg->narrow ? narrow_admit(&agg->range, batch, rows, agg->scratch->line) : NARROW_FITS;
	}
	if (fit != NARROW_FITS)
		return leave_narrow(agg, true);
	agg->range_rows += rows->n;
	for (size_t i = 0; i < agg->spec->groupings; i++)
		agg->groups[i].base = agg->range.base;
	return FLOW_OK;
}
