/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/scan_plan.h"

#include <stdlib.h>

#include "base/bytes.h"

/* Asks a Bloom filter for a number, which it hashes in PLAIN form. */
static enum flow_status
number_may_be_there(const struct pq_file *file, size_t group, size_t column, uint64_t number, bool *may,
    struct flow_error *err)
{
	uint8_t bytes[8];
	const struct flow_text plain = { (const char *)bytes,
		(uint32_t)profile_plain_bytes(pq_file_column(file, column)) };

	*may = true;
	store_le64(bytes, number);
	return plain.len > 0 ? pq_bloom_may_hold(file, group, column, &plain, 1, may, err) : FLOW_OK;
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
	/* A missing column is null, or has a default; neither is worth ruling out. */
	if (column < 0 || !plan_knows_texts(map, bound))
		return FLOW_OK;
	pq_file_bounds(file, group, (size_t)column, &stats);
	if (!plan_may_hold(&stats, pq_file_group_rows(file, group), bound)) {
		*verdict = PLAN_NO_BY_STATISTICS;
		return FLOW_OK;
	}
	if (bound->text_count == 0 && (bound->lo != bound->hi || flow_field_info(bound->field)->type == FLOW_TYPE_TIME))
		return FLOW_OK;
	st = bound->text_count == 0 ? number_may_be_there(file, group, (size_t)column, bound->lo, &may, err) :
	    pq_bloom_may_hold(file, group, (size_t)column, bound->text, bound->text_count, &may, err);
	if (st == FLOW_OK && !may)
		*verdict = PLAN_NO_BY_BLOOM;
	return st;
}

/* A clause rules a row group out if all of its bounds do. */
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
