/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a filter.  Beyond survival: what is compiled passes the rows that
 * its predicates, each on its own, make pass; `not (...)` passes exactly the
 * other rows; a row that passes fulfils the bounds; and where text is refused
 * the error lies within it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "filter/filter_program.h"
#include "filter/set_expression.h"
#include "net/addr_prefixes.h"
#include "record/builder.h"
#include "record/dictify.h"

#define ROWS 70

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
require(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz_filter: %s\n", what);
	abort();
}

/* A few values of each type, chosen by a hash of column and row. */
static void
set_value(struct flow_builder *b, enum flow_field field, uint64_t hash)
{
	static const char *const addrs[] = { "192.0.2.1", "10.0.0.5", "2001:db8::1", "::",
		"255.255.255.255" };
	static const char *const texts[] = { "", "youtube", "64-6e-78", "a\xff" };
	static const uint64_t numbers[] = { 0, 1, 2, 6, 17, 53, 58, 255, 443, 65535, 1000000,
		UINT32_MAX, INT64_MAX };
	enum flow_type type = flow_field_info(field)->type;
	uint64_t n = numbers[hash % ARRAY_LEN(numbers)];
	const char *text = texts[hash % ARRAY_LEN(texts)];
	void *p;

	if (type == FLOW_TYPE_TEXT) {
		require(flow_builder_text(b, field, 0, text, strlen(text)) == FLOW_OK, "memory");
		return;
	}
	require((p = flow_builder_flat(b, field, 1)) != NULL, "memory");
	text = addrs[hash % ARRAY_LEN(addrs)];
	if (type == FLOW_TYPE_ADDR)
		(void)addr_parse(text, strlen(text), p);
	else if (type == FLOW_TYPE_MAC)
		memcpy(p, &(uint64_t){ n & 0xffffffff }, sizeof(n));
	else if (flow_type_size(type) == 8)
		memcpy(p, &n, sizeof(n));
	else if (flow_type_size(type) == 4)
		memcpy(p, &(uint32_t){ (uint32_t)n }, 4);
	else if (flow_type_size(type) == 2)
		memcpy(p, &(uint16_t){ (uint16_t)n }, 2);
	else
		memcpy(p, &(uint8_t){ (uint8_t)n }, 1);
}

static const struct flow_batch *
make_batch(void)
{
	static struct flow_builder *b;
	static struct flow_dictify *d;
	static struct flow_batch batch;

	b = flow_builder_new();
	d = flow_dictify_new();
	require(b != NULL && d != NULL, "memory");
	for (unsigned row = 0; row < ROWS; row++) {
		require(flow_builder_reserve(b, 1) == FLOW_OK, "memory");
		for (unsigned f = 0; f < FLOW_FIELD_STORED; f++) {
			uint64_t hash = hash_mix64(row * 1000 + f + 1);

			if (flow_field_info((enum flow_field)f)->required || hash % 3 != 0)
				set_value(b, (enum flow_field)f, hash >> 8);
		}
		flow_builder_commit(b, 1);
	}
	require(flow_dictify(d, flow_builder_batch(b), &batch) == FLOW_OK, "memory");
	return &batch;
}

static bool
bound_holds(const struct flow_bound *b, const struct flow_batch *batch, size_t row)
{
	const struct flow_column *c = &batch->column[b->field];
	struct flow_text text;
	uint64_t v;

	if (!flow_column_has(c, row))
		return false;
	if (b->text_count == 0) {
		v = flow_column_number(c, flow_field_info(b->field)->type, row);
		return b->lo <= v && v <= b->hi;
	}
	text = flow_column_text(c, row);
	for (size_t i = 0; i < b->text_count; i++)
		if (text_compare(&b->text[i], &text) == 0)
			return true;
	return false;
}

static void
check_bounds(const struct flow_filter *f, const struct flow_batch *batch, size_t row)
{
	const struct flow_bounds *bounds = flow_filter_bounds(f);

	for (size_t i = 0; i < bounds->count; i++) {
		bool any = false;

		for (size_t j = 0; j < bounds->clause[i].count; j++)
			any = any || bound_holds(&bounds->clause[i].bound[j], batch, row);
		require(any, "a row passes that its row group may be skipped with");
	}
}

static void
select_rows(const struct flow_filter *f, const struct flow_batch *batch, bool passes[ROWS])
{
	struct flow_filter_state *state = flow_filter_state_new(f);
	static struct flow_selection sel;

	require(state != NULL, "memory");
	require(flow_filter_state_ident(state, "lab", 3) == FLOW_OK, "memory");
	require(flow_filter_select(state, batch, &sel) == FLOW_OK, "select");
	memset(passes, 0, ROWS);
	for (uint32_t i = 0; i < sel.count; i++)
		passes[flow_selection_row(&sel, i)] = true;
	flow_filter_state_free(state);
}

