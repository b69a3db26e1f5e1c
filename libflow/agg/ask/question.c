/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/ask/question.h"

#include <stdlib.h>
#include <string.h>

#include "agg/ask/question_parse.h"
#include "agg/ask/key_parse.h"
#include "agg/ask/roll_up.h"

struct flow_agg_spec *
flow_agg_spec_new(void)
{
	struct flow_agg_spec *spec = calloc(1, sizeof(*spec));

	if (spec != NULL) {
		spec->from_ms = INT64_MIN;
		spec->to_ms = INT64_MAX;
		spec->turn = TURN_ALL;
	}
	return spec;
}

static void
shown_free(struct flow_agg_spec *spec)
{
	for (size_t i = 0; spec->shown != NULL && i < spec->groupings; i++)
		free(spec->shown[i]);
	free(spec->shown);
	spec->shown = NULL;
}

void
flow_agg_spec_free(struct flow_agg_spec *spec)
{
	if (spec == NULL)
		return;
	free(spec->grouping);
	free(spec->view);
	free(spec->value);
	shown_free(spec);
	free(spec->parted);
	free(spec->cluster);
	free(spec);
}

size_t
flow_agg_tables(const struct flow_agg_spec *spec)
{
	return spec->views;
}

/* Whether two groupings are equal, and so are computed once. */
static bool
grouping_equal(const struct grouping *a, const struct grouping *b)
{
	return a->parts == b->parts && a->slots.count == b->slots.count &&
	    memcmp(a->part, b->part, sizeof(a->part[0]) * a->parts) == 0 &&
	    memcmp(&a->pairing, &b->pairing, sizeof(a->pairing)) == 0 &&
	    a->spread_ms == b->spread_ms && a->of_spread == b->of_spread &&
	    a->series_ms == b->series_ms &&
	    memcmp(a->slots.slot, b->slots.slot, sizeof(a->slots.slot[0]) * a->slots.count) == 0;
}

/* The index of an equal grouping; adds this one if there is none. */
static enum flow_status
grouping_add(struct flow_agg_spec *spec, const struct grouping *want, size_t *at)
{
	struct grouping *g;

	*at = 0;
	while (*at < spec->groupings && !grouping_equal(&spec->grouping[*at], want))
		++*at;
	if (*at < spec->groupings)
		return FLOW_OK;
	g = realloc(spec->grouping, (spec->groupings + 1) * sizeof(*g));
	if (g == NULL)
		return FLOW_ENOMEM;
	spec->grouping = g;
	g += spec->groupings++;
	*g = *want;
	g->from_ms = g->period_from_ms = INT64_MIN;
	g->to_ms = g->period_to_ms = INT64_MAX;
	g->rolled_from = NO_GROUPING;
	return FLOW_OK;
}

/* Adds a slot of grouping `of` to the value column that it needs, which is added if new. */
static enum flow_status
value_add(struct flow_agg_spec *spec, size_t of, uint8_t slot)
{
	const struct slot *s = &spec->grouping[of].slots.slot[slot];
	struct grouping only = { .parts = 0 };
	struct value_column *v;
	size_t i = 0;

	while (i < spec->values && (spec->value[i].of != of || spec->value[i].part.field[0] != s->field[0]))
		i++;
	if (i == spec->values) {
		v = realloc(spec->value, (spec->values + 1) * sizeof(*v));
		if (v == NULL)
			return FLOW_ENOMEM;
		spec->value = v;
		key_add_field(&only, s->field[0]);
		v[spec->values++] = (struct value_column){ .of = of, .part = only.part[0] };
	}
	v = &spec->value[i];
	v->slot[v->slots++] = slot;
	v->all_rows |= s->op == SLOT_PERCENTILE;
	return FLOW_OK;
}

bool
grouping_has_values(const struct flow_agg_spec *spec, size_t grouping)
{
	for (size_t i = 0; i < spec->values; i++)
		if (spec->value[i].of == grouping)
			return true;
	return false;
}

/* distinct() of a part of the key is 0 or 1, so that it needs no list of values. */
static void
ease_distinct(struct grouping *g)
{
	for (uint8_t i = 0; i < g->slots.count; i++) {
		struct slot *s = &g->slots.slot[i];

		for (size_t k = 0; k < g->parts && s->op == SLOT_DISTINCT; k++)
			if (g->part[k].kind == KEY_FIELD && g->part[k].alts == 1 &&
			    g->part[k].field[0] == s->field[0])
				s->op = SLOT_HAS;
	}
}

