/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A compiled filter, private to this folder. */

#include "base/arena.h"
#include "filter/ast.h"
#include "filter/filter.h"
#include "filter/parse.h"

struct flow_filter {
	struct arena *arena;
	struct node *root;
	struct matcher_list *matchers;
	struct flow_fieldset fields;
	struct flow_bounds bounds;
	size_t caches;		/* predicates that are evaluated once per dictionary entry */
	size_t masks;		/* masks that evaluation needs at once */
	bool ordered;
	bool asks_file;		/* ident, or names of interfaces */
	bool asks_names;
};

/* Joins, orders and prepares the predicates of f->root; fills all but bounds (compile.c). */
enum flow_status program_compile(struct flow_filter *f, struct flow_error *err) NODISCARD;

/* Fills f->bounds (pushdown.c). */
enum flow_status program_narrow(struct flow_filter *f, struct flow_error *err) NODISCARD;

/*
 * Joins predicates on the same column below an AND or OR node, in time linear in
 * their number (but for sorting); false when out of memory (predicate_merge.c).
 */
bool node_merge(struct arena *arena, struct node *n) NODISCARD;

/* The order of struct flow_text in the set of a PREDICATE_TEXT. */
int predicate_text_compare(const void *a, const void *b);

/* Chooses how to test a predicate and registers its needs in f; false when out of memory (prepare.c). */
bool predicate_prepare(struct flow_filter *f, struct predicate *p) NODISCARD;

/* Whether it tests a whole number, not some of its bits. */
static inline bool
predicate_is_whole(const struct predicate *p)
{
	return p->kind == PREDICATE_NUMBER && p->number.shift == 0 && p->number.mask == UINT64_MAX;
}

/* Whether one entry of its dictionary holds (entry.c). */
bool predicate_entry(const struct predicate *p, const struct flow_text *text);

/* The same for all entries: 0 or 1 for each. */
void predicate_entries(const struct predicate *p, const struct flow_dict *dict, uint8_t *table);

/* A rough cost per row, and the expected share of rows that pass; they determine the order of evaluation. */
struct estimate {
	double cost;
	double pass;
};

struct estimate node_estimate(const struct node *n);
