/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "agg/agg.h"
#include "agg/report/billing.h"
#include "agg/parts/parts.h"
#include "agg/rolled_groups.h"
#include "agg/workers_merge.h"
#include "agg/table/result.h"
#include "agg/report/series.h"
#include "agg/report/spikes.h"
#include "base/team.h"

static enum flow_status
add_outside(struct flow_agg_result *r, struct flow_agg *const *agg, size_t n)
{
	r->outside = calloc(r->spec->groupings + 1, sizeof(*r->outside));
	if (r->outside == NULL)
		return FLOW_ENOMEM;
	for (size_t w = 0; w < n; w++)
		for (size_t i = 0; i < r->spec->groupings; i++)
			r->outside[i] += agg[w]->outside[i];
	if (agg[0]->ends == NULL)
		return FLOW_OK;
	r->ends = calloc(r->spec->groupings + 1, sizeof(*r->ends));
	if (r->ends == NULL)
		return FLOW_ENOMEM;
	for (size_t i = 0; i < r->spec->groupings; i++) {
		r->ends[i] = agg[0]->ends[i];
		for (size_t w = 1; w < n; w++) {
			const struct instants *more = &agg[w]->ends[i];

			r->ends[i].first_ms = more->first_ms < r->ends[i].first_ms ? more->first_ms :
			    r->ends[i].first_ms;
			r->ends[i].last_ms = more->last_ms > r->ends[i].last_ms ? more->last_ms :
			    r->ends[i].last_ms;
		}
	}
	return FLOW_OK;
}

/* Adds a worker's "other" groups of bins to the first worker's. */
static enum flow_status
join_rest(struct groups *into, const struct groups *from)
{
	for (unsigned p = 0; p < GROUP_PARTS; p++) {
		for (uint32_t i = 0; i < from->part[p].count; i++) {
			const uint64_t *group = groups_at(from, &from->part[p], i);
			uint64_t *found;

			if (groups_find_one(into, &into->part[p], group, groups_tag(from, &from->part[p], i), &found) !=
			    FLOW_OK)
				return FLOW_ENOMEM;
			accumulate_state(&into->grouping->slots, groups_state(into, found),
			    group + from->words);
		}
	}
	return FLOW_OK;
}

static enum flow_status
join_rests(struct flow_agg *const *agg, size_t n)
{
	for (size_t i = 0; agg[0]->rest != NULL && i < agg[0]->spec->groupings; i++)
		for (size_t w = 1; w < n && agg[0]->rest[i] != NULL; w++)
			if (join_rest(agg[0]->rest[i], agg[w]->rest[i]) != FLOW_OK)
				return FLOW_ENOMEM;
	return FLOW_OK;
}

/* Gives the first worker's groups and atoms to the result. */
static void
take_over(struct flow_agg_result *r, struct flow_agg *agg)
{
	r->maps = agg->maps;
	r->groups = agg->groups;
	r->rest = agg->rest;
	agg->rest = NULL;
	r->totals = agg->totals;
	key_maps_init(&agg->maps);
	agg->groups = NULL;
}

/* Sums of groups that cannot overflow. */
struct wide_totals {
	unsigned __int128 rows, sum[TOTALS];
	bool saturated[TOTALS];
	uint64_t first, last;
};

static void
add_group(struct wide_totals *t, const uint8_t *slot, const uint64_t *state)
{
	uint64_t first = state[slot[TOTALS]], last = state[slot[TOTALS + 1]];

	t->rows += state[0];
	for (size_t i = 0; i < TOTALS; i++) {
		t->sum[i] += state[slot[i]];
		t->saturated[i] |= state[slot[i]] == UINT64_MAX;
	}
	t->first = first < t->first ? first : t->first;
	t->last = last > t->last ? last : t->last;
}

/*
 * Adds all narrow groups at once, in a fraction of the time: none is saturated, and those without
 * rows add nothing.  Slots are in the order of narrow_state.
 */
static void
add_narrow(struct wide_totals *t, const uint8_t *slot, const struct groups *g)
{
	const struct narrow_sums s = narrow_sum(g->dense, g->part[0].count);
	const unsigned __int128 sum[] = { s.rows, s.flows, s.packets, s.bytes };

	t->rows += s.rows;
	for (size_t i = 0; i < TOTALS; i++)
		t->sum[i] += sum[slot[i]];
	if (s.rows > 0) {
		t->first = g->base + s.first;
		t->last = g->base + s.last;
	}
}

