/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/feed.h"

#include <stdlib.h>

#include "agg/feed_dense.h"
#include "agg/feed_keys.h"
#include "agg/feed_narrow.h"
#include "agg/feed_scratch.h"
#include "agg/feed_sieve.h"
#include "agg/parts/parts.h"
#include "agg/share.h"

struct feed_scratch *
feed_scratch_new(void)
{
	return malloc(sizeof(struct feed_scratch));
}

size_t
feed_scratch_bytes(void)
{
	return sizeof(struct feed_scratch);
}

/* Adds rows under each of their ends that is in the worker's share. */
static enum flow_status
feed_shared_ends(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch, const struct rows *rows)
{
	struct feed_scratch *s = agg->scratch;
	const struct grouping *grouping = g->grouping;
	enum flow_status st = FLOW_OK;

	for (size_t a = 0; a < grouping->part[0].alts && st == FLOW_OK; a++) {
		struct rows in;

		st = share_rows_new(agg, grouping, a, batch, rows, s->shared, &in, s->value[0], s->flag[0]);
		if (st != FLOW_OK || in.n == 0)
			continue;
		if (grouping->dense) {
			st = feed_dense_values(agg, g, batch, &in);
			continue;
		}
		st = feed_other_values(agg, grouping, batch, &in);
		if (st == FLOW_OK)
			st = feed_keys(agg, g, batch, &in, s->value[0], s->flag[0]);
	}
	return st;
}

/* Adds rows that were partitioned by end, under their one end. */
static enum flow_status
feed_end(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch, const struct rows *rows)
{
	struct feed_scratch *s = agg->scratch;

	if (key_values(&agg->maps, &g->grouping->part[0], 0, batch, rows, s->value[0], s->flag[0]) != FLOW_OK)
		return FLOW_ENOMEM;
	if (g->grouping->dense)
		return feed_dense_values(agg, g, batch, rows);
	if (feed_other_values(agg, g->grouping, batch, rows) != FLOW_OK)
		return FLOW_ENOMEM;
	return feed_keys(agg, g, batch, rows, s->value[0], s->flag[0]);
}

static enum flow_status
feed_grouping(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch,
    const struct rows *rows)
{
	struct feed_scratch *s = agg->scratch;
	const struct grouping *grouping = g->grouping;
	enum flow_status st;

	if (grouping->part[0].alts > 1 && parts_has_one_end(agg, grouping))
		return feed_end(agg, g, batch, rows);
	if (grouping->part[0].alts > 1 && agg_is_shared(agg))
		return feed_shared_ends(agg, g, batch, rows);
	if (grouping->dense)
		return feed_dense(agg, g, batch, rows);
	if (grouping->part[0].alts > 1)
		return feed_alternatives(agg, g, batch, rows);
	if (g->recent_pause == 0 && !agg->backlog[g - agg->groups].on && feed_is_one_number(g, batch) &&
	    !grouping_has_values(agg->spec, (size_t)(g - agg->groups)))
		return feed_number(agg, g, batch, rows);
	st = key_values(&agg->maps, &grouping->part[0], 0, batch, rows, s->value[0], s->flag[0]);
	if (st == FLOW_OK)
		st = feed_other_values(agg, grouping, batch, rows);
	if (st != FLOW_OK)
		return st;
	if (grouping->pairing.how != FLOW_AGG_ONE_WAY)
		feed_turn_rows(agg, &grouping->pairing, rows->n);
	return feed_keys(agg, g, batch, rows, s->value[0], s->flag[0]);
}

/* Whether a grouping takes or stores rows in this phase; rows read from parts are of one grouping. */
static bool
feed_is_wanted(const struct flow_agg *agg, size_t grouping)
{
	if (parts_reads(agg) && grouping != agg->parts->grouping)
		return false;
	return agg->spec->phase == FLOW_AGG_ALL || grouping_is_fed(agg->spec, grouping) || parts_takes(agg, grouping);
}

