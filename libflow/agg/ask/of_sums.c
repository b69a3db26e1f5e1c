/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether sums (struct flow_agg_sums) can answer a question: checks each key, bin and measure. */
#include "agg/ask/question.h"

static bool
key_fits(const struct key_part *part, const struct flow_agg_sums *sums)
{
	if (part->kind == KEY_BIN)
		return part->alts == 1 && part->field[0] == FLOW_FIELD_FIRST && part->width_ms % sums->width_ms == 0;
	if (part->kind == KEY_SERVICE)
		return sums->service;
	for (unsigned i = 0; i < part->alts; i++) {
		if (part->kind == KEY_FIELD && flow_fieldset_has(&sums->keys, part->field[i]))
			continue;
		if (part->kind != KEY_PREFIX || part->field[i] != sums->network || part->bits4 > sums->bits4 ||
		    part->bits6 > sums->bits6)
			return false;
	}
	return part->kind == KEY_FIELD || part->kind == KEY_PREFIX;
}

static bool
is_counter(enum flow_field field)
{
	return field == FLOW_FIELD_FLOWS || field == FLOW_FIELD_PACKETS || field == FLOW_FIELD_BYTES ||
	    field == FLOW_FIELD_REV_PACKETS || field == FLOW_FIELD_REV_BYTES;
}

/* Only sums of counters, and the times of the first and the last flow. */
static bool
slot_fits(const struct slot *s)
{
	if (s->op == SLOT_MIN)
		return s->field[0] == FLOW_FIELD_FIRST;
	if (s->op == SLOT_MAX)
		return s->field[0] == FLOW_FIELD_LAST || s->field[0] == FLOW_FIELD_RECEIVED;
	return s->op == SLOT_ADD && is_counter(s->field[0]) &&
	    (s->field[1] == FLOW_FIELD_NONE || is_counter(s->field[1]));
}

/* m->count is not checked: it only has to be 0 or not, which sums preserve. */
static bool
measure_fits(const struct grouping *g, const struct measure *m)
{
	const struct slot *slot = g->slots.slot;
	bool b = m->kind == MEASURE_DURATION || m->kind == MEASURE_RATE || m->kind == MEASURE_RATIO ||
	    m->kind == MEASURE_PART;

	return slot_fits(&slot[m->a]) && (!b || slot_fits(&slot[m->b])) &&
	    (m->kind != MEASURE_RATE || slot_fits(&slot[m->c]));
}

static bool
view_fits(const struct flow_agg_spec *spec, const struct view *v, const char **why)
{
	const struct grouping *g = &spec->grouping[v->grouping];

	*why = v->title;
	if (v->billing || v->spikes)
		return false;
	for (unsigned i = 0; i < v->columns; i++) {
		*why = v->column[i].name;
		if (!measure_fits(g, &v->column[i]))
			return false;
	}
	*why = v->order.name;
	if (!v->by_key && !measure_fits(g, &v->order))
		return false;
	for (unsigned i = 0; i < v->mins; i++) {
		*why = v->min[i].measure.name;
		if (!measure_fits(g, &v->min[i].measure))
			return false;
	}
	for (unsigned i = 0; i < v->thens; i++) {
		*why = v->then[i].measure.name;
		if (!v->then[i].is_key && !measure_fits(g, &v->then[i].measure))
			return false;
	}
	for (unsigned i = 0; i < v->having.tests; i++) {
		*why = v->having.test[i].measure.name;
		if (!measure_fits(g, &v->having.test[i].measure))
			return false;
	}
	return true;
}

bool
flow_agg_takes_sums(const struct flow_agg_spec *spec, const struct flow_agg_sums *sums, const char **why)
{
	for (size_t i = 0; i < spec->groupings; i++) {
		const struct grouping *g = &spec->grouping[i];

		*why = "--spread";
		if (g->spread_ms != 0 || g->of_spread)
			return false;
		*why = "both directions as one";
		if (g->pairing.how != FLOW_AGG_ONE_WAY)
			return false;
		for (unsigned k = 0; k < g->parts; k++) {
			*why = g->part[k].name;
			if (!key_fits(&g->part[k], sums))
				return false;
		}
	}
	for (size_t i = 0; i < spec->views; i++)
		if (!view_fits(spec, &spec->view[i], why))
			return false;
	return true;
}
