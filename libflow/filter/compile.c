/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter/filter_program.h"

#include <stdlib.h>

/* Estimates */

static struct estimate
estimate_number(const struct predicate *p)
{
	double max = (double)field_max(p->field[0]) + 1, width = 0;
	struct estimate e = { p->ranges.count > 1 ? 2 : 1, 0 };

	for (size_t i = 0; i < p->ranges.count; i++)
		width += (double)(p->ranges.range[i].hi - p->ranges.range[i].lo) + 1;
	/* Single values are mostly common ones; those of counters crowd at the low end. */
	if (width <= 64)
		e.pass = 0.02 * width;
	else
		e.pass = max > UINT16_MAX + 1 ? 0.5 : width / max;
	if (e.pass > 0.9)
		e.pass = 0.9;
	/* Wide columns hold fewer values in a register. */
	if (flow_type_size(flow_field_info(p->field[0])->type) > 4)
		e.cost *= 3;
	return e;
}

static struct estimate
estimate_predicate(const struct predicate *p)
{
	switch (p->kind) {
	case PREDICATE_NUMBER:
		return estimate_number(p);
	case PREDICATE_BITS:
		return (struct estimate){ 1, 0.3 };
	case PREDICATE_NULL:
		return (struct estimate){ 1, 0.5 };
	case PREDICATE_IDENT:
	case PREDICATE_COUNT:
		return (struct estimate){ 0.1, 0.5 };
	case PREDICATE_ADDR:
		return (struct estimate){ p->texts > 0 ? 4 : 6, p->texts > 0 ? 0.001 : 0.1 };
	case PREDICATE_MAC:
	case PREDICATE_ACL:
	case PREDICATE_TEXT:
		return (struct estimate){ 5, 0.1 };
	case PREDICATE_GEO:
		return (struct estimate){ 10, 0.1 };
	case PREDICATE_PAYLOAD:
	case PREDICATE_EXTRA:
		return (struct estimate){ 100, 0.1 };
	case PREDICATE_EQUAL:
	case PREDICATE_PORT_BLOCK:
	case PREDICATE_MPLS_EOS:
	case PREDICATE_DURATION:
	case PREDICATE_HOUR:
	case PREDICATE_WEEKDAY:
	case PREDICATE_IF_NAME:
		return (struct estimate){ 8, 0.3 };
	case PREDICATE_RATE:
	case PREDICATE_RATIO:
		return (struct estimate){ 20, 0.3 };
	case PREDICATE_SAMPLE:
		return (struct estimate){ 50, 1.0 / (double)p->one_in };
	}
	return (struct estimate){ 1, 0.5 };
}

struct estimate
node_estimate(const struct node *n)
{
	struct estimate e = { 0, n->kind == NODE_OR ? 0 : 1 }, c;

	switch (n->kind) {
	case NODE_TRUE:
	case NODE_FALSE:
		return (struct estimate){ 0, n->kind == NODE_TRUE };
	case NODE_PREDICATE:
		return estimate_predicate(n->predicate);
	case NODE_NOT:
		e = node_estimate(n->child);
		return (struct estimate){ e.cost, 1 - e.pass };
	case NODE_AND:
	case NODE_OR:
		break;
	}
	for (const struct node *child = n->child; child != NULL; child = child->next) {
		c = node_estimate(child);
		e.cost += c.cost;
		e.pass = n->kind == NODE_AND ? e.pass * c.pass : e.pass + c.pass;
	}
	if (e.pass > 0.95 && n->kind == NODE_OR)
		e.pass = 0.95;
	return e;
}

/* Order */

struct ranked {
	struct node *node;
	double key;
	size_t at;
};

static int
compare_ranked(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->key < y->key)
		return -1;
	if (x->key > y->key)
		return 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static void
set_children(struct node *n, struct ranked *r, size_t count)
{
	n->child = count > 0 ? r[0].node : NULL;
	n->last = count > 0 ? r[count - 1].node : NULL;
	for (size_t i = 0; i < count; i++)
		r[i].node->next = i + 1 < count ? r[i + 1].node : NULL;
}