/* Adds the rows that a grouping's sieve lets pass; same: see feed_hashes. */
static enum flow_status
feed_sieved(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch,
    const struct rows *rows, bool same)
{
	size_t grouping = (size_t)(g - agg->groups);
	struct rows in = *rows, mine;
	const uint64_t *hash;
	enum flow_status st = FLOW_OK;

	if (grouping_share_parts(g->grouping) < g->grouping->parts)
		share_note_ends(agg, grouping, batch, rows);
	if (agg_is_shared(agg) && parts_has_one_end(agg, g->grouping) && !parts_are_share(agg)) {
		if (share_rows(agg, g->grouping, 0, batch, rows, agg->scratch->shared, &mine) != FLOW_OK)
			return FLOW_ENOMEM;
		rows = &mine;
		in = mine;
		same = false;
	}
	if (rows->n > 0 && feed_is_sieved(agg, grouping)) {
		const struct sieve *sieve = &agg->sieve[grouping];

		if (feed_hashes(agg, grouping, batch, rows, same, &hash) != FLOW_OK)
			return FLOW_ENOMEM;
		if (sieve->rule.has_rest) {
			const struct rows rest = sieve_rest(sieve, rows, hash, agg->scratch->rest);

			st = feed_rest(agg, g, batch, &rest);
		}
		in = sieve_rows(sieve, rows, hash, agg->scratch->sieved);
	}
	if (in.n == 0 || st != FLOW_OK)
		return st;
	return parts_takes(agg, grouping) ? parts_put(agg, grouping, batch, &in) : feed_grouping(agg, g, batch, &in);
}

/* Adds spread rows to all groupings that spread as `first` does. */
static enum flow_status
feed_alike(struct flow_agg *agg, size_t first, const struct flow_batch *batch, const struct rows *rows)
{
	const struct flow_agg_spec *spec = agg->spec;
	enum flow_status st = FLOW_OK;

	for (size_t i = first; i < spec->groupings && rows->n > 0 && st == FLOW_OK; i++) {
		if (!spread_is_same(&spec->grouping[i], &spec->grouping[first]) || !feed_is_wanted(agg, i))
			continue;
		if (parts_takes(agg, i))
			share_note_ends(agg, i, batch, rows);
		else
			st = feed_sieved(agg, &agg->groups[i], batch, rows, false);
	}
	return st;
}

/* Stores the original rows for partitioned groupings that spread; they are spread again when read. */
static enum flow_status
put_unspread(struct flow_agg *agg, size_t first, const struct flow_batch *batch, const struct rows *rows)
{
	const struct flow_agg_spec *spec = agg->spec;
	enum flow_status st = FLOW_OK;

	for (size_t i = first; i < spec->groupings && st == FLOW_OK; i++)
		if (spread_is_same(&spec->grouping[i], &spec->grouping[first]) && parts_takes(agg, i))
			st = parts_put(agg, i, batch, rows);
	return st;
}

/* Spreads rows for a grouping and all later ones that spread alike; does nothing if an earlier one did so. */
static enum flow_status
feed_spread(struct flow_agg *agg, size_t grouping, const struct flow_batch *batch, const struct rows *rows)
{
	const struct flow_agg_spec *spec = agg->spec;
	const struct grouping *g = &spec->grouping[grouping];
	const struct flow_batch *part;
	enum flow_status st;
	struct rows whole;

	for (size_t i = 0; i < grouping; i++)
		if (spread_is_same(&spec->grouping[i], g) && feed_is_wanted(agg, i))
			return FLOW_OK;
	spread_begin(agg->spread, spec, g, batch, rows);
	whole = spread_whole(agg->spread);
	st = feed_alike(agg, grouping, batch, &whole);
	while (st == FLOW_OK && (st = spread_next(agg->spread, &part)) == FLOW_OK)
		st = feed_alike(agg, grouping, part, &(struct rows){ NULL, 0, (uint32_t)part->rows });
	for (size_t i = grouping; i < spec->groupings; i++)
		if (spread_is_same(&spec->grouping[i], g) && feed_is_wanted(agg, i))
			agg->outside[i] += spread_outside(agg->spread);
	return st == FLOW_END ? put_unspread(agg, grouping, batch, rows) : st;
}

