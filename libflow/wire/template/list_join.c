/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Joins a record with records in its lists that describe the same flow (YAF 2 has TCP flags and payload
 * in a subTemplateMultiList): their fields follow those of the record, as if one template had them
 * all.  Each combination of templates gets its own plan.
 */
#include "wire/template/list.h"

#include <stdlib.h>
#include <string.h>

#include "wire/decoder.h"

/* The most combinations kept for a template; a new one replaces the oldest. */
#define COMBINATIONS_MAX 8

struct combination {
	uint32_t serial[JOIN_MAX];	/* of the templates, in their order */
	size_t parts;
	struct plan *plan;
};

struct joined {
	struct combination item[COMBINATIONS_MAX];
	size_t next;			/* the one to be replaced next */
};

void
joined_free(struct joined *j)
{
	size_t i;

	if (j == NULL)
		return;
	for (i = 0; i < COMBINATIONS_MAX; i++)
		plan_free(j->item[i].plan);
	free(j);
}

/* The length of the first record; 0 if there is none. */
static size_t
record_len(const struct rows *r, const struct template *t, const struct cursor *records)
{
	struct cursor in = *records;

	if (sets_record(&in, t, r->ctx->d->list_span[0]) != FLOW_OK)
		return 0;
	return cursor_left(records) - cursor_left(&in);
}

/*
 * Adds the record of a block; `holds` tells whether the list's semantic makes it the flow's own.  If several
 * records in the row's lists have the same template, none of them is joined.
 */
static void
add_part(struct join *j, const struct rows *r, uint16_t id, const struct cursor *records, bool holds,
    size_t *fields)
{
	struct template *t = list_template(r, id);
	size_t i, len = t != NULL && plan_may_fill(t) ? record_len(r, t, records) : 0;

	if (len == 0)
		return;
	for (i = 0; i < j->parts; i++) {
		if (j->part[i].t != t)
			continue;
		j->part[i].p = NULL;	/* two of a kind */
		return;
	}
	if (j->parts == JOIN_MAX || *fields + t->count > JOIN_FIELDS_MAX)
		return;
	j->part[j->parts++] = (struct join_part){ t, holds && len == cursor_left(records) ? records->pos : NULL,
		len, (uint16_t)*fields };
	*fields += t->count;
}

/* Removes the parts whose template was found twice. */
static void
drop_twins(struct join *j, size_t own)
{
	size_t i, n = 0, fields = own;

	for (i = 0; i < j->parts; i++) {
		if (j->part[i].p == NULL)
			continue;
		j->part[n] = j->part[i];
		j->part[n++].from = (uint16_t)fields;
		fields += j->part[i].t->count;
	}
	j->parts = n;
}

/*
 * Whether a list's records are the flow's own.  Those of noneOf are not, and semantics that mean one or
 * some of several do not tell which (RFC 6313 4.4).
 */
static bool
says_all(enum element_type type, const struct span *s)
{
	struct cursor records;
	struct list_walk w;
	size_t filled = 0;
	uint16_t id;

	list_walk_begin(&w, type, s->p, s->len);
	if (w.semantic != LIST_EXACTLY_ONE_OF && w.semantic != LIST_ONE_OR_MORE_OF)
		return w.semantic != LIST_NONE_OF;
	while (list_walk_next(&w, &id, &records))
		filled += cursor_left(&records) > 0;
	return filled == 1;	/* two records of one block are two of a kind anyway */
}

/* Collects the records of a row's lists that may be joined with it. */
static void
find_parts(struct join *j, const struct rows *r, const struct template *t)
{
	const struct plan *p = r->plan;
	size_t x, fields = t->count;
	struct cursor records;
	struct list_walk w;
	uint16_t id;
	bool holds;

	j->parts = 0;
	for (x = 0; x < p->extras; x++) {
		enum element_type type = (enum element_type)p->extra[x].type;
		const struct span *s = &r->span[p->extra[x].index];

		if ((type != ELEMENT_SUB_LIST && type != ELEMENT_MULTI_LIST) || s->len == 0)
			continue;
		holds = says_all(type, s);
		list_walk_begin(&w, type, s->p, s->len);
		while (list_walk_next(&w, &id, &records))
			add_part(j, r, id, &records, holds, &fields);
	}
	drop_twins(j, t->count);
}