/* Children that decide the most rows at the least cost come first. */
static bool
order(struct node *n)
{
	struct ranked *r;
	size_t count = 0;

	for (struct node *c = n->child; c != NULL; c = c->next)
		count++;
	if ((r = calloc(count, sizeof(*r))) == NULL)
		return false;
	count = 0;
	for (struct node *c = n->child; c != NULL; c = c->next) {
		struct estimate e = node_estimate(c);
		double settled = n->kind == NODE_AND ? 1 - e.pass : e.pass;

		settled = settled > 0.001 ? settled : 0.001;
		r[count] = (struct ranked){ c, e.cost / settled, count };
		count++;
	}
	qsort(r, count, sizeof(*r), compare_ranked);
	set_children(n, r, count);
	free(r);
	return true;
}

/* Simplification */

static bool
never(const struct predicate *p)
{
	switch (p->kind) {
	case PREDICATE_ADDR:
		return addr_set_ranges(p->set) == 0;
	case PREDICATE_NUMBER:
	case PREDICATE_MAC:
	case PREDICATE_ACL:
	case PREDICATE_DURATION:
	case PREDICATE_RATE:
	case PREDICATE_RATIO:
	case PREDICATE_MPLS_EOS:
	case PREDICATE_HOUR:
	case PREDICATE_WEEKDAY:
	case PREDICATE_COUNT:
		return p->ranges.count == 0;
	default:
		return false;
	}
}

static void
become(struct node *n, enum node_kind kind)
{
	n->kind = kind;
	n->child = n->last = NULL;
}

/* Removes constants that do not matter, or replaces the node by one that decides it. */
static void
fold_constants(struct node *n)
{
	enum node_kind idle = n->kind == NODE_AND ? NODE_TRUE : NODE_FALSE;
	enum node_kind decisive = n->kind == NODE_AND ? NODE_FALSE : NODE_TRUE;
	struct node **link = &n->child, *last = NULL;

	while (*link != NULL) {
		if ((*link)->kind == decisive) {
			become(n, decisive);
			return;
		}
		if ((*link)->kind == idle) {
			*link = (*link)->next;
		} else {
			last = *link;
			link = &last->next;
		}
	}
	n->last = last;
	if (n->child == NULL)
		become(n, idle);
}

/* A node with one child is that child. */
static void
collapse(struct node *n)
{
	struct node *only = n->child, *next = n->next;

	if ((n->kind == NODE_AND || n->kind == NODE_OR) && only != NULL && only->next == NULL) {
		*n = *only;
		n->next = next;
	}
}

static bool
simplify(struct arena *arena, struct node *n)
{
	if (n->kind == NODE_PREDICATE) {
		if (never(n->predicate))
			become(n, NODE_FALSE);
		return true;
	}
	for (struct node *c = n->child; c != NULL; c = c->next)
		if (!simplify(arena, c))
			return false;
	if (n->kind == NODE_NOT && n->child->kind <= NODE_FALSE)
		become(n, n->child->kind == NODE_TRUE ? NODE_FALSE : NODE_TRUE);
	if (n->kind != NODE_AND && n->kind != NODE_OR)
		return true;
	fold_constants(n);
	if (n->kind != NODE_AND && n->kind != NODE_OR)
		return true;
	if (!node_merge(arena, n))
		return false;
	/* A joined predicate may have become empty. */
	for (struct node *c = n->child; c != NULL; c = c->next)
		if (c->kind == NODE_PREDICATE && never(c->predicate))
			become(c, NODE_FALSE);
	fold_constants(n);
	collapse(n);
	return true;
}

/* Compiles children first; *masks is how many temporary masks the node needs in eval.c. */
static bool
prepare(struct flow_filter *f, struct node *n, size_t *masks)
{
	size_t most = 0, child_masks;

	*masks = 0;
	if (n->kind == NODE_PREDICATE)
		return predicate_prepare(f, n->predicate);
	for (struct node *c = n->child; c != NULL; c = c->next) {
		if (!prepare(f, c, &child_masks))
			return false;
		most = child_masks > most ? child_masks : most;
	}
	*masks = most + (n->kind == NODE_OR ? 2 : n->kind == NODE_NOT ? 1 : 0);
	return n->kind == NODE_NOT || n->child == NULL || order(n);
}

enum flow_status
program_compile(struct flow_filter *f, struct flow_error *err)
{
	if (!simplify(f->arena, f->root) || !prepare(f, f->root, &f->masks))
		return flow_fail_memory(err);
	f->masks++;
	return FLOW_OK;
}
