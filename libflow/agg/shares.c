/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "agg/agg.h"
#include "agg/table/result.h"
#include "agg/table/row_runs.h"

/* Rows per table while they are written. */
#define SLICE 4096

struct flow_agg_shares {
	const struct flow_agg_spec *spec;
	const char *folder;
	struct row_runs *runs;		/* by table */
	bool *beyond;			/* likewise */
	struct flow_agg_result **like;	/* likewise: the result with its columns and notes; borrowed */
	struct flow_agg_result **kept;	/* one of each turn; owned */
	size_t kepts;
	struct row_merge *merge;	/* for the table that is being read; NULL: none */
};

/* The column of a part of the key: hidden parts have none. */
static size_t
key_column(const struct grouping *g, uint8_t part)
{
	size_t column = 0;

	for (uint8_t k = 0; k < part && k < g->parts; k++)
		column += !g->part[k].hidden;
	return column;
}

/* The order of a view's rows, the same as in agg/table/order.c and agg/report. */
static struct row_order
order_of(const struct view *v, const struct grouping *g)
{
	struct row_order order = { .keys_descend = v->by_key && !v->ascending && v->thens == 0, .thens = v->thens };

	for (size_t i = 0; i < v->thens; i++)
		order.then[i] = (struct row_then){ v->then[i].is_key, !v->then[i].ascending,
			key_column(g, v->then[i].part) };

	if (v->spikes)
		order.has_time = true;
	if (v->series)
		order = (struct row_order){ .has_time = true, .time_first = true, .keys_descend = order.keys_descend };
	return order;
}

struct flow_agg_shares *
flow_agg_shares_new(const struct flow_agg_spec *spec, const char *folder)
{
	struct flow_agg_shares *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->spec = spec;
	s->folder = folder;
	s->runs = calloc(spec->views + 1, sizeof(*s->runs));
	s->beyond = calloc(spec->views + 1, sizeof(*s->beyond));
	for (size_t i = 0; s->runs != NULL && i < spec->views; i++) {
		const struct row_order order = order_of(&spec->view[i], &spec->grouping[spec->view[i].grouping]);

		row_runs_init(&s->runs[i], &order);
	}
	s->like = calloc(spec->views + 1, sizeof(*s->like));
	s->kept = calloc(spec->groupings + 2, sizeof(*s->kept));
	if (s->runs == NULL || s->beyond == NULL || s->like == NULL || s->kept == NULL) {
		flow_agg_shares_free(s);
		return NULL;
	}
	return s;
}

void
flow_agg_shares_free(struct flow_agg_shares *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; s->runs != NULL && i < s->spec->views; i++)
		row_runs_release(&s->runs[i]);
	row_merge_free(s->merge);
	for (size_t i = 0; i < s->kepts; i++)
		flow_agg_result_free(s->kept[i]);
	free(s->kept);
	free(s->like);
	free(s->runs);
	free(s->beyond);
	free(s);
}

/* Appends rows [from, from + t->rows) of a table to its run. */
static enum flow_status
add_slice(struct flow_agg_shares *s, const struct flow_agg_result *r, size_t table, uint64_t from,
    const struct flow_table *t, struct flow_error *err)
{
	const struct view *v = &s->spec->view[table];
	size_t ranks = 1 + v->thens;
	uint64_t *rank = malloc((t->rows + 1) * (1 + VIEW_ORDERS) * sizeof(*rank));
	enum flow_status st;

	if (rank == NULL)
		return flow_fail_memory(err);
	for (size_t i = 0; i < t->rows; i++) {
		rank[i * ranks] = result_rank(r, table, from + i);
		if (v->thens > 0)
			result_ranks(r, table, from + i, rank + i * ranks + 1);
	}
	s->beyond[table] |= t->beyond;
	if (s->spec->view[table].spikes)
		s->runs[table].order.time = flow_table_find(t, "time");
	st = row_runs_add(&s->runs[table], t, rank, err);
	free(rank);
	return st;
}

static enum flow_status
add_table(struct flow_agg_shares *s, struct flow_agg_result *r, size_t table, struct flow_error *err)
{
	enum flow_status st = row_runs_begin(&s->runs[table], s->folder, err);
	struct flow_table *t;

	for (uint64_t from = 0; from < flow_agg_rows(r, table) && st == FLOW_OK; from += SLICE) {
		st = flow_agg_table(r, table, from, SLICE, &t, err);
		if (st != FLOW_OK)
			return st;
		st = add_slice(s, r, table, from, t, err);
		flow_table_free(t);
	}
	return st;
}

/* Whether a table's rows are added in the current turn. */
static bool
is_added(const struct flow_agg_spec *spec, size_t view)
{
	return view_is_made(spec, view) && !flow_agg_is_late(spec, view);
}

enum flow_status
flow_agg_shares_add(struct flow_agg_shares *s, struct flow_agg_result *r, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;

	for (size_t i = 0; i < s->spec->views && st == FLOW_OK; i++)
		if (is_added(s->spec, i))
			st = add_table(s, r, i, err);
	return st;
}

void
flow_agg_shares_keep(struct flow_agg_shares *s, struct flow_agg_result *r)
{
	result_lighten(r);
	for (size_t i = 0; i < s->spec->views; i++)
		if (is_added(s->spec, i))
			s->like[i] = r;
	s->kept[s->kepts++] = r;
}

uint64_t
flow_agg_shares_rows(const struct flow_agg_shares *s, size_t table)
{
	uint64_t limit = s->spec->view[table].limit, rows = s->runs[table].rows;

	/* A series limits groups, not rows. */
	return limit > 0 && limit < rows && !s->spec->view[table].series ? limit : rows;
}

enum flow_status
flow_agg_shares_table(struct flow_agg_shares *s, size_t table, uint64_t from, size_t rows, struct flow_table **out,
    struct flow_error *err)
{
	uint64_t all = flow_agg_shares_rows(s, table), left = all > from ? all - from : 0;
	enum flow_status st = flow_agg_table(s->like[table], table, 0, 0, out, err);

	if (st != FLOW_OK)
		return st;
	if (from == 0) {
		row_merge_free(s->merge);
		s->merge = NULL;
		st = row_merge_new(&s->runs[table], *out, &s->merge, err);
	}
	if (st == FLOW_OK)
		st = row_merge_next(s->merge, rows < left ? rows : (size_t)left, *out, err);
	(*out)->from = from;
	(*out)->total = all;
	(*out)->beyond |= s->beyond[table];
	if (st != FLOW_OK)
		flow_table_free(*out);
	return st;
}
