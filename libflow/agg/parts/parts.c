/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/parts/parts.h"

#include <stdlib.h>
#include <string.h>

#include "agg/agg.h"
#include "agg/feed_sieve.h"
#include "agg/table/result.h"

/* Shares per part. */
#define PART_WIDTH (FLOW_AGG_SHARES / ROW_PARTS)

struct flow_agg_parts *
flow_agg_parts_new(struct flow_agg_spec *spec, const char *folder, size_t workers, size_t bytes)
{
	struct flow_agg_parts *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->spec = spec;
	p->rows = row_parts_new(spec, folder, workers, bytes);
	p->splits = calloc(spec->groupings + 1, sizeof(*p->splits));
	if (p->rows == NULL || p->splits == NULL) {
		flow_agg_parts_free(p);
		return NULL;
	}
	for (size_t i = 0; i < spec->groupings; i++)
		p->splits[i] = grouping_splits_ends(&spec->grouping[i]);
	return p;
}

void
flow_agg_parts_free(struct flow_agg_parts *p)
{
	if (p == NULL)
		return;
	row_parts_free(p->rows);
	free(p->splits);
	free(p->told.ends);
	free(p->told.outside);
	free(p);
}

void
agg_parts_free(struct agg_parts *p)
{
	if (p == NULL)
		return;
	row_sorter_free(p->sorter);
	row_decoder_free(p->decoder);
	buf_release(&p->bytes);
	free(p);
}

static enum flow_status
join(struct flow_agg *agg, struct flow_agg_parts *parts, struct flow_error *err)
{
	agg->parts = calloc(1, sizeof(*agg->parts));
	if (agg->parts == NULL)
		return flow_fail_memory(err);
	agg->parts->all = parts;
	buf_init(&agg->parts->bytes);
	return FLOW_OK;
}

enum flow_status
flow_agg_parts_write(struct flow_agg *agg, struct flow_agg_parts *parts, struct flow_error *err)
{
	if (join(agg, parts, err) != FLOW_OK)
		return FLOW_ENOMEM;
	agg->parts->sorter = row_sorter_new(parts->rows);
	return agg->parts->sorter != NULL ? FLOW_OK : flow_fail_memory(err);
}

/* Whether all rows that are read belong to the share, so that their whole dictionaries do. */
static bool
has_own_rows(const struct flow_agg *agg)
{
	for (size_t i = 0; i < agg->spec->groupings; i++)
		if (grouping_is_fed(agg->spec, i) && !parts_has_one_end(agg, &agg->spec->grouping[i]))
			return false;
	return true;
}

enum flow_status
flow_agg_parts_read(struct flow_agg *agg, struct flow_agg_parts *parts, struct flow_error *err)
{
	if (join(agg, parts, err) != FLOW_OK)
		return FLOW_ENOMEM;
	agg->parts->decoder = row_decoder_new();
	if (agg->parts->decoder == NULL)
		return flow_fail_memory(err);
	agg->parts->share_from = agg->share_from;
	agg->parts->share_to = agg->share_to;
	agg->parts->whole = agg->share_from % PART_WIDTH == 0 && agg->share_to % PART_WIDTH == 0;
	agg->maps.is_lazy = !agg->parts->whole || !has_own_rows(agg);
	return FLOW_OK;
}

bool
parts_takes(const struct flow_agg *agg, size_t grouping)
{
	return agg->parts != NULL && agg->parts->sorter != NULL && grouping_is_parted(agg->spec, grouping) &&
	    grouping_is_in_phase(agg->spec, grouping);
}

/* The hashes of the rows' groups, by end. */
struct hashed_ends {
	uint64_t hash[KEY_ALTS][GROUP_ROWS];
};

static enum flow_status
hash_ends(struct flow_agg *agg, const struct grouping *g, const struct flow_batch *batch, const struct rows *rows,
    struct hashed_ends *ends)
{
	enum flow_status st = FLOW_OK;

	for (size_t a = 0; a < g->part[0].alts && st == FLOW_OK; a++)
		st = feed_hash_rows(agg, g, grouping_share_parts(g), a, batch, rows, ends->hash[a]);
	return st;
}

/* Marks the rows that have the same value at two ends. */
static enum flow_status
mark_same(struct flow_agg *agg, const struct key_part *part, size_t a, size_t b, const struct flow_batch *batch,
    const struct rows *rows, const struct hashed_ends *ends, bool *same)
{
	uint64_t value[2][GROUP_ROWS];
	uint8_t flag[2][GROUP_ROWS];
	uint16_t alike[GROUP_ROWS], at[GROUP_ROWS];
	struct rows some = { alike, 0, 0 };

	/* Addresses are looked up only for rows with equal hashes. */
	for (uint32_t i = 0; i < rows->n; i++) {
		alike[some.n] = (uint16_t)rows_at(rows, i);
		at[some.n] = (uint16_t)i;
		some.n += ends->hash[a][i] == ends->hash[b][i];
	}
	if (some.n == 0)
		return FLOW_OK;
	if (key_values(&agg->maps, part, a, batch, &some, value[0], flag[0]) != FLOW_OK ||
	    key_values(&agg->maps, part, b, batch, &some, value[1], flag[1]) != FLOW_OK)
		return FLOW_ENOMEM;
	for (uint32_t k = 0; k < some.n; k++)
		same[at[k]] |= value[0][k] == value[1][k] && (!key_part_is_wide(part) || flag[0][k] == flag[1][k]);
	return FLOW_OK;
}

