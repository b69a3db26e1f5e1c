/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcat/row_order.h"

#include <stdlib.h>

#include "common/cli.h"

struct rows {
	struct query_worker *worker;
	bool has_task;
	struct flow_sort *sort;		/* NULL: not sorted */
	uint64_t left;
	struct flow_selection some;	/* all of a sorted batch, or the last before the limit */
	bool failed;
};

/* Rows as they stand in the archive. */
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

int
rows_open(const struct flowcat_options *options, struct query *query, struct rows **rows)
{
	struct rows *r = calloc(1, sizeof(*r));
	int status = CLI_OK;

	if (r == NULL)
		return cli_fail("out of memory");
	r->left = options->limit;
	r->worker = query_worker_new(query);
	if (r->worker == NULL)
		status = CLI_FAILURE;
	else if (options->has_order)
		status = sort_all(options, r);
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
	query_worker_free(rows->worker);
	free(rows);
}

static bool
next_sorted(struct rows *r, const struct flow_batch **batch,
    const struct flow_selection **selection)
{
	struct flow_error err;
	enum flow_status st = flow_sort_next(r->sort, batch, &err);

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

bool
rows_next(struct rows *rows, const struct flow_batch **batch,
    const struct flow_selection **selection)
{
	if (rows->left == 0)
		return false;
	if (!(rows->sort != NULL ? next_sorted(rows, batch, selection) :
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