/* The slots of all sums that the totals need; false if the grouping lacks one. */
static bool
total_slots(const struct grouping *g, uint8_t slot[TOTALS + 2])
{
	static const struct slot want[TOTALS + 2] = {
		{ SLOT_ADD, { FLOW_FIELD_FLOWS, FLOW_FIELD_NONE },
		    { FLOW_FIELD_FLOWS, FLOW_FIELD_NONE }, 0 },
		{ SLOT_ADD, { FLOW_FIELD_PACKETS, FLOW_FIELD_REV_PACKETS },
		    { FLOW_FIELD_PACKETS, FLOW_FIELD_REV_PACKETS }, 0 },
		{ SLOT_ADD, { FLOW_FIELD_BYTES, FLOW_FIELD_REV_BYTES },
		    { FLOW_FIELD_BYTES, FLOW_FIELD_REV_BYTES }, 0 },
		{ SLOT_MIN, { FLOW_FIELD_FIRST, FLOW_FIELD_NONE },
		    { FLOW_FIELD_FIRST, FLOW_FIELD_NONE }, 0 },
		{ SLOT_MAX, { FLOW_FIELD_LAST, FLOW_FIELD_NONE },
		    { FLOW_FIELD_LAST, FLOW_FIELD_NONE }, 0 },
	};
	struct slots slots = g->slots;

	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		slot[i] = slots_find(&slots, want[i]);
		if (slot[i] >= g->slots.count)
			return false;
	}
	return true;
}

/* Whether dense grouping a may have more groups than b. */
static bool
is_larger(const struct grouping *a, const struct grouping *b)
{
	const struct key_part *x = &a->part[0], *y = &b->part[0];

	if (key_part_is_atom(x) || key_part_is_atom(y))
		return !key_part_is_atom(y);
	return flow_type_size(key_part_type(x)) > flow_type_size(key_part_type(y));
}

/*
 * Chooses the grouping to compute totals from: one that counts each row equally often and has all sums
 * that the totals need; among several the one with the fewest groups.
 */
static void
totals_find(struct flow_agg_spec *spec, size_t grouping)
{
	const struct grouping *g = &spec->grouping[grouping];
	uint8_t slot[TOTALS + 2];

	if (g->spread_ms != 0 || g->of_spread || !g->dense ||
	    (spec->has_totals && !is_larger(&spec->grouping[spec->totals], g)))
		return;
	if (g->part[0].alts > 1 && (g->part[0].alts > 2 || !grouping_has_nowhere(g)))
		return;
	if (!total_slots(g, slot))
		return;
	memcpy(spec->total_slot, slot, sizeof(slot));
	spec->has_totals = true;
	spec->totals = grouping;
}

/* Whether a view chooses its rows by their share of the totals. */
static bool
needs_totals(const struct view *v)
{
	for (size_t i = 0; i < v->mins; i++)
		if (v->min[i].measure.kind == MEASURE_SHARE)
			return true;
	for (size_t i = 0; i < v->having.tests; i++)
		if (v->having.test[i].measure.kind == MEASURE_SHARE)
			return true;
	return false;
}

static enum flow_status
commit(struct flow_agg_spec *spec, struct draft *d, struct flow_error *err)
{
	struct view *v = realloc(spec->view, (spec->views + d->views) * sizeof(*v));
	size_t at, bins = 0;
	bool known;

	if (v == NULL)
		return flow_fail_memory(err);
	spec->view = v;
	ease_distinct(&d->grouping);
	if (grouping_add(spec, &d->grouping, &at) != FLOW_OK)
		return flow_fail_memory(err);
	totals_find(spec, at);
	known = grouping_has_values(spec, at);
	for (uint8_t i = 0; i < d->grouping.slots.count && !known; i++)
		if (slot_needs_values(&d->grouping.slots.slot[i]) && value_add(spec, at, i) != FLOW_OK)
			return flow_fail_memory(err);
	if (d->common.series && grouping_add(spec, &d->bins, &bins) != FLOW_OK)
		return flow_fail_memory(err);
	for (size_t i = 0; i < d->views; i++) {
		d->view[i].grouping = at;
		d->view[i].bins = bins;
		spec->totals_early |= needs_totals(&d->view[i]);
		spec->view[spec->views++] = d->view[i];
	}
	return FLOW_OK;
}