static void
add_groups(struct wide_totals *t, const uint8_t *slot, const struct groups *g)
{
	uint64_t room[NARROW_SLOTS];

	for (unsigned p = 0; p < GROUP_PARTS; p++) {
		for (uint32_t i = 0; i < g->part[p].count; i++) {
			const uint64_t *group = groups_at(g, &g->part[p], i);

			if (groups_used(g, group))
				add_group(t, slot, groups_read(g, group, room));
		}
	}
}

/*
 * Computes the totals from the groups of one grouping.  Each alternative of the key counted each row
 * once, in the hidden group if need be, so sums are divided by their number; no group counts a row
 * twice, so a saturated group saturates the total.
 */
static void
sum_totals(struct flow_agg_result *r)
{
	const struct groups *g = &r->groups[r->spec->totals];
	struct wide_totals t = { .first = UINT64_MAX };
	uint8_t alts = g->grouping->part[0].alts;
	uint64_t room[NARROW_SLOTS];

	if (g->narrow)
		add_narrow(&t, r->spec->total_slot, g);
	else
		add_groups(&t, r->spec->total_slot, g);
	if (groups_nowhere(g) != NULL)
		add_group(&t, r->spec->total_slot, groups_read(g, groups_nowhere(g), room));
	r->totals.rows = (uint64_t)(t.rows / alts);
	for (size_t i = 0; i < TOTALS; i++) {
		unsigned __int128 sum = t.sum[i] / alts;

		r->totals.sum[i] = t.saturated[i] || sum > UINT64_MAX ? UINT64_MAX : (uint64_t)sum;
	}
	r->totals.first = t.first;
	r->totals.last = t.last;
}

/* Allocates the lists of rows that views keep of parts whose groups are freed. */
static enum flow_status
prepare_kept(struct flow_agg_result *r)
{
	for (size_t i = 0; i < r->spec->views; i++) {
		struct result_view *v = &r->view[i];

		if (!grouping_is_bounded(r->spec, r->spec->view[i].grouping))
			continue;
		v->kept = calloc(GROUP_PARTS, sizeof(*v->kept));
		if (v->kept == NULL)
			return FLOW_ENOMEM;
	}
	return FLOW_OK;
}

static void
kept_free(struct result_kept *kept)
{
	for (unsigned p = 0; kept != NULL && p < GROUP_PARTS; p++) {
		free(kept[p].row);
		free(kept[p].groups);
	}
	free(kept);
}

/* Takes over all workers' sketches: merged groups refer to those of any worker. */
static enum flow_status
take_sketches(struct flow_agg_result *r, struct flow_agg *const *agg, size_t n)
{
	if (agg[0]->approx == NULL)
		return FLOW_OK;
	r->approx = calloc(n, sizeof(*r->approx));
	if (r->approx == NULL)
		return FLOW_ENOMEM;
	r->workers = n;
	for (size_t w = 0; w < n; w++) {
		r->approx[w] = agg[w]->approx;
		agg[w]->approx = NULL;
	}
	return FLOW_OK;
}

/* Whether a view starts as a sorted list of groups. */
static bool
is_ordered(const struct flow_agg_spec *spec, size_t view)
{
	const struct view *v = &spec->view[view];

	return !v->billing && !v->spikes && (view_is_made(spec, view) || flow_agg_is_late(spec, view));
}

static void
order_view(void *context, size_t view)
{
	struct flow_agg_result *r = context;

	if (is_ordered(r->spec, view))
		result_order(r, view);
}

/*
 * Whether a view's rows prove that a sieve by sums kept no group out of it: it has as many rows as its limit, and the
 * last one reaches the sieve's least sum.  If only bins were sieved (has_rest), all groups are there, and fewer rows
 * than the limit are complete.
 */
static bool
view_proves(const struct flow_agg_result *r, size_t view, const struct sieve *s)
{
	const struct result_view *v = &r->view[view];

	if (s->rule.by != SIEVE_SUM || s->least == 0)
		return true;
	if (!s->rule.has_rest && v->rows < r->spec->view[view].limit)
		return false;
	return v->rows == 0 || v->row[v->rows - 1].rank >= s->least;
}

static bool
views_prove(const struct flow_agg_result *r, const struct sieve *sieve)
{
	for (size_t i = 0; sieve != NULL && i < r->spec->views; i++) {
		const struct view *v = &r->spec->view[i];

		if (!view_proves(r, i, &sieve[v->grouping]) || (v->series && !view_proves(r, i, &sieve[v->bins])))
			return false;
	}
	return true;
}