static bool
is_combination(const struct combination *c, const struct join *j)
{
	size_t i;

	if (c->plan == NULL || c->parts != j->parts)
		return false;
	for (i = 0; i < j->parts; i++)
		if (c->serial[i] != j->part[i].t->serial)
			return false;
	return true;
}

/* A template with the fields of the record and all parts; NULL: no memory. */
static struct template *
join_templates(const struct template *t, const struct join *j)
{
	size_t i, fields = t->count;
	struct template *all;

	for (i = 0; i < j->parts; i++)
		fields += j->part[i].t->count;
	all = calloc(1, sizeof(*all) + fields * sizeof(all->field[0]));
	if (all == NULL)
		return NULL;
	all->count = (uint16_t)fields;
	memcpy(all->field, t->field, t->count * sizeof(t->field[0]));
	for (i = 0; i < j->parts; i++)
		memcpy(all->field + j->part[i].from, j->part[i].t->field,
		    j->part[i].t->count * sizeof(t->field[0]));
	return all;
}

/* Joined plans are freed with the plan of their template. */
static void
count_bytes(const struct rows *r, struct template *t, size_t bytes)
{
	t->plan->bytes += bytes;
	store_account(r->ctx->d, r->ctx->src, t, bytes);
}

/* The plan for these parts, made if new. */
static enum flow_status
find_plan(const struct rows *r, struct template *t, const struct join *j, struct plan **plan)
{
	struct element_told told = { &r->ctx->src->known, r->ctx->d->options.elements };
	struct joined *known = t->plan->joined;
	struct combination *c;
	struct template *all;
	size_t i;

	for (i = 0; known != NULL && i < COMBINATIONS_MAX; i++)
		if (is_combination(&known->item[i], j)) {
			*plan = known->item[i].plan;
			return FLOW_OK;
		}
	if (known == NULL && (known = t->plan->joined = calloc(1, sizeof(*known))) == NULL)
		return FLOW_ENOMEM;
	if ((all = join_templates(t, j)) == NULL)
		return FLOW_ENOMEM;
	*plan = plan_compile_joined(all, &told, t->count);
	template_free(all);
	if (*plan == NULL)
		return FLOW_ENOMEM;
	c = &known->item[known->next++ % COMBINATIONS_MAX];
	if (c->plan != NULL)
		count_bytes(r, t, 0 - c->plan->bytes);
	plan_free(c->plan);
	c->plan = *plan;
	c->parts = j->parts;
	for (i = 0; i < j->parts; i++)
		c->serial[i] = j->part[i].t->serial;
	count_bytes(r, t, c->plan->bytes);
	return FLOW_OK;
}

/* Sets the spans of the record, then those of its parts. */
static void
join_spans(const struct rows *r, const struct template *t, const struct join *j)
{
	struct span *span = r->ctx->d->join_span;
	size_t i;

	memcpy(span, r->span, t->count * sizeof(*span));
	for (i = 0; i < j->parts; i++) {
		struct cursor in = cursor_make(j->part[i].p, j->part[i].len);

		if (sets_record(&in, j->part[i].t, span + j->part[i].from) != FLOW_OK)
			memset(span + j->part[i].from, 0, j->part[i].t->count * sizeof(*span));
	}
}

enum flow_status
list_run(const struct rows *r, struct template *t)
{
	struct rows all = *r;
	struct plan *plan = NULL;
	enum flow_status st;
	struct join j;

	find_parts(&j, r, t);
	if (j.parts == 0)
		return plan_run(r);
	st = find_plan(r, t, &j, &plan);
	if (st != FLOW_OK)
		return st;
	if (!plan->fills_nested)
		return plan_run(r);
	join_spans(r, t, &j);
	all.plan = plan;
	all.span = r->ctx->d->join_span;
	all.join = &j;
	all.to = t->count;
	return plan_run(&all);
}
