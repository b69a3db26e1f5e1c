/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/ask/sieve_rule.h"

#include <string.h>

#include "agg/ask/roll_up.h"

/* A smaller bound of rows would keep out too little. */
#define LEAST_ROWS 32

/* Fewer rows are grouped in the time that counting takes. */
#define SUMS_ROWS ((uint64_t)1 << 18)

/* With a larger limit, the least sum in a table is no more than what most groups have. */
#define SUMS_MOST 4096

static const struct sieve_rule no_rule = { .by = SIEVE_NOTHING };

/* Lower bounds for a view's groups: rows, rows with SYN alone, and the percentage of these. */
struct least {
	double rows, syn, percent;
};

static void
least_raise(double *least, double to)
{
	*least = to > *least ? to : *least;
}

static void
least_add(struct least *all, const struct slots *slots, const struct measure *m, double least)
{
	enum slot_op op = slots->slot[m->a].op;

	if (m->kind == MEASURE_PART && op == SLOT_SYN)
		least_raise(&all->percent, least);
	else if (m->kind == MEASURE_SLOT && op == SLOT_SYN)
		least_raise(&all->syn, least);
	else if (m->kind == MEASURE_SLOT && (op == SLOT_ROWS || op == SLOT_COUNT || op == SLOT_DISTINCT))
		least_raise(&all->rows, least);
}

/* The bound of rows, or of those with SYN alone, that a view's conditions imply. */
static struct sieve_rule
view_rows(const struct slots *slots, const struct view *v)
{
	const struct having *h = &v->having;
	struct least all = { 0, 0, 0 };

	for (size_t i = 0; i < v->mins; i++)
		least_add(&all, slots, &v->min[i].measure, v->min[i].least);
	for (size_t i = 0; i < h->tests && having_is_all(h); i++)
		if (h->test[i].how >= HAVING_AT_LEAST || h->test[i].how == HAVING_EQUAL)
			least_add(&all, slots, &h->test[i].measure, h->test[i].value);
	/* The factor makes sure that rounding up keeps no group out. */
	if (all.rows * all.percent / 100 > all.syn)
		all.syn = all.rows * all.percent / 100 * (1 - 1e-9);
	if (all.syn > all.rows / 4)
		return (struct sieve_rule){ .by = SIEVE_SYN,
			.least = all.syn < UINT32_MAX ? (uint32_t)all.syn : UINT32_MAX };
	return (struct sieve_rule){ .by = SIEVE_ROWS,
		.least = all.rows < UINT32_MAX ? (uint32_t)all.rows : UINT32_MAX };
}

/* Whether a view is a plain list of groups, for which rows may be kept out. */
static bool
is_plain(const struct view *v)
{
	return !v->series && !v->billing && !v->spikes;
}

static struct sieve_rule
rule_of_rows(const struct flow_agg_spec *spec, size_t grouping)
{
	const struct grouping *g = &spec->grouping[grouping];
	struct sieve_rule all = no_rule;

	if (g->dense && !grouping_has_values(spec, grouping))
		return no_rule;
	if (g->pairing.how != FLOW_AGG_ONE_WAY)
		return no_rule;
	for (size_t i = 0; i < spec->views; i++) {
		const struct view *v = &spec->view[i];
		struct sieve_rule one;

		if (v->bins == grouping && (v->series || v->billing))
			return no_rule;
		if (v->grouping != grouping)
			continue;
		one = view_rows(&g->slots, v);
		if (!is_plain(v) || one.least < LEAST_ROWS || (all.by != SIEVE_NOTHING && one.by != all.by))
			return no_rule;
		if (all.by == SIEVE_NOTHING || one.least < all.least)
			all = one;
	}
	return all;
}

/* Whether a column is a counter, of which rows add non-negative numbers. */
static bool
is_counter(enum flow_field field)
{
	return field == FLOW_FIELD_NONE || field == FLOW_FIELD_FLOWS || field == FLOW_FIELD_PACKETS ||
	    field == FLOW_FIELD_BYTES || field == FLOW_FIELD_REV_PACKETS || field == FLOW_FIELD_REV_BYTES;
}

/* Whether rows of both directions add the same to a slot. */
static bool
is_of_both_ways(const struct slot *s)
{
	return (s->field[0] == s->back[0] && s->field[1] == s->back[1]) ||
	    (s->field[0] == s->back[1] && s->field[1] == s->back[0]);
}

bool
view_order_is_sum(const struct view *v, const struct slots *slots)
{
	const struct slot *s = &slots->slot[v->order.a];

	if (v->by_key || v->ascending || (v->order.kind != MEASURE_SLOT && v->order.kind != MEASURE_SHARE))
		return false;
	return s->op == SLOT_ROWS || (s->op == SLOT_ADD && is_counter(s->field[0]) && is_counter(s->field[1]));
}

/* The rule by sums for a view. */
static struct sieve_rule
view_sum(const struct flow_agg_spec *spec, const struct view *v)
{
	const struct grouping *g = &spec->grouping[v->grouping];
	struct sieve_rule rule = { .by = SIEVE_SUM, .most = v->limit, .parts = g->parts };

	/* Not with a condition, which may leave out all groups that the guess is based on. */
	if (v->billing || v->spikes || v->limit == 0 || v->limit > SUMS_MOST || v->having.steps > 0 ||
	    g->part[0].alts > 1 || !view_order_is_sum(v, &g->slots))
		return no_rule;
	rule.slot = g->slots.slot[v->order.a];
	if (g->pairing.how != FLOW_AGG_ONE_WAY && !is_of_both_ways(&rule.slot))
		return no_rule;
	return rule;
}

bool
sieve_key_is_few(const struct grouping *g, unsigned parts)
{
	return parts == 1 && !key_part_is_atom(&g->part[0]) && flow_type_size(key_part_type(&g->part[0])) <= 2;
}

