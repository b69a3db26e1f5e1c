/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/canonical_texts.h"
#include "store/scan_plan.h"

static bool
is_signed(enum flow_type type)
{
	return type == FLOW_TYPE_I64 || type == FLOW_TYPE_TIME;
}

/* Whether statistics allow a number in [lo, hi]. */
static bool
number_may_hold(const struct pq_bounds *stats, const struct flow_bound *bound)
{
	enum flow_type type = flow_field_info(bound->field)->type;

	/*
	 * Negative numbers in an unsigned column are an error of another writer: read them, so that it is
	 * reported.
	 */
	if (type != FLOW_TYPE_U64 && type != FLOW_TYPE_TIME && (stats->min < 0 || stats->max < 0))
		return true;
	if (is_signed(type)) {
		/*
		 * A filter's bounds are never negative: a negative maximum is below lo, unless lo is 0, "no
		 * bound".
		 */
		if (stats->max < 0)
			return bound->lo == 0;
		return (uint64_t)stats->max >= bound->lo &&
		    (stats->min < 0 || (uint64_t)stats->min <= bound->hi);
	}
	return (uint64_t)stats->max >= bound->lo && (uint64_t)stats->min <= bound->hi;
}

static bool
text_in_bounds(const struct pq_bounds *stats, const struct flow_text *text)
{
	return text_compare(&stats->min_text, text) <= 0 && text_compare(&stats->max_text, text) >= 0;
}

bool
plan_may_hold(const struct pq_bounds *stats, uint64_t rows, const struct flow_bound *bound)
{
	size_t i;

	if (stats->has_null_count && stats->null_count == rows)
		return false;
	if (!stats->has_bounds)
		return true;
	if (bound->text_count == 0)
		return number_may_hold(stats, bound);
	for (i = 0; i < bound->text_count; i++)
		if (text_in_bounds(stats, &bound->text[i]))
			return true;
	return false;
}

bool
plan_knows_texts(const struct profile_map *map, const struct flow_bound *bound)
{
	return bound->text_count == 0 || map->is_canonical ||
	    !has_canonical_text(flow_field_info(bound->field)->type);
}
