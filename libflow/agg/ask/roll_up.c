/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/ask/roll_up.h"

#include <string.h>

static bool
part_equal(const struct key_part *a, const struct key_part *b)
{
	return a->alts == 1 && b->alts == 1 && a->kind == b->kind && a->field[0] == b->field[0] && a->mask == b->mask &&
	    a->bits4 == b->bits4 && a->bits6 == b->bits6 && a->width_ms == b->width_ms;
}

bool
roll_up_parts(const struct grouping *g, const struct grouping *from, uint8_t part[KEY_PARTS])
{
	for (uint8_t k = 0; k < g->parts; k++) {
		uint8_t at = 0;

		while (at < from->parts && !part_equal(&g->part[k], &from->part[at]))
			at++;
		if (at == from->parts)
			return false;
		part[k] = at;
	}
	return true;
}

static bool
parts_equal(const struct grouping *a, const struct grouping *b)
{
	for (uint8_t k = 0; k < a->parts && k < b->parts; k++)
		if (!part_equal(&a->part[k], &b->part[k]))
			return false;
	return a->parts == b->parts;
}

static bool
slots_begin_alike(const struct slots *a, const struct slots *b)
{
	uint8_t count = a->count < b->count ? a->count : b->count;

	return memcmp(a->slot, b->slot, sizeof(a->slot[0]) * count) == 0;
}

/* Whether a grouping is a bill's alone, which names its columns itself (struct view, end). */
static bool
is_of_bill(const struct flow_agg_spec *spec, size_t grouping)
{
	for (size_t i = 0; i < spec->views; i++) {
		const struct view *v = &spec->view[i];

		if (!v->billing && (v->grouping == grouping || (v->series && v->bins == grouping)))
			return false;
	}
	return true;
}

static bool
names_equal(const struct grouping *a, const struct grouping *b)
{
	for (uint8_t k = 0; k < a->parts; k++)
		if (strcmp(a->part[k].name, b->part[k].name) != 0)
			return false;
	return true;
}

/* Whether the same rows make the same groups of two spread groupings, so that the one with more slots has both. */
static bool
same_groups(const struct grouping *a, const struct grouping *b)
{
	return a->spread_ms != 0 && a->spread_ms == b->spread_ms && a->from_ms == b->from_ms && a->to_ms == b->to_ms &&
	    a->period_from_ms == b->period_from_ms && a->period_to_ms == b->period_to_ms && parts_equal(a, b) &&
	    slots_begin_alike(&a->slots, &b->slots);
}

static bool
can_join(const struct flow_agg_spec *spec, size_t a, size_t b)
{
	return same_groups(&spec->grouping[a], &spec->grouping[b]) && !grouping_has_values(spec, a) &&
	    !grouping_has_values(spec, b) && (is_of_bill(spec, a) || is_of_bill(spec, b) ||
	    names_equal(&spec->grouping[a], &spec->grouping[b]));
}

static void
move_index(size_t *index, size_t from, size_t to)
{
	*index = *index == from ? to : *index > from ? *index - 1 : *index;
}

/* Gives what a grouping has to an earlier one, and removes it. */
static void
join(struct flow_agg_spec *spec, size_t into, size_t grouping)
{
	struct grouping *g = &spec->grouping[into], *more = &spec->grouping[grouping];

	if (is_of_bill(spec, into))
		memcpy(g->part, more->part, sizeof(g->part));
	if (more->slots.count > g->slots.count)
		g->slots = more->slots;
	g->series_ms = g->series_ms != 0 ? g->series_ms : more->series_ms;
	memmove(more, more + 1, (--spec->groupings - grouping) * sizeof(*more));
	for (size_t i = 0; i < spec->views; i++) {
		move_index(&spec->view[i].grouping, grouping, into);
		move_index(&spec->view[i].bins, grouping, into);
	}
	for (size_t i = 0; i < spec->values; i++)
		move_index(&spec->value[i].of, grouping, into);
	move_index(&spec->totals, grouping, into);
}

void
spec_join_groupings(struct flow_agg_spec *spec)
{
	for (size_t i = 0; i < spec->groupings; i++)
		for (size_t k = spec->groupings; k-- > i + 1;)
			if (can_join(spec, i, k))
				join(spec, i, k);
}

