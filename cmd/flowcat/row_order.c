/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcat/row_order.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "common/cli.h"

struct rows {
	struct query_worker *worker;
	bool has_task;
	struct flow_sort *sort;		/* NULL: not sorted, */
	struct flow_top *top;		/* or only the first rows */
	uint64_t left;
	struct flow_selection some;	/* all of a sorted batch, or the last before the limit */
	bool failed;
};

/* Rows in the order of the archive. */
static bool
next_in_place(struct rows *r, const struct flow_batch **batch,
    const struct flow_selection **selection)
{
	size_t task;

	for (;;) {
		if (!r->has_task && !query_take(r->worker, &task))
			return false;
		r->has_task = query_next(r->worker, batch, selection);
		if (r->has_task)
			return true;
	}
}

static int
sort_all(const struct flowcat_options *options, struct rows *r)
{
	const struct flow_selection *selection;
	const struct flow_batch *batch;
	struct flow_error err;
	enum flow_status st = flow_sort_new(&options->order, (size_t)options->memory_bytes, NULL,
	    &r->sort, &err);

	while (st == FLOW_OK && next_in_place(r, &batch, &selection))
		st = flow_sort_add(r->sort, batch, selection, &err);
	if (st == FLOW_OK)
		st = flow_sort_finish(r->sort, &err);
	return st == FLOW_OK ? CLI_OK : cli_fail_error(&err);
}

/* Up to this many rows a top list is used; more are sorted with all others. */
#define TOP_MAX 262144

/* Workers, each with the first of the rows that it read. */
struct find {
	const struct flowcat_options *options;
	struct query *query;
	struct flow_top **top;
	atomic_bool failed;
};

static void
find_work(void *context, unsigned i)
{
	struct find *f = context;
	struct flow_fieldset wanted = { { 0 } };
	const struct flow_selection *selection;
	const struct flow_batch *batch;
	struct query_worker *worker;
	struct flow_error err;
	size_t task;

	flow_sort_order_fields(&f->options->order, &wanted);
	worker = query_worker_new_of(f->query, &wanted);
	f->top[i] = flow_top_new(&f->options->order, (size_t)f->options->limit);
	f->failed = f->failed || worker == NULL || f->top[i] == NULL;
	while (!f->failed && query_take(worker, &task)) {
		while (!f->failed && query_next(worker, &batch, &selection)) {
			if (flow_top_add(f->top[i], batch, selection, query_place(worker), &err) == FLOW_OK)
				continue;
			f->failed = true;
			(void)cli_fail_error(&err);
		}
	}
	query_worker_free(worker);
}

/* False when out of memory. */
static bool
put_rows(void *context, const struct flow_batch *batch, const struct flow_selection *sel)
{
	struct flow_error err;

	return flow_top_put(context, batch, sel, &err) == FLOW_OK || cli_fail_error(&err) == CLI_OK;
}

/* Merges the workers' results into the first one, and fetches the rows. */
static int
collect_top(struct find *f, unsigned threads)
{
	struct flow_error err;
	const uint64_t *place;
	size_t count;

	for (unsigned i = 1; i < threads && f->top[i] != NULL; i++)
		if (flow_top_join(f->top[0], f->top[i], &err) != FLOW_OK)
			return cli_fail_error(&err);
	place = flow_top_places(f->top[0], &count);
	if (place == NULL)
		return cli_fail("out of memory");
	query_fetch(f->query, place, count, put_rows, f->top[0]);
	return CLI_OK;
}

/* Finds the first rows with the order's columns, then reads the other columns of these. */
static int
find_top(const struct flowcat_options *options, struct query *query, struct rows *r)
{
	unsigned threads = query_threads(query);
	struct find f = { .options = options, .query = query, .top = calloc(threads, sizeof(struct flow_top *)) };
	int status;

	if (f.top == NULL)
		return cli_fail("out of memory");
	query_run_told(query, threads, find_work, &f);
	status = f.failed ? CLI_FAILURE : collect_top(&f, threads);
	r->top = f.top[0];
	for (unsigned i = 1; i < threads; i++)
		flow_top_free(f.top[i]);
	free(f.top);
	return status;
}

int
rows_open(const struct flowcat_options *options, struct query *query, struct rows **rows)
{
	struct rows *r = calloc(1, sizeof(*r));
	int status = CLI_OK;

	if (r == NULL)
		return cli_fail("out of memory");
	r->left = options->limit;
	if (options->has_order && options->order.keys == 1 && options->limit > 0 && options->limit <= TOP_MAX) {
		status = find_top(options, query, r);
	} else {
		r->worker = query_worker_new(query);
		if (r->worker == NULL)
			status = CLI_FAILURE;
		else if (options->has_order)
			status = sort_all(options, r);
	}
	if (status != CLI_OK) {
		rows_free(r);
		return status;
	}
	*rows = r;
	return CLI_OK;
}

void
rows_free(struct rows *rows)
{
	if (rows == NULL)
		return;
	flow_sort_free(rows->sort);
	flow_top_free(rows->top);
	query_worker_free(rows->worker);
	free(rows);
}

static bool
next_sorted(struct rows *r, const struct flow_batch **batch,
    const struct flow_selection **selection)
{
	struct flow_error err;
	enum flow_status st = r->top != NULL ? flow_top_next(r->top, batch, &err) :
	    flow_sort_next(r->sort, batch, &err);

	if (st == FLOW_OK) {
		flow_selection_all(&r->some, (*batch)->rows);
		*selection = &r->some;
		return true;
	}
	if (st != FLOW_END) {
		(void)cli_fail_error(&err);
		r->failed = true;
	}
	return false;
}

const struct flow_batch *
rows_whole(struct rows *rows, const uint32_t **row)
{
	const struct flow_batch *whole = rows->sort != NULL && flow_sort_is_whole(rows->sort) ?
	    flow_sort_whole(rows->sort, row) : NULL;

	return whole != NULL && whole->rows <= rows->left ? whole : NULL;
}

bool
rows_in_files(const struct rows *rows)
{
	return rows->sort != NULL && !flow_sort_is_whole(rows->sort);
}

size_t
rows_merge_most(struct rows *rows, size_t copies, size_t most)
{
	struct flow_error err;
	size_t n = 0;

	if (flow_sort_merge_most(rows->sort, copies, most, &n, &err) != FLOW_OK) {
		(void)cli_fail_error(&err);
		rows->failed = true;
	}
	return n;
}

bool
rows_merge(struct rows *rows, size_t most, struct gather *to, uint32_t *order)
{
	struct flow_error err;
	enum flow_status st;

	if (rows->left == 0)
		return false;
	st = flow_sort_merge(rows->sort, most < rows->left ? most : (size_t)rows->left, to, order, &err);
	if (st == FLOW_OK) {
		rows->left -= gather_rows(to);
	} else if (st != FLOW_END) {
		(void)cli_fail_error(&err);
		rows->failed = true;
	}
	return st == FLOW_OK;
}

bool
rows_next(struct rows *rows, const struct flow_batch **batch,
    const struct flow_selection **selection)
{
	if (rows->left == 0)
		return false;
	if (!(rows->sort != NULL || rows->top != NULL ? next_sorted(rows, batch, selection) :
	    next_in_place(rows, batch, selection)))
		return false;
	if ((*selection)->count > rows->left) {
		rows->some = **selection;
		rows->some.count = (uint32_t)rows->left;
		*selection = &rows->some;
	}
	rows->left -= (*selection)->count;
	return true;
}

bool
rows_failed(const struct rows *rows)
{
	return rows->failed;
}
