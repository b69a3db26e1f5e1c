/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter/ast.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"

struct node *
node_constant(struct arena *arena, bool value)
{
	struct node *n = arena_alloc(arena, sizeof(*n));

	if (n != NULL)
		n->kind = value ? NODE_TRUE : NODE_FALSE;
	return n;
}

struct node *
node_predicate(struct arena *arena, const struct predicate *p)
{
	struct node *n = arena_alloc(arena, sizeof(*n));

	if (n == NULL || (n->predicate = arena_alloc(arena, sizeof(*p))) == NULL)
		return NULL;
	n->kind = NODE_PREDICATE;
	*n->predicate = *p;
	return n;
}

struct node *
node_not(struct arena *arena, struct node *child)
{
	struct node *n;

	if (child == NULL)
		return NULL;
	if (child->kind == NODE_NOT)
		return child->child;
	if (child->kind == NODE_TRUE || child->kind == NODE_FALSE)
		return node_constant(arena, child->kind == NODE_FALSE);
	n = arena_alloc(arena, sizeof(*n));
	if (n == NULL)
		return NULL;
	n->kind = NODE_NOT;
	n->child = n->last = child;
	n->depth = child->depth + 1;
	return n;
}

/* Appends a node, or its children if it is of the same kind. */
static void
append(struct node *to, struct node *n)
{
	struct node *first = n->kind == to->kind ? n->child : n;
	struct node *last = n->kind == to->kind ? n->last : n;
	unsigned depth = n->kind == to->kind ? n->depth : n->depth + 1;

	if (to->child == NULL)
		to->child = first;
	else
		to->last->next = first;
	to->last = last;
	last->next = NULL;
	if (depth > to->depth)
		to->depth = depth;
}

struct node *
node_join(struct arena *arena, enum node_kind kind, struct node *a, struct node *b)
{
	struct node *n;

	if (a == NULL || b == NULL)
		return NULL;
	n = a->kind == kind ? a : arena_alloc(arena, sizeof(*n));
	if (n == NULL)
		return NULL;
	if (n != a) {
		n->kind = kind;
		append(n, a);
	}
	append(n, b);
	return n;
}

bool
range_list_add(struct range_list *list, uint64_t lo, uint64_t hi)
{
	if (!VEC_RESERVE(list->range, list->cap, list->count + 1))
		return false;
	list->range[list->count++] = (struct range){ lo, hi };
	return true;
}

void
range_list_release(struct range_list *list)
{
	free(list->range);
	*list = (struct range_list){ 0 };
}

static int
compare_lo(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return x->lo < y->lo ? -1 : x->lo > y->lo;
}

bool
ranges_make(struct arena *arena, struct range_list *list, struct ranges *out)
{
	struct range *r = list->range, *copy;
	size_t kept = 0;

	if (list->count > 0)
		qsort(r, list->count, sizeof(*r), compare_lo);
	for (size_t i = 0; i < list->count; i++) {
		if (kept > 0 && (r[kept - 1].hi == UINT64_MAX || r[i].lo <= r[kept - 1].hi + 1)) {
			if (r[i].hi > r[kept - 1].hi)
				r[kept - 1].hi = r[i].hi;
			continue;
		}
		r[kept++] = r[i];
	}
	list->count = kept;
	copy = arena_array(arena, kept, sizeof(*copy));
	if (copy == NULL)
		return false;
	if (kept > 0)
		memcpy(copy, r, kept * sizeof(*copy));
	*out = (struct ranges){ copy, kept };
	return true;
}

bool
ranges_complement(struct arena *arena, const struct ranges *r, uint64_t max, struct ranges *out)
{
	struct range *gap = arena_array(arena, r->count + 1, sizeof(*gap));
	uint64_t from = 0;
	size_t n = 0;

	if (gap == NULL)
		return false;
	for (size_t i = 0; i < r->count && from <= max; i++) {
		if (r->range[i].lo > from)
			gap[n++] = (struct range){ from, r->range[i].lo - 1 };
		if (r->range[i].hi >= max) {
			*out = (struct ranges){ gap, n };
			return true;
		}
		from = r->range[i].hi + 1;
	}
	gap[n++] = (struct range){ from, max };
	*out = (struct ranges){ gap, n };
	return true;
}

bool
ranges_intersect(struct arena *arena, const struct ranges *a, const struct ranges *b,
    struct ranges *out)
{
	struct range *both = arena_array(arena, a->count + b->count, sizeof(*both));
	size_t i = 0, j = 0, n = 0;

	if (both == NULL)
		return false;
	while (i < a->count && j < b->count) {
		const struct range *x = &a->range[i], *y = &b->range[j];
		uint64_t lo = x->lo > y->lo ? x->lo : y->lo, hi = x->hi < y->hi ? x->hi : y->hi;

		if (lo <= hi)
			both[n++] = (struct range){ lo, hi };
		if (x->hi < y->hi)
			i++;
		else
			j++;
	}
	*out = (struct ranges){ both, n };
	return true;
}

bool
ranges_have(const struct ranges *r, uint64_t v)
{
	size_t lo = 0, hi = r->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (v < r->range[mid].lo)
			hi = mid;
		else if (v > r->range[mid].hi)
			lo = mid + 1;
		else
			return true;
	}
	return false;
}

uint64_t
field_max(enum flow_field field)
{
	switch (flow_field_info(field)->type) {
	case FLOW_TYPE_U8:
		return UINT8_MAX;
	case FLOW_TYPE_U16:
		return UINT16_MAX;
	case FLOW_TYPE_U32:
		return UINT32_MAX;
	case FLOW_TYPE_U64:
		return UINT64_MAX;
	case FLOW_TYPE_MAC:
		return (UINT64_C(1) << 48) - 1;
	default:
		/* Negative counters and times before 1970 match no comparison. */
		return INT64_MAX;
	}
}

bool
predicate_has_cache(const struct predicate *p)
{
	return p->kind == PREDICATE_ADDR || p->kind == PREDICATE_MAC || p->kind == PREDICATE_ACL ||
	    p->kind == PREDICATE_TEXT || p->kind == PREDICATE_GEO ||
	    p->kind == PREDICATE_PAYLOAD || p->kind == PREDICATE_EXTRA;
}