/* Writes rows to the part of one end, its value in the first end's column; without those that an earlier end covers. */
static enum flow_status
put_end(struct flow_agg *agg, size_t grouping, size_t alt, const struct flow_batch *batch, const struct rows *rows,
    const struct hashed_ends *ends)
{
	const struct key_part *part = &agg->spec->grouping[grouping].part[0];
	struct agg_parts *p = agg->parts;
	bool same[GROUP_ROWS] = { false };
	struct flow_batch end = *batch;

	end.column[part->field[0]] = batch->column[part->field[alt]];
	for (size_t b = 0; b < alt; b++)
		if (mark_same(agg, part, alt, b, batch, rows, ends, same) != FLOW_OK)
			return FLOW_ENOMEM;
	for (uint32_t i = 0; i < rows->n; i++)
		if (!same[i] && row_sorter_put(p->sorter, grouping, groups_part_of(ends->hash[alt][i]), &end,
		    rows_at(rows, i), &p->error) != FLOW_OK)
			return FLOW_EIO;
	return FLOW_OK;
}

/* Writes unsplit rows to the parts of all of their ends, once to each. */
static enum flow_status
put_whole(struct flow_agg *agg, size_t grouping, const struct flow_batch *batch, const struct rows *rows,
    const struct hashed_ends *ends)
{
	size_t alts = agg->spec->grouping[grouping].part[0].alts;
	struct agg_parts *p = agg->parts;

	for (uint32_t i = 0; i < rows->n; i++) {
		for (size_t a = 0; a < alts; a++) {
			unsigned part = groups_part_of(ends->hash[a][i]);
			size_t b = 0;

			while (b < a && groups_part_of(ends->hash[b][i]) != part)
				b++;
			if (b == a && row_sorter_put(p->sorter, grouping, part, batch, rows_at(rows, i), &p->error) !=
			    FLOW_OK)
				return FLOW_EIO;
		}
	}
	return FLOW_OK;
}

enum flow_status
parts_put(struct flow_agg *agg, size_t grouping, const struct flow_batch *batch, const struct rows *rows)
{
	const struct grouping *g = &agg->spec->grouping[grouping];
	enum flow_status st = FLOW_OK;
	struct hashed_ends ends;

	if (hash_ends(agg, g, batch, rows, &ends) != FLOW_OK)
		return FLOW_ENOMEM;
	if (!agg->parts->all->splits[grouping])
		return put_whole(agg, grouping, batch, rows, &ends);
	for (size_t a = 0; a < g->part[0].alts && st == FLOW_OK; a++)
		st = put_end(agg, grouping, a, batch, rows, &ends);
	return st;
}

enum flow_status
flow_agg_parts_end(struct flow_agg *const *agg, size_t n, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;

	for (size_t w = 0; w < n && st == FLOW_OK; w++)
		st = row_sorter_end(agg[w]->parts->sorter, err);
	return st;
}

enum flow_status
flow_agg_parts_note(struct flow_agg_parts *parts, const struct flow_agg_result *all, struct flow_error *err)
{
	size_t n = parts->spec->groupings;
	struct parts_told *told = &parts->told;

	told->totals = all->totals;
	told->ends = calloc(n + 1, sizeof(*told->ends));
	told->outside = calloc(n + 1, sizeof(*told->outside));
	if (told->ends == NULL || told->outside == NULL)
		return flow_fail_memory(err);
	memcpy(told->ends, all->ends, n * sizeof(*told->ends));
	memcpy(told->outside, all->outside, n * sizeof(*told->outside));
	return FLOW_OK;
}

void
parts_tell(struct flow_agg_result *r, struct flow_agg *agg)
{
	const struct parts_told *told = &agg->parts->all->told;
	size_t n = agg->spec->groupings;

	agg->totals = told->totals;
	memcpy(r->ends, told->ends, n * sizeof(*told->ends));
	memcpy(r->outside, told->outside, n * sizeof(*told->outside));
}

/* The parts that a share overlaps. */
static void
parts_of(unsigned from, unsigned to, unsigned *first, unsigned *end)
{
	*first = from / PART_WIDTH;
	*end = (to + PART_WIDTH - 1) / PART_WIDTH;
}

void
flow_agg_parts_rewind(struct flow_agg_parts *parts, unsigned from, unsigned to)
{
	unsigned first, end;

	parts_of(from, to, &first, &end);
	row_parts_rewind(parts->rows, first, end);
}

uint64_t
flow_agg_parts_rows(const struct flow_agg_parts *parts, unsigned from, unsigned to)
{
	unsigned first, end;
	uint64_t rows = 0;

	parts_of(from, to, &first, &end);
	for (size_t i = 0; i < parts->spec->groupings; i++)
		if (grouping_is_fed(parts->spec, i))
			rows += row_parts_rows(parts->rows, i, first, end);
	return rows;
}