/* The rows that begin in [from_ms, to_ms), listed in `row` unless all do. */
static struct rows
rows_begun(const struct flow_batch *batch, const struct rows *rows, int64_t from_ms, int64_t to_ms,
    uint16_t row[GROUP_ROWS])
{
	const struct flow_column *c = &batch->column[FLOW_FIELD_FIRST];
	const int64_t *first = c->values;
	uint32_t n = 0;

	if ((from_ms == INT64_MIN && to_ms == INT64_MAX) || c->form != FLOW_FORM_FLAT)
		return *rows;
	for (uint32_t i = 0; i < rows->n; i++) {
		uint32_t r = rows_at(rows, i);

		row[n] = (uint16_t)r;
		n += first[r] >= from_ms && (first[r] < to_ms || to_ms == INT64_MAX);
	}
	return n == rows->n ? *rows : (struct rows){ row, 0, n };
}

/* The rows that do not begin in the window; `begun`: those that do. */
static struct rows
rows_not_begun(const struct rows *rows, const struct rows *begun, uint16_t row[GROUP_ROWS])
{
	uint32_t n = 0, k = 0;

	for (uint32_t i = 0; i < rows->n && begun->n < rows->n; i++) {
		uint32_t r = rows_at(rows, i);

		if (k < begun->n && rows_at(begun, k) == r)
			k++;
		else
			row[n++] = (uint16_t)r;
	}
	return (struct rows){ row, 0, n };
}

/* The rows that are not in the groups that a grouping is made from: it counts those that begin before the window. */
static struct rows
rows_not_rolled_up(const struct grouping *g, const struct rows *rows, const struct rows *begun,
    uint16_t row[GROUP_ROWS])
{
	return g->of_spread ? rows_not_begun(rows, begun, row) : (struct rows){ NULL, 0, 0 };
}

/* Adds rows, of which `begun` begin in the window, to a grouping that does not spread. */
static enum flow_status
feed_begun(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch,
    const struct rows *rows, const struct rows *begun)
{
	const struct grouping *grouping = g->grouping;
	struct rows within = grouping->of_spread ? *rows : *begun;

	if (grouping->rolled_from != NO_GROUPING) {
		within = rows_not_rolled_up(grouping, rows, begun, agg->scratch->within);
		return within.n > 0 ? feed_sieved(agg, g, batch, &within, false) : FLOW_OK;
	}
	if (grouping->series_ms != 0) {
		within = rows_begun(batch, begun, grouping->from_ms, grouping->to_ms,
		    agg->scratch->within);
		agg->outside[g - agg->groups] += begun->n - within.n;
	}
	return feed_sieved(agg, g, batch, &within, !grouping->of_spread && within.n == begun->n);
}

enum flow_status
feed_rows(struct flow_agg *agg, const struct flow_batch *batch, const struct rows *rows)
{
	const struct rows begun = rows_begun(batch, rows, agg->spec->from_ms, agg->spec->to_ms,
	    agg->scratch->begun);
	enum flow_status st = FLOW_OK;

	feed_sieves_begin(agg);
	if (!totals_are_summed(agg) && !parts_reads(agg))
		accumulate_totals(&agg->totals, batch, &begun);
	if (agg->narrow && begun.n > 0)
		st = feed_keep_narrow(agg, batch, &begun);
	for (size_t i = 0; i < agg->spec->groupings && st == FLOW_OK; i++) {
		struct groups *g = &agg->groups[i];

		if (!feed_is_wanted(agg, i))
			continue;
		st = g->grouping->spread_ms != 0 ? feed_spread(agg, i, batch, rows) :
		    feed_begun(agg, g, batch, rows, &begun);
	}
	return st;
}