/* The tree as it was parsed, put together row by row from single predicates. */
static void
reference(struct arena *arena, const struct node *n, const struct flow_batch *batch,
    bool passes[ROWS])
{
	struct flow_filter alone = { .arena = arena };
	bool child[ROWS];

	if (n->kind == NODE_PREDICATE) {
		alone.root = node_predicate(arena, n->predicate);
		require(alone.root != NULL && program_compile(&alone, NULL) == FLOW_OK, "memory");
		select_rows(&alone, batch, passes);
		return;
	}
	for (size_t i = 0; i < ROWS; i++)
		passes[i] = n->kind == NODE_TRUE || n->kind == NODE_AND || n->kind == NODE_NOT;
	for (const struct node *c = n->child; c != NULL; c = c->next) {
		reference(arena, c, batch, child);
		for (size_t i = 0; i < ROWS; i++)
			passes[i] = n->kind == NODE_OR ? passes[i] || child[i] :
			    passes[i] && child[i] == (n->kind == NODE_AND);
	}
}

static void
check_reference(const char *text, size_t len, const struct flow_batch *batch,
    const bool passes[ROWS])
{
	struct parser p = { .arena = arena_new(), .options = { .no_resolve = true,
		.no_files = true, .now_ms = 1 } };
	bool want[ROWS];
	struct lexed lexed;
	struct node *root;

	require(p.arena != NULL, "memory");
	require(lex_text(p.arena, NULL, text, len, true, &lexed, NULL) == FLOW_OK, "lexed twice");
	p.lexed = &lexed;
	require(parse_filter(&p, &root) == FLOW_OK, "parsed twice");
	reference(p.arena, root, batch, want);
	require(memcmp(want, passes, sizeof(want)) == 0, "compiled otherwise than it was parsed");
	for (struct matcher_list *m = p.matchers; m != NULL; m = m->next)
		matcher_release(m->matcher);
	arena_free(p.arena);
}

/* Parses, explains and runs; marks the rows that pass.  False if the text is refused. */
static bool
run(const char *text, size_t len, const struct flow_batch *batch, bool passes[ROWS])
{
	const struct flow_filter_options options = { .no_resolve = true, .no_files = true,
		.now_ms = 1 };
	struct buf out = BUF_INIT;
	struct flow_filter *f;
	struct flow_error err;

	memset(passes, 0, ROWS);
	if (flow_filter_parse(text, len, &options, &f, &err) != FLOW_OK) {
		require(err.offset <= (int64_t)len, "an error beyond the text");
		flow_filter_caret(text, len, &err, &out);
		buf_release(&out);
		return false;
	}
	require(flow_filter_explain(f, &out) == FLOW_OK, "memory");
	select_rows(f, batch, passes);
	for (size_t i = 0; i < ROWS; i++)
		if (passes[i])
			check_bounds(f, batch, i);
	flow_filter_free(f);
	buf_release(&out);
	return true;
}

/* The text as an expression over sets: its ranges are in order, and their prefixes end where they do. */
static void
run_sets(const char *text, size_t len)
{
	struct addr_list list = { 0 };
	struct addr_prefixes rest;
	struct addr_range last;
	struct flow_error err;
	struct addr net;
	unsigned bits;

	if (set_expression(text, len, true, &list, &err) != FLOW_OK)
		require(err.offset <= (int64_t)len, "an error beyond the text");
	for (size_t i = 0; i < list.count; i++) {
		last = list.range[i];
		for (addr_prefixes_begin(&rest, &list.range[i]); addr_prefixes_next(&rest, &net, &bits);)
			last = addr_range_prefix(&net, bits);
		require(addr_compare(&last.hi, &list.range[i].hi) == 0, "prefixes end elsewhere");
	}
	addr_list_release(&list);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct flow_batch *batch;
	bool passes[ROWS], others[ROWS];
	struct buf inverse = BUF_INIT;

	if (batch == NULL)
		batch = make_batch();
	run_sets((const char *)data, len);
	if (!run((const char *)data, len, batch, passes) || len > 4096)
		return 0;
	check_reference((const char *)data, len, batch, passes);
	buf_append_text(&inverse, "not (any and (");
	buf_append(&inverse, data, len);
	buf_append_text(&inverse, "\n))");
	/* Empty texts and the deepest ones do not go into parentheses. */
	if (run((const char *)inverse.data, inverse.len, batch, others))
		for (size_t i = 0; i < ROWS; i++)
			require(passes[i] != others[i], "not (...) is not the other rows");
	buf_release(&inverse);
	return 0;
}
