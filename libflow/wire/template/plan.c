/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/template/plan_compile.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "wire/template/list.h"

static void
find_candidates(struct compiler *c)
{
	size_t i;

	for (i = 0; i < c->t->count; i++) {
		const struct template_field *f = &c->t->field[i];
		const struct element *e = c->field[i].element;

		c->field[i].fits = e != NULL && (f->len == TEMPLATE_VARIABLE ||
		    (f->len != 0 && element_fits(e, f->len)));
		if (c->field[i].fits && (e->use == ELEMENT_USE_COLUMN || e->use == ELEMENT_USE_FILL))
			c->candidates[e->arg]++;
	}
}

static void
choose_columns(struct compiler *c)
{
	size_t i, f;

	for (f = 0; f < FLOW_FIELD_COUNT; f++)
		c->best[f] = (struct candidate){ PLAN_NO_INDEX, PLAN_NO_RANK };
	for (i = 0; i < c->t->count; i++) {
		const struct element *e = c->field[i].element;

		if (!c->field[i].fits ||
		    (e->use != ELEMENT_USE_COLUMN && e->use != ELEMENT_USE_FILL))
			continue;
		if (e->rank < c->best[e->arg].rank)
			c->best[e->arg] = (struct candidate){ (uint16_t)i, e->rank };
	}
}

static const enum flow_field counter_field[PLAN_COUNTERS] = {
	FLOW_FIELD_BYTES, FLOW_FIELD_PACKETS, FLOW_FIELD_REV_BYTES, FLOW_FIELD_REV_PACKETS,
};

/* Counters after the observation point stand in for missing ones, so counters choose their winners separately. */
static void
choose_counters(struct compiler *c)
{
	struct plan_counters *p = &c->p->counters;
	size_t i;

	memset(p->index, 0xff, sizeof(p->index));	/* PLAN_NO_INDEX */
	memset(c->p->families.index, 0xff, sizeof(c->p->families.index));
	for (i = 0; i < c->t->count; i++) {
		if (!c->field[i].fits)
			continue;
		counters_add(p, c->field[i].element, i);
		families_add(&c->p->families, c->field[i].element, i);
	}
	counters_settle(p);
	families_settle(&c->p->families);
	for (i = 0; i < PLAN_COUNTERS; i++)
		c->best[counter_field[i]].index = p->winner[i];
	c->p->has_choice |= p->choose;
}

/* A quick test that most templates have only one header.  `own`: fields that are not of lists. */
static bool
choose_header(struct compiler *c, size_t own)
{
	bool several = false;
	unsigned f;

	for (f = 0; f < FLOW_FIELD_COUNT; f++)
		several |= c->candidates[f] > 1 && header_may_fill((enum flow_field)f);
	if (several && header_compile(c->t, own, &c->p->header) != FLOW_OK)
		return false;
	c->p->has_choice |= c->p->header != NULL;
	return true;
}

static void
add_op(struct compiler *c, enum flow_field field, uint16_t index, bool fill)
{
	c->p->op[c->p->ops++] = (struct plan_op){ index, (uint8_t)field, fill };
	c->p->column[field] = true;
	c->field[index].taken = true;
}

static bool
same_element(const struct template_field *a, const struct template_field *b)
{
	return a->pen == b->pen && a->id == b->id;
}

/* Columns in which zero means no value, so that another element may fill it. */
static bool
zero_is_none(unsigned field)
{
	switch (field) {
	case FLOW_FIELD_SRC_VLAN: case FLOW_FIELD_DST_VLAN:
	case FLOW_FIELD_IN_IF: case FLOW_FIELD_OUT_IF:
	case FLOW_FIELD_NAT_SRC_ADDR: case FLOW_FIELD_NAT_DST_ADDR:
	case FLOW_FIELD_NAT_SRC_PORT: case FLOW_FIELD_NAT_DST_PORT:
	case FLOW_FIELD_FW_EVENT:
		return true;
	default:
		return false;
	}
}

/* Whether field i, of another element than the winner's, fills zeros of that column. */
static bool
fills_zeros(const struct compiler *c, size_t i)
{
	const struct element *e = c->field[i].element;

	if (!c->field[i].fits || c->field[i].taken)
		return false;
	if (e->use == ELEMENT_USE_FILL)
		return !header_fills(c->p->header, (enum flow_field)e->arg);
	return e->use == ELEMENT_USE_COLUMN && zero_is_none(e->arg) && e->rank > 0 &&
	    !same_element(&c->t->field[i], &c->t->field[c->best[e->arg].index]);
}

/* Emits ops for the winners, then for fields that fill their zeros. */
static void
emit_ops(struct compiler *c)
{
	size_t f, i;

	for (f = 0; f < FLOW_FIELD_COUNT; f++)
		if (header_fills(c->p->header, (enum flow_field)f))
			c->p->column[f] = true;
		else if (c->best[f].index != PLAN_NO_INDEX)
			add_op(c, (enum flow_field)f, c->best[f].index, false);
	for (i = 0; i < c->t->count; i++) {
		const struct element *e = c->field[i].element;

		if (!fills_zeros(c, i))
			continue;
		c->field[i].filled = true;
		c->fill_ops[e->arg] = true;
		add_op(c, (enum flow_field)e->arg, (uint16_t)i, true);
	}
}

static struct plan *
compile(const struct template *t, const struct element_told *told, size_t own)
{
	struct compiler *c = calloc(1, sizeof(*c) + t->count * sizeof(c->field[0]));
	struct plan *p = calloc(1, sizeof(*p));
	size_t ops = 2 * (size_t)t->count, i;
	bool whole = false;

	if (c == NULL || p == NULL)
		goto out;
	/* Post counters may be used twice, everything else at most once. */
	p->op = calloc(ops, sizeof(*p->op));
	p->extra = calloc(t->count, sizeof(*p->extra));
	if (p->op == NULL || p->extra == NULL)
		goto out;
	p->template_id = t->id;
	c->t = t;
	c->p = p;
	c->told = told;
	for (i = 0; i < t->count; i++)
		c->field[i].element = element_find(t->field[i].pen, t->field[i].id);
	compile_nested(c, own);
	find_candidates(c);
	choose_columns(c);
	choose_counters(c);
	if (!choose_header(c, own == PLAN_NOTHING_FILLS ? 0 : own))
		goto out;
	emit_ops(c);
	compile_roles(c);
	compile_mapped(c);
	whole = compile_extras(c);
	compile_lists(c, own);
	p->bytes = sizeof(*p) + ops * sizeof(*p->op) + t->count * sizeof(*p->extra) + c->keys_len +
	    (p->header == NULL ? 0 : sizeof(*p->header));
out:
	free(c);
	if (!whole) {
		plan_free(p);
		return NULL;
	}
	return p;
}

struct plan *
plan_compile(const struct template *t, const struct element_told *told)
{
	return compile(t, told, t->count);
}

struct plan *
plan_compile_joined(const struct template *t, const struct element_told *told, size_t own)
{
	return compile(t, told, own);
}

struct plan *
plan_compile_text(const struct template *t, const struct element_told *told)
{
	return compile(t, told, PLAN_NOTHING_FILLS);
}

void
plan_free(struct plan *p)
{
	if (p == NULL)
		return;
	joined_free(p->joined);
	free(p->op);
	free(p->extra);
	free(p->keys);
	free(p->header);
	free(p);
}