bool
flow_agg_proven(const struct flow_agg_result *result)
{
	return !result->unproven;
}

/* Up to this limit of a worker's memory, views are sorted one at a time. */
#define SCARCE_BYTES ((size_t)256 << 20)

/* Fills the rows of all views, one view at a time if memory is short. */
static enum flow_status
fill_views(struct flow_agg_result *r, const struct sieve *sieve, size_t threads)
{
	enum flow_status st = FLOW_OK;

	for (size_t i = 0; i < r->spec->views && st == FLOW_OK; i++)
		if (is_ordered(r->spec, i))
			st = result_reserve(r, i);
	if (st == FLOW_OK)
		team_run(r->limit == 0 || r->limit > SCARCE_BYTES ? threads : 1, r->spec->views, order_view, r);
	r->unproven = st == FLOW_OK && r->spec->sieves_sums && !views_prove(r, sieve);
	for (size_t i = 0; i < r->spec->views && st == FLOW_OK && !r->unproven; i++) {
		const struct view *v = &r->spec->view[i];

		if (r->spec->phase == FLOW_AGG_CHOOSE && flow_agg_is_late(r->spec, i))
			result_remember(r, i);
		if (!view_is_made(r->spec, i))
			continue;
		if (v->billing)
			st = billing_fill(r, i);
		else if (v->spikes)
			st = spikes_fill(r, i);
		else if (v->series)
			st = series_fill(r, i);
	}
	return st;
}

enum flow_status
flow_agg_finish(struct flow_agg *const *agg, size_t n, struct flow_agg_result **result,
    struct flow_error *err)
{
	struct flow_agg_result *r = calloc(1, sizeof(*r));
	enum flow_status st;

	if (r == NULL)
		return flow_fail_memory(err);
	r->spec = agg[0]->spec;
	r->folder = agg[0]->folder;
	r->limit = agg[0]->limit;
	r->view = calloc(r->spec->views + 1, sizeof(*r->view));
	st = r->view != NULL && prepare_kept(r) == FLOW_OK ? add_outside(r, agg, n) : FLOW_ENOMEM;
	if (parts_reads(agg[0]))
		parts_tell(r, agg[0]);
	if (st == FLOW_OK)
		st = merge_workers(agg, n, r);
	if (st == FLOW_OK)
		st = join_rests(agg, n);
	if (st == FLOW_OK) {
		take_over(r, agg[0]);
		st = roll_up_groups(r, n);
	}
	if (st == FLOW_OK && totals_are_summed(agg[0]))
		sum_totals(r);
	if (st == FLOW_OK)
		st = take_sketches(r, agg, n);
	for (size_t i = 0; i < r->spec->groupings && st == FLOW_OK && r->approx != NULL; i++)
		st = approx_fill(r->approx[0], &r->groups[i]);
	if (st == FLOW_OK)
		st = fill_views(r, agg[0]->sieve, n);
	if (st != FLOW_OK) {
		if (r->error.status == FLOW_OK)
			(void)flow_fail_memory(&r->error);
		st = flow_fail(err, r->error.status, r->error.offset, "%s", r->error.message);
		flow_agg_result_free(r);
		return st;
	}
	*result = r;
	return FLOW_OK;
}

void
result_lighten(struct flow_agg_result *r)
{
	for (size_t i = 0; r->view != NULL && i < r->spec->views; i++) {
		kept_free(r->view[i].kept);
		r->view[i].kept = NULL;
		r->view[i].rows = 0;
	}
	for (size_t i = 0; r->groups != NULL && i < r->spec->groupings; i++) {
		groups_release(&r->groups[i]);
		groups_init(&r->groups[i], &r->spec->grouping[i]);
	}
	for (size_t i = 0; i < r->arrays; i++)
		spool_free(&r->array[i]);
	r->arrays = 0;
	for (size_t i = 0; i < r->workers; i++)
		approx_free(r->approx[i]);
	r->workers = 0;
	key_maps_release(&r->maps);
}

void
flow_agg_result_free(struct flow_agg_result *r)
{
	if (r == NULL)
		return;
	result_lighten(r);
	for (size_t i = 0; r->rest != NULL && i < r->spec->groupings; i++) {
		if (r->rest[i] != NULL)
			groups_release(r->rest[i]);
		free(r->rest[i]);
	}
	free(r->rest);
	free(r->array);
	free(r->approx);
	free(r->view);
	free(r->groups);
	free(r->outside);
	free(r->ends);
	free(r);
}
