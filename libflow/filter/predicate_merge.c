/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "filter/filter_program.h"

/* Kinds of text tests on a column: its text, and each word of a database. */
#define TEXT_KINDS (1 + FLOW_GEO_WORDS)

struct text_list {
	struct flow_text *text;
	size_t count;
	size_t cap;
};

/* For each column: the first predicate of a kind, and the values of it and of others like it. */
struct merge {
	struct node *number[FLOW_FIELD_COUNT];
	struct node *addr[FLOW_FIELD_COUNT];
	struct node *text[FLOW_FIELD_COUNT][TEXT_KINDS];
	struct range_list numbers[FLOW_FIELD_COUNT];
	struct addr_list addrs[FLOW_FIELD_COUNT];
	struct text_list texts[FLOW_FIELD_COUNT][TEXT_KINDS];
};

static bool
add_text(struct text_list *list, const struct flow_text *text)
{
	struct flow_text *more;

	if (list->count == list->cap) {
		size_t cap = list->cap == 0 ? 8 : 2 * list->cap;

		if ((more = realloc(list->text, cap * sizeof(*more))) == NULL)
			return false;
		list->text = more;
		list->cap = cap;
	}
	list->text[list->count++] = *text;
	return true;
}

/* Adds the text of a predicate, or those that were joined into it before. */
static bool
collect_text(struct text_list *list, const struct predicate *p)
{
	struct flow_text one;
	size_t len;

	for (size_t i = 0; i < p->texts; i++)
		if (!add_text(list, &p->text[i]))
			return false;
	one.p = matcher_pattern(p->matcher, &len);
	one.len = (uint32_t)len;
	return p->texts > 0 || add_text(list, &one);
}

/*
 * Collects for `or` the union of the ranges, for `and` the union of their
 * complements; both are linear in their number.
 */
static bool
collect_numbers(struct arena *arena, struct range_list *list, const struct predicate *p, bool and)
{
	struct ranges r = p->ranges;

	if (and && !ranges_complement(arena, &p->ranges, field_max(p->field[0]), &r))
		return false;
	for (size_t i = 0; i < r.count; i++)
		if (!range_list_add(list, r.range[i].lo, r.range[i].hi))
			return false;
	return true;
}

/* Merges the child into the first predicate of its column and kind. */
static bool
merge_number(struct arena *arena, struct merge *m, struct node *child, bool and, bool *taken)
{
	enum flow_field field = child->predicate->field[0];
	struct range_list *list = &m->numbers[field];
	struct node *first = m->number[field];

	*taken = first != NULL;
	if (first == NULL) {
		m->number[field] = child;
		return true;
	}
	return (list->count > 0 || collect_numbers(arena, list, first->predicate, and)) &&
	    collect_numbers(arena, list, child->predicate, and);
}

static bool
merge_addr(struct merge *m, struct node *child, bool *taken)
{
	enum flow_field field = child->predicate->field[0];
	struct addr_list *list = &m->addrs[field];
	struct node *first = m->addr[field];

	*taken = first != NULL;
	if (first == NULL) {
		m->addr[field] = child;
		return true;
	}
	return (list->count > 0 || addr_set_list(first->predicate->set, list)) &&
	    addr_set_list(child->predicate->set, list);
}

static bool
merge_text(struct merge *m, struct node *child, bool *taken)
{
	const struct predicate *p = child->predicate;
	size_t kind = p->kind == PREDICATE_GEO ? 1 + p->geo.word : 0;
	struct text_list *list = &m->texts[p->field[0]][kind];
	struct node *first = m->text[p->field[0]][kind];

	*taken = first != NULL;
	if (first == NULL) {
		m->text[p->field[0]][kind] = child;
		return true;
	}
	return (list->count > 0 || collect_text(list, first->predicate)) &&
	    collect_text(list, p);
}

/* *taken: the child was merged into an earlier one. */
static bool
merge_child(struct arena *arena, struct merge *m, struct node *child, bool and, bool *taken)
{
	const struct predicate *p = child->predicate;

	*taken = false;
	if (predicate_is_whole(p))
		return merge_number(arena, m, child, and, taken);
	if (p->kind == PREDICATE_ADDR && !and)
		return merge_addr(m, child, taken);
	if ((p->kind == PREDICATE_TEXT || p->kind == PREDICATE_GEO) && p->negated == and &&
	    matcher_op(p->matcher) == MATCH_EQUAL)
		return merge_text(m, child, taken);
	return true;
}

int
predicate_text_compare(const void *a, const void *b)
{
	return text_compare(a, b);
}

/* Sorted, each once, in the arena. */
static bool
make_texts(struct arena *arena, struct text_list *list, struct predicate *p)
{
	struct flow_text *text = arena_array(arena, list->count, sizeof(*text));
	size_t n = 0;

	if (text == NULL)
		return false;
	qsort(list->text, list->count, sizeof(*text), predicate_text_compare);
	for (size_t i = 0; i < list->count; i++)
		if (n == 0 || predicate_text_compare(&text[n - 1], &list->text[i]) != 0)
			text[n++] = list->text[i];
	p->text = text;
	p->texts = n;
	return true;
}

static bool
merge_finish(struct arena *arena, struct merge *m, bool and)
{
	bool ok = true;

	for (unsigned f = 0; f < FLOW_FIELD_COUNT; f++) {
		if (ok && m->numbers[f].count > 0) {
			struct ranges *r = &m->number[f]->predicate->ranges;

			ok = ranges_make(arena, &m->numbers[f], r);
			if (ok && and)
				ok = ranges_complement(arena, r, field_max((enum flow_field)f), r);
		}
		if (ok && m->addrs[f].count > 0) {
			const struct addr_set *set = addr_set_new(arena, m->addrs[f].range,
			    m->addrs[f].count);

			ok = set != NULL;
			m->addr[f]->predicate->set = set;
		}
		for (size_t k = 0; k < TEXT_KINDS; k++) {
			struct text_list *texts = &m->texts[f][k];

			if (ok && texts->count > 0)
				ok = make_texts(arena, texts, m->text[f][k]->predicate);
			free(texts->text);
		}
		range_list_release(&m->numbers[f]);
		addr_list_release(&m->addrs[f]);
	}
	return ok;
}

bool
node_merge(struct arena *arena, struct node *n)
{
	struct merge *m = calloc(1, sizeof(*m));
	struct node **link = &n->child, *child, *last = NULL;
	bool ok = m != NULL, taken, and = n->kind == NODE_AND;

	while (ok && (child = *link) != NULL) {
		taken = false;
		if (child->kind == NODE_PREDICATE)
			ok = merge_child(arena, m, child, and, &taken);
		if (taken) {
			*link = child->next;
		} else {
			last = child;
			link = &child->next;
		}
	}
	n->last = last;
	if (m != NULL && !merge_finish(arena, m, and))
		ok = false;
	free(m);
	return ok;
}