/* Columns that have some thousand values in a network, of billions of possible ones. */
static bool
is_of_few_values(enum flow_field field)
{
	return field == FLOW_FIELD_SRC_AS || field == FLOW_FIELD_DST_AS || field == FLOW_FIELD_PREV_AS ||
	    field == FLOW_FIELD_NEXT_AS || field == FLOW_FIELD_IN_IF || field == FLOW_FIELD_OUT_IF;
}

/*
 * Keys with so few groups that a first pass does not pay: a single byte, or (except in a series) a single number of few
 * values: reading that column twice takes a third longer than grouping all rows.
 */
static bool
is_small(const struct grouping *g, const struct view *v)
{
	const struct key_part *part = &g->part[0];

	if (g->parts != 1 || key_part_is_atom(part))
		return false;
	return flow_type_size(key_part_type(part)) == 1 ||
	    (is_plain(v) && part->kind == KEY_FIELD && is_of_few_values(part->field[0]));
}

static bool
slot_equal(const struct slot *a, const struct slot *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static struct sieve_rule
rule_of_sums(const struct flow_agg_spec *spec, size_t grouping)
{
	const struct grouping *g = &spec->grouping[grouping];
	struct sieve_rule all = no_rule;

	if ((g->dense && g->series_ms == 0) || grouping_has_values(spec, grouping) || slots_approx(&g->slots))
		return no_rule;
	for (size_t i = 0; i < spec->views; i++) {
		const struct view *v = &spec->view[i];
		bool of_bins = (v->series || v->billing) && v->bins == grouping;
		struct sieve_rule one;

		if (!of_bins && v->grouping != grouping)
			continue;
		one = view_sum(spec, v);
		if (one.by == SIEVE_NOTHING || is_small(&spec->grouping[v->grouping], v) ||
		    (all.by != SIEVE_NOTHING && (!slot_equal(&one.slot, &all.slot) || of_bins != all.has_rest)))
			return no_rule;
		one.has_rest = of_bins;
		one.most = one.most > all.most ? one.most : all.most;
		all = one;
	}
	return all;
}

struct sieve_rule
grouping_sieve(const struct flow_agg_spec *spec, size_t grouping)
{
	const struct grouping *g = &spec->grouping[grouping];
	struct sieve_rule rule = no_rule;

	/* Groups that others are made from must have all rows. */
	if (g->part[0].alts > 1 || g->rolls_up || g->rolled_from != NO_GROUPING)
		return no_rule;
	if (g->spread_ms == 0 && g->series_ms == 0)
		rule = rule_of_rows(spec, grouping);
	if (rule.by == SIEVE_NOTHING && spec->sieves_sums)
		rule = rule_of_sums(spec, grouping);
	else if (rule.by != SIEVE_NOTHING)
		rule.parts = g->parts;
	rule.is_exact = sieve_key_is_few(g, rule.parts);
	return rule;
}

bool
sieve_key_equal(const struct flow_agg_spec *spec, size_t a, size_t b)
{
	const struct grouping *x = &spec->grouping[a], *y = &spec->grouping[b];
	uint8_t parts = grouping_sieve(spec, a).parts;

	if (parts != grouping_sieve(spec, b).parts ||
	    (x->pairing.how == FLOW_AGG_ONE_WAY) != (y->pairing.how == FLOW_AGG_ONE_WAY))
		return false;
	for (uint8_t k = 0; k < parts; k++) {
		const struct key_part *p = &x->part[k], *q = &y->part[k];

		if (p->kind != q->kind || p->field[0] != q->field[0] || p->mask != q->mask ||
		    p->bits4 != q->bits4 || p->bits6 != q->bits6 || p->width_ms != q->width_ms)
			return false;
	}
	return true;
}

bool
sieve_rule_equal(const struct flow_agg_spec *spec, size_t a, size_t b)
{
	struct sieve_rule x = grouping_sieve(spec, a), y = grouping_sieve(spec, b);

	return x.by == y.by && x.by == SIEVE_SUM && x.most == y.most && slot_equal(&x.slot, &y.slot) &&
	    sieve_key_equal(spec, a, b);
}

void
flow_agg_plan(struct flow_agg_spec *spec, uint64_t rows, bool chosen)
{
	bool twice;

	spec_join_groupings(spec);
	spec_roll_up(spec);
	spec->sieves_sums = false;
	twice = flow_agg_sieves(spec);
	/* A filter may leave few rows, and applying it twice may cost more than grouping them. */
	spec->sieves_sums = rows >= SUMS_ROWS && (twice || !chosen);
}

void
flow_agg_plan_sure(struct flow_agg_spec *spec)
{
	spec->sieves_sums = false;
}

bool
flow_agg_sieves(const struct flow_agg_spec *spec)
{
	for (size_t i = 0; i < spec->groupings; i++)
		if (grouping_sieve(spec, i).by != SIEVE_NOTHING)
			return true;
	return false;
}

void
flow_agg_sieve_fields(const struct flow_agg_spec *spec, struct flow_fieldset *set)
{
	for (size_t i = 0; i < spec->groupings; i++) {
		struct grouping g = spec->grouping[i];
		struct sieve_rule rule = grouping_sieve(spec, i);

		if (rule.by == SIEVE_NOTHING)
			continue;
		g.parts = rule.parts;
		grouping_key_fields(&g, set);
		if (rule.by == SIEVE_SYN)
			flow_fieldset_add(set, FLOW_FIELD_TCP_FLAGS);
		for (size_t f = 0; rule.by == SIEVE_SUM && f < 2; f++)
			if (rule.slot.field[f] != FLOW_FIELD_NONE)
				flow_fieldset_add(set, rule.slot.field[f]);
	}
}
