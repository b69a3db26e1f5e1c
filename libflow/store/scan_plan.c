/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/scan_plan.h"

#include <stdlib.h>

#include "store/canonical_texts.h"

static bool
is_signed(enum flow_type type)
{
	return type == FLOW_TYPE_I64 || type == FLOW_TYPE_TIME;
}

/* Whether statistics leave room for a number in [lo, hi]. */
static bool
number_may_hold(const struct pq_bounds *stats, const struct flow_bound *bound)
{
	enum flow_type type = flow_field_info(bound->field)->type;

	/* Somebody else's numbers that cannot be are to be found and told, not left out. */
	if (type != FLOW_TYPE_U64 && type != FLOW_TYPE_TIME && (stats->min < 0 || stats->max < 0))
		return true;
	if (is_signed(type)) {
		/* The bounds of a filter are never negative: what is below 0 is below lo. */
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

static enum flow_status
bound_may_hold(const struct pq_file *file, const struct profile_map *map, size_t group,
    const struct flow_bound *bound, enum plan_verdict *verdict, struct flow_error *err)
{
	int column = map->column[bound->field];
	struct pq_bounds stats;
	enum flow_status st;
	bool may = true;

	*verdict = PLAN_READ;
	/* Absent columns are null, or a default that is not worth judging here. */
	if (column < 0 || !plan_knows_texts(map, bound))
		return FLOW_OK;
	pq_file_bounds(file, group, (size_t)column, &stats);
	if (!plan_may_hold(&stats, pq_file_group_rows(file, group), bound)) {
		*verdict = PLAN_NO_BY_STATISTICS;
		return FLOW_OK;
	}
	if (bound->text_count == 0)
		return FLOW_OK;
	st = pq_bloom_may_hold(file, group, (size_t)column, bound->text, bound->text_count, &may,
	    err);
	if (st == FLOW_OK && !may)
		*verdict = PLAN_NO_BY_BLOOM;
	return st;
}

/* A clause rules a group out when all of its bounds do. */
static enum flow_status
clause_may_hold(const struct pq_file *file, const struct profile_map *map, size_t group,
    const struct flow_clause *clause, struct plan_part *part, struct flow_error *err)
{
	enum plan_verdict no = clause->count > 0 ? PLAN_NO_BY_STATISTICS : PLAN_READ, verdict;
	bool may = false;
	size_t i;

	for (i = 0; i < clause->count; i++) {
		const struct flow_bound *bound = &clause->bound[i];
		enum flow_status st = bound_may_hold(file, map, group, bound, &verdict, err);

		if (st != FLOW_OK)
			return st;
		if (verdict == PLAN_READ)
			may = true;
		else if (bound->sole)
			flow_fieldset_add(&part->absent, bound->field);
		if (verdict == PLAN_NO_BY_BLOOM)
			no = PLAN_NO_BY_BLOOM;
	}
	part->verdict = may ? PLAN_READ : no;
	return FLOW_OK;
}

enum flow_status
plan_group(const struct pq_file *file, const struct profile_map *map, size_t group,
    const struct flow_bounds *bounds, struct plan_part *part, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;
	size_t i;

	*part = (struct plan_part){ .verdict = PLAN_READ, .rows = pq_file_group_rows(file, group) };
	for (i = 0; bounds != NULL && i < bounds->count; i++) {
		st = clause_may_hold(file, map, group, &bounds->clause[i], part, err);
		if (st != FLOW_OK || part->verdict != PLAN_READ)
			return st;
	}
	if (bounds != NULL && bounds->count > 0)
		st = plan_pages(file, map, group, bounds, part, err);
	return st;
}

void
plan_part_clear(struct plan_part *part)
{
	free(part->keep);
	part->keep = NULL;
}
