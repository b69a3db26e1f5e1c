/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter/set_expression.h"

#include "filter/parse.h"

static const struct addr_set *evaluate(struct arena *arena, const struct node *n);

/* A union of the children's sets; an intersection is the complement of the union of their complements. */
static const struct addr_set *
join(struct arena *arena, const struct node *n, bool complements)
{
	struct addr_list all = { 0 };
	const struct addr_set *set = NULL;
	bool ok = true;

	for (const struct node *child = n->child; child != NULL && ok; child = child->next) {
		set = evaluate(arena, child);
		if (set != NULL && complements)
			set = addr_set_complement(arena, set);
		ok = set != NULL && addr_set_list(set, &all);
	}
	set = ok ? addr_set_new(arena, all.range, all.count) : NULL;
	addr_list_release(&all);
	return set;
}

/* NULL when out of memory.  The tree's depth is bounded. */
static const struct addr_set *
evaluate(struct arena *arena, const struct node *n)
{
	const struct addr_set *set;

	if (n->kind == NODE_PREDICATE)
		return n->predicate->set;
	set = join(arena, n, n->kind == NODE_AND);
	return set == NULL || n->kind == NODE_OR ? set : addr_set_complement(arena, set);
}

enum flow_status
set_expression(const char *text, size_t len, bool no_files, struct addr_list *list, struct flow_error *err)
{
	struct parser p = { .arena = arena_new(), .err = err, .sets = true, .options = { .no_resolve = true,
		.no_files = no_files } };
	const struct addr_set *set;
	struct lexed lexed;
	struct node *root;
	enum flow_status st;

	if (p.arena == NULL)
		return flow_fail_memory(err);
	st = lex_text(p.arena, NULL, text, len, no_files, &lexed, err);
	p.lexed = &lexed;
	if (st == FLOW_OK && parse_token(&p)->kind == TOKEN_END)
		st = parse_fail(&p, parse_token(&p), "expected a set of addresses: @FILE, or an address or network");
	if (st == FLOW_OK)
		st = parse_filter(&p, &root);
	if (st == FLOW_OK) {
		set = evaluate(p.arena, root);
		if (set == NULL || !addr_set_list(set, list))
			st = flow_fail_memory(err);
	}
	arena_free(p.arena);
	return st;
}