/* Fails if a key needs a database and there is none. */
static enum flow_status
geo_check(const struct flow_agg_spec *spec, const struct grouping *g, struct flow_error *err)
{
	for (size_t k = 0; k < g->parts && spec->geo == NULL; k++)
		if (key_kind_is_geo(g->part[k].kind))
			return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
			    "%s: needs a database of addresses (--geo FILE)", g->part[k].name);
	return FLOW_OK;
}

void
flow_agg_geo(struct flow_agg_spec *spec, const struct flow_geo *geo)
{
	spec->geo = geo;
}

enum flow_status
flow_agg_ask(struct flow_agg_spec *spec, const struct flow_agg_ask *ask, struct flow_error *err)
{
	struct draft *d;
	enum flow_status st;

	if ((ask->keys == NULL) == (ask->statistic == NULL))
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "either keys or a statistic");
	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return flow_fail_memory(err);
	st = draft_parse(d, ask, err);
	if (st == FLOW_OK)
		st = geo_check(spec, &d->grouping, err);
	if (st == FLOW_OK)
		st = commit(spec, d, err);
	free(d);
	return st;
}

/* The width of a grouping's bins in a period; 0: it has no period. */
static int64_t
period_width(const struct grouping *g)
{
	return g->spread_ms != 0 ? g->spread_ms : g->series_ms;
}

bool
flow_agg_spreads(const struct flow_agg_spec *spec)
{
	for (size_t i = 0; i < spec->groupings; i++)
		if (spec->grouping[i].spread_ms != 0)
			return true;
	return false;
}

bool
flow_agg_has_period(const struct flow_agg_spec *spec)
{
	for (size_t i = 0; i < spec->groupings; i++)
		if (period_width(&spec->grouping[i]) != 0)
			return true;
	return false;
}

/* The beginning of an instant's bin; INT64_MIN on overflow. */
static int64_t
bin_floor(int64_t ms, int64_t width_ms)
{
	int64_t rest = ms % width_ms, from;

	return __builtin_sub_overflow(ms, rest < 0 ? rest + width_ms : rest, &from) ? INT64_MIN : from;
}

/* The earliest bin end at or after an instant; INT64_MAX on overflow. */
static int64_t
bin_ceiling(int64_t ms, int64_t width_ms)
{
	int64_t from = bin_floor(ms, width_ms), to;

	if (from == ms)
		return ms;
	return __builtin_add_overflow(from, width_ms, &to) ? INT64_MAX : to;
}

bool
flow_agg_is_late(const struct flow_agg_spec *spec, size_t table)
{
	return spec->view[table].series && spec->view[table].limit > 0;
}

/* Whether a view's rows are made in the current phase. */
static bool
is_in_phase(const struct flow_agg_spec *spec, size_t view)
{
	return spec->phase == FLOW_AGG_ALL || flow_agg_is_late(spec, view) == (spec->phase == FLOW_AGG_SHOW);
}

bool
view_is_made(const struct flow_agg_spec *spec, size_t view)
{
	return is_in_phase(spec, view) && grouping_is_in_turn(spec, spec->view[view].grouping);
}

bool
grouping_is_fed(const struct flow_agg_spec *spec, size_t grouping)
{
	return grouping_is_in_phase(spec, grouping) && grouping_is_in_turn(spec, grouping);
}

bool
grouping_is_in_phase(const struct flow_agg_spec *spec, size_t grouping)
{
	for (size_t i = 0; i < spec->views; i++) {
		const struct view *v = &spec->view[i];
		bool is_made = is_in_phase(spec, i), has_bins = v->series || v->billing;

		if (has_bins && v->bins == grouping && is_made)
			return true;
		if (v->grouping == grouping && (is_made || flow_agg_is_late(spec, i)))
			return true;
	}
	return false;
}

unsigned
grouping_share_parts(const struct grouping *g)
{
	return g->parts - (period_width(g) != 0);
}

