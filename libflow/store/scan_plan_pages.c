/* SPDX-License-Identifier: BSD-2-Clause */
/* Page indexes: the part of scan_plan.h about batches of a row group. */
#include "store/scan_plan.h"

#include <stdlib.h>
#include <string.h>

#include "record/batch.h"

/* Of a row group. */
struct batches {
	uint64_t rows;
	size_t count;		/* of batches */
	uint64_t *keep;		/* those not ruled out so far */
	uint64_t *may;		/* those that the current clause does not rule out */
};

static void
mark_pages(const struct pq_pages *pages, const struct flow_bound *bound, struct batches *b)
{
	struct pq_bounds stats;
	uint64_t first, end;
	size_t i;

	for (i = 0; i < pq_pages_count(pages); i++) {
		pq_pages_rows(pages, i, &first, &end);
		pq_pages_bounds(pages, i, &stats);
		if (plan_may_hold(&stats, end - first, bound))
			bitmap_fill(b->may, (size_t)(first / FLOW_BATCH_ROWS),
			    (size_t)((end - 1) / FLOW_BATCH_ROWS) + 1, true);
	}
}

/* Marks the batches that may have rows within a bound; *known: there is an index that tells. */
static enum flow_status
mark_bound(const struct pq_file *file, const struct profile_map *map, size_t group,
    const struct flow_bound *bound, struct batches *b, bool *known, struct flow_error *err)
{
	int column = map->column[bound->field];
	struct pq_pages *pages = NULL;
	enum flow_status st = FLOW_OK;

	if (column >= 0 && plan_knows_texts(map, bound))
		st = pq_pages_read(file, group, (size_t)column, &pages, err);
	if (st != FLOW_OK) {
		flow_error_prefix(err, flow_field_info(bound->field)->name);
		return st;
	}
	*known = pages != NULL;
	if (pages != NULL)
		mark_pages(pages, bound, b);
	pq_pages_free(pages);
	return FLOW_OK;
}

static enum flow_status
apply_clause(const struct pq_file *file, const struct profile_map *map, size_t group,
    const struct flow_clause *clause, const struct flow_fieldset *absent, struct batches *b,
    struct flow_error *err)
{
	bool known = true;
	size_t i;

	memset(b->may, 0, BITMAP_WORDS(b->count) * sizeof(*b->may));
	for (i = 0; i < clause->count && known; i++) {
		enum flow_status st;

		if (flow_fieldset_has(absent, clause->bound[i].field))
			continue;
		st = mark_bound(file, map, group, &clause->bound[i], b, &known, err);
		if (st != FLOW_OK)
			return st;
	}
	for (i = 0; i < BITMAP_WORDS(b->count) && known; i++)
		b->keep[i] &= b->may[i];
	return FLOW_OK;
}

/* Rows of the batches to keep; all but the last have FLOW_BATCH_ROWS. */
static uint64_t
rows_kept(const struct batches *b)
{
	uint64_t kept = bitmap_count(b->keep, b->count);

	if (!bitmap_get(b->keep, b->count - 1))
		return kept * FLOW_BATCH_ROWS;
	return (kept - 1) * FLOW_BATCH_ROWS + b->rows - (b->count - 1) * FLOW_BATCH_ROWS;
}

enum flow_status
plan_pages(const struct pq_file *file, const struct profile_map *map, size_t group,
    const struct flow_bounds *bounds, struct plan_part *part, struct flow_error *err)
{
	uint64_t rows = pq_file_group_rows(file, group);
	struct batches b = { .rows = rows,
		.count = (size_t)((rows + FLOW_BATCH_ROWS - 1) / FLOW_BATCH_ROWS) };
	enum flow_status st = FLOW_OK;
	size_t i;

	/* A single batch is read as a whole. */
	if (b.count < 2)
		return FLOW_OK;
	b.keep = calloc(2 * BITMAP_WORDS(b.count), sizeof(*b.keep));
	if (b.keep == NULL)
		return flow_fail_memory(err);
	b.may = b.keep + BITMAP_WORDS(b.count);
	bitmap_fill(b.keep, 0, b.count, true);
	for (i = 0; i < bounds->count && st == FLOW_OK; i++)
		st = apply_clause(file, map, group, &bounds->clause[i], &part->absent, &b, err);
	if (st != FLOW_OK || bitmap_count(b.keep, b.count) == b.count) {
		free(b.keep);
		return st;
	}
	part->keep = b.keep;
	part->rows = bitmap_count(b.keep, b.count) > 0 ? rows_kept(&b) : 0;
	return FLOW_OK;
}