/* Whether groups consist of sums (or the like) of rows that begin in the window, or of all rows (of_spread). */
static bool
has_sums(const struct flow_agg_spec *spec, size_t grouping)
{
	const struct grouping *g = &spec->grouping[grouping];

	if (g->spread_ms != 0 || g->series_ms != 0 || g->pairing.how != FLOW_AGG_ONE_WAY ||
	    grouping_has_values(spec, grouping))
		return false;
	for (uint8_t i = 0; i < g->slots.count; i++)
		if (slot_is_late(&g->slots.slot[i]))
			return false;
	return true;
}

/* What a part adds to the number of groups: little, much (thousands of values), or too much. */
enum breadth { NARROW = 0, BROAD = 1, TOO_BROAD = 2 };

static enum breadth
breadth_of(const struct key_part *part)
{
	enum flow_field field = part->field[0];

	if (part->kind == KEY_SERVICE)
		return BROAD;
	if (part->kind != KEY_FIELD || part->alts != 1)
		return TOO_BROAD;
	if (field == FLOW_FIELD_EXPORTER || field == FLOW_FIELD_IN_IF || field == FLOW_FIELD_OUT_IF)
		return NARROW;
	if (field == FLOW_FIELD_SRC_AS || field == FLOW_FIELD_DST_AS)
		return BROAD;
	if (key_part_is_atom(part) || flow_type_size(key_part_type(part)) > 2)
		return TOO_BROAD;
	return flow_type_size(key_part_type(part)) == 1 ? NARROW : BROAD;
}

/* Whether a view's bound of rows (sieve_rule.h) keeps most of a grouping's rows out, so that it has not all groups. */
static bool
has_bound(const struct flow_agg_spec *spec, size_t grouping)
{
	for (size_t i = 0; i < spec->views; i++)
		if (spec->view[i].grouping == grouping && (spec->view[i].mins > 0 || spec->view[i].having.steps > 0))
			return true;
	return false;
}

/* Whether others may be made from a grouping: all of its groups are needed then, so they should not be many. */
static bool
can_roll_up(const struct flow_agg_spec *spec, size_t grouping)
{
	const struct grouping *g = &spec->grouping[grouping];
	unsigned breadth = 0;

	for (uint8_t k = 0; k < g->parts; k++)
		breadth += breadth_of(&g->part[k]);
	return breadth <= BROAD && !g->of_spread && has_sums(spec, grouping) && !has_bound(spec, grouping);
}

/* Adds the slots that `g` has to those of `from`; false, and nothing is added, if there is no room. */
static bool
take_slots(struct grouping *from, const struct grouping *g)
{
	struct slots slots = from->slots;

	for (uint8_t i = 0; i < g->slots.count; i++)
		if (slots_find(&slots, g->slots.slot[i]) == SLOTS)
			return false;
	slots_seal(&slots);
	from->slots = slots;
	return true;
}

/* The grouping of most keys that this one can be made from, which is made from no other itself. */
static size_t
source_of(const struct flow_agg_spec *spec, size_t grouping)
{
	const struct grouping *g = &spec->grouping[grouping];
	size_t best = NO_GROUPING;
	uint8_t part[KEY_PARTS];

	for (size_t i = 0; i < spec->groupings && has_sums(spec, grouping); i++) {
		const struct grouping *from = &spec->grouping[i];

		if (i == grouping || (from->parts == g->parts && !g->of_spread) || from->dense)
			continue;
		if (can_roll_up(spec, i) && roll_up_parts(g, from, part) &&
		    (best == NO_GROUPING || from->parts > spec->grouping[best].parts))
			best = i;
	}
	return best;
}

void
spec_roll_up(struct flow_agg_spec *spec)
{
	spec_roll_up_none(spec);
	for (size_t i = 0; i < spec->groupings; i++) {
		size_t from = source_of(spec, i);

		if (from == NO_GROUPING || !take_slots(&spec->grouping[from], &spec->grouping[i]))
			continue;
		spec->grouping[i].rolled_from = from;
		spec->grouping[from].rolls_up = true;
	}
	/* Groups are made from rows or from such as are: never in two steps. */
	for (size_t i = 0; i < spec->groupings; i++)
		if (spec->grouping[i].rolls_up)
			spec->grouping[i].rolled_from = NO_GROUPING;
}