enum flow_status
flow_agg_set_phase(struct flow_agg_spec *spec, enum flow_agg_phase phase, struct flow_error *err)
{
	spec->phase = phase;
	if (phase != FLOW_AGG_ALL)
		spec_roll_up_none(spec);
	if (phase == FLOW_AGG_SHOW)
		return FLOW_OK;
	shown_free(spec);
	if (phase == FLOW_AGG_ALL)
		return FLOW_OK;
	spec->shown = calloc(spec->groupings + 1, sizeof(*spec->shown));
	if (spec->shown == NULL)
		return flow_fail_memory(err);
	for (size_t i = 0; i < spec->views; i++) {
		size_t g = spec->view[i].grouping;

		if (!flow_agg_is_late(spec, i) || spec->shown[g] != NULL)
			continue;
		spec->shown[g] = calloc(BITMAP_WORDS(SHOWN_BITS), sizeof(**spec->shown));
		if (spec->shown[g] == NULL)
			return flow_fail_memory(err);
	}
	return FLOW_OK;
}

static void
grouping_set_period(struct grouping *g, const struct flow_agg_period *p)
{
	int64_t width_ms = period_width(g);

	if (width_ms == 0)
		return;
	g->period_from_ms = p->from_ms;
	g->period_to_ms = p->to_ms;
	if (!p->from_exact && p->from_ms != INT64_MIN)
		g->period_from_ms = bin_floor(p->from_ms, width_ms);
	if (!p->to_exact && p->to_ms != INT64_MAX)
		g->period_to_ms = bin_ceiling(p->to_ms, width_ms);
	g->from_ms = g->period_from_ms;
	g->to_ms = g->period_to_ms;
	if (g->series_ms != 0 && !p->from_exact && g->from_ms != INT64_MIN &&
	    __builtin_sub_overflow(g->from_ms, FLOW_AGG_SERIES_SLACK_MS, &g->from_ms))
		g->from_ms = INT64_MIN;
	if (g->series_ms != 0 && !p->to_exact && g->to_ms != INT64_MAX &&
	    __builtin_add_overflow(g->to_ms, FLOW_AGG_SERIES_SLACK_MS, &g->to_ms))
		g->to_ms = INT64_MAX;
}

void
flow_agg_set_period(struct flow_agg_spec *spec, const struct flow_agg_period *period)
{
	if (period->touching && period->from_exact)
		spec->from_ms = period->from_ms;
	if (period->touching && period->to_exact)
		spec->to_ms = period->to_ms;
	for (size_t i = 0; i < spec->groupings; i++)
		grouping_set_period(&spec->grouping[i], period);
}

bool
grouping_can_spill(const struct flow_agg_spec *spec, size_t grouping)
{
	return !spec->grouping[grouping].dense && !slots_approx(&spec->grouping[grouping].slots);
}

bool
grouping_is_bounded(const struct flow_agg_spec *spec, size_t grouping)
{
	if (!grouping_can_spill(spec, grouping) || spec->grouping[grouping].rolls_up ||
	    spec->grouping[grouping].rolled_from != NO_GROUPING)
		return false;
	for (size_t i = 0; i < spec->views; i++) {
		const struct view *v = &spec->view[i];
		bool plain = !v->series && !v->billing && !v->spikes && v->limit > 0;

		if ((v->grouping == grouping || ((v->series || v->billing) && v->bins == grouping)) &&
		    !plain)
			return false;
	}
	return true;
}

void
grouping_key_fields(const struct grouping *g, struct flow_fieldset *set)
{
	for (size_t k = 0; k < g->parts; k++) {
		for (size_t a = 0; a < g->part[k].alts; a++)
			flow_fieldset_add(set, g->part[k].field[a]);
		if (g->part[k].mask != FLOW_FIELD_NONE)
			flow_fieldset_add(set, g->part[k].mask);
	}
}

void
grouping_fields(const struct grouping *g, struct flow_fieldset *set)
{
	grouping_key_fields(g, set);
	slots_fields(&g->slots, set);
	if (period_width(g) != 0)
		flow_fieldset_add(set, FLOW_FIELD_FIRST);
	if (g->spread_ms != 0)
		flow_fieldset_add(set, FLOW_FIELD_LAST);
}

void
flow_agg_fields(const struct flow_agg_spec *spec, struct flow_fieldset *set)
{
	for (size_t i = 0; i < spec->groupings; i++)
		grouping_fields(&spec->grouping[i], set);
}
