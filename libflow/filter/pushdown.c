/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter/filter_program.h"

#include <stdlib.h>
#include <string.h>

#include "net/mac.h"

/* More alternatives than this prune too little for what they cost. */
#define BOUNDS_MAX 64
#define RANGES_MAX 16
#define TEXTS_MAX 32

struct bounds_list {
	struct arena *arena;
	struct flow_bound bound[BOUNDS_MAX];
	size_t count;
	bool failed;		/* out of memory */
};

static bool
add(struct bounds_list *list, struct flow_bound b)
{
	if (list->count == BOUNDS_MAX)
		return false;
	list->bound[list->count++] = b;
	return true;
}

static bool
add_ranges(struct bounds_list *list, const struct predicate *p)
{
	const struct ranges *r = &p->ranges;

	if (p->number.shift != 0 || p->number.mask != UINT64_MAX)
		return false;
	if (r->count > RANGES_MAX)
		return add(list, (struct flow_bound){ .field = p->field[0], .lo = r->range[0].lo,
		    .hi = r->range[r->count - 1].hi });
	for (size_t i = 0; i < r->count; i++)
		if (!add(list, (struct flow_bound){ .field = p->field[0], .lo = r->range[i].lo,
		    .hi = r->range[i].hi }))
			return false;
	return true;
}

static bool
add_texts(struct bounds_list *list, enum flow_field field, const struct flow_text *text, size_t n)
{
	struct flow_text *copy = arena_array(list->arena, n, sizeof(*copy));

	if (copy == NULL) {
		list->failed = true;
		return false;
	}
	memcpy(copy, text, n * sizeof(*copy));
	return add(list, (struct flow_bound){ .field = field, .text = copy, .text_count = n });
}

/* Adds the canonical texts of a few addresses, also of a small network. */
static bool
add_addrs(struct bounds_list *list, const struct predicate *p)
{
	struct addr addr[TEXTS_MAX];
	struct flow_text text[TEXTS_MAX];
	size_t n = addr_set_enumerate(p->set, addr, TEXTS_MAX);

	if (n > TEXTS_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		char *t = arena_alloc(list->arena, ADDR_TEXT_MAX);

		if (t == NULL) {
			list->failed = true;
			return false;
		}
		text[i] = (struct flow_text){ t, (uint32_t)addr_format(&addr[i], t) };
	}
	return add_texts(list, p->field[0], text, n);
}

static bool
add_macs(struct bounds_list *list, const struct predicate *p)
{
	struct flow_text text[TEXTS_MAX];

	if (p->ranges.count > TEXTS_MAX)
		return false;
	for (size_t i = 0; i < p->ranges.count; i++) {
		const struct range *r = &p->ranges.range[i];
		char *t = arena_alloc(list->arena, MAC_TEXT_LEN);

		if (r->lo != r->hi || t == NULL) {
			list->failed = list->failed || t == NULL;
			return false;
		}
		text[i] = (struct flow_text){ t, (uint32_t)mac_format(r->lo, t) };
	}
	return add_texts(list, p->field[0], text, p->ranges.count);
}

static bool
add_equal_text(struct bounds_list *list, const struct predicate *p)
{
	struct flow_text text;
	size_t len;

	/* No file has statistics of a query's columns. */
	if (p->field[0] >= FLOW_FIELD_STORED)
		return false;
	if (p->negated || matcher_op(p->matcher) != MATCH_EQUAL || p->texts > TEXTS_MAX)
		return false;
	if (p->texts > 0)
		return add_texts(list, p->field[0], p->text, p->texts);
	text.p = matcher_pattern(p->matcher, &len);
	text.len = (uint32_t)len;
	return add_texts(list, p->field[0], &text, 1);
}

static bool
add_predicate(struct bounds_list *list, const struct predicate *p)
{
	switch (p->kind) {
	case PREDICATE_NUMBER:
		return add_ranges(list, p);
	case PREDICATE_BITS:
		return add(list, (struct flow_bound){ .field = p->field[0], .lo = p->number.mask,
		    .hi = field_max(p->field[0]) });
	case PREDICATE_ADDR:
		return add_addrs(list, p);
	case PREDICATE_MAC:
		return add_macs(list, p);
	case PREDICATE_TEXT:
		return add_equal_text(list, p);
	default:
		return false;
	}
}

/* Adds the node's necessary conditions to the list, as alternatives; false if there are none. */
static bool
add_node(struct bounds_list *list, const struct node *n)
{
	size_t count = list->count;

	switch (n->kind) {
	case NODE_FALSE:
		return true;
	case NODE_PREDICATE:
		return add_predicate(list, n->predicate);
	case NODE_OR:
		for (const struct node *c = n->child; c != NULL; c = c->next)
			if (!add_node(list, c))
				return false;
		return true;
	case NODE_AND:
		/* Any child alone is a necessary condition; the first prunes most. */
		for (const struct node *c = n->child; c != NULL; c = c->next) {
			if (add_node(list, c))
				return true;
			list->count = count;
		}
		return false;
	default:
		return false;
	}
}

/* How many predicates of the tree use the column. */
static size_t
count_uses(const struct node *n, enum flow_field field)
{
	size_t uses = 0, i;

	if (n->kind == NODE_PREDICATE)
		for (i = 0; i < n->predicate->fields; i++)
			uses += n->predicate->field[i] == field;
	for (const struct node *c = n->child; c != NULL; c = c->next)
		uses += count_uses(c, field);
	return uses;
}

/* Sets `sole`.  A text bound comes from a predicate that is under no `not`. */
static void
mark_sole(const struct node *root, struct flow_bound *bound, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t same = 0;

		for (size_t k = 0; k < count; k++)
			same += bound[k].field == bound[i].field;
		bound[i].sole = bound[i].text_count > 0 && same == 1 &&
		    count_uses(root, bound[i].field) == 1;
	}
}

static bool
add_clause(struct flow_filter *f, struct flow_clause *clause, size_t *clauses, const struct node *n)
{
	struct bounds_list list = { .arena = f->arena };
	struct flow_bound *copy;

	if (!add_node(&list, n))
		return !list.failed;
	if ((copy = arena_array(f->arena, list.count, sizeof(*copy))) == NULL)
		return false;
	memcpy(copy, list.bound, list.count * sizeof(*copy));
	mark_sole(f->root, copy, list.count);
	clause[(*clauses)++] = (struct flow_clause){ copy, list.count };
	return true;
}

enum flow_status
program_narrow(struct flow_filter *f, struct flow_error *err)
{
	const struct node *n = f->root, *c;
	struct flow_clause *clause;
	size_t terms = 1, clauses = 0;

	/* To count rows all of them must be read. */
	if (f->ordered)
		return FLOW_OK;
	if (n->kind == NODE_AND)
		for (terms = 0, c = n->child; c != NULL; c = c->next)
			terms++;
	if ((clause = arena_array(f->arena, terms, sizeof(*clause))) == NULL)
		return flow_fail_memory(err);
	if (n->kind != NODE_AND) {
		if (!add_clause(f, clause, &clauses, n))
			return flow_fail_memory(err);
	} else {
		for (c = n->child; c != NULL; c = c->next)
			if (!add_clause(f, clause, &clauses, c))
				return flow_fail_memory(err);
	}
	f->bounds = (struct flow_bounds){ clause, clauses };
	return FLOW_OK;
}
