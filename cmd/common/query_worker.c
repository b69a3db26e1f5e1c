/* SPDX-License-Identifier: BSD-2-Clause */
/* Workers of a query: tasks, batches of rows that pass, and rows at given places. */
#include <stdlib.h>

#include "common/cli.h"
#include "common/query_copy.h"
#include "common/query_inner.h"

static void
out_of_memory(struct query *q)
{
	q->failed = true;
	(void)cli_fail("out of memory");
}

/* The worker of a scan's worker, which it owns. */
static struct query_worker *
worker_of(struct query *query, struct flow_scan_worker *scan, const struct flow_fieldset *wanted)
{
	struct query_worker *w = calloc(1, sizeof(*w));

	if (w == NULL)
		flow_scan_worker_free(scan);
	if (w != NULL) {
		w->query = query;
		w->scan = scan;
		if (query->filter != NULL)
			w->filter = flow_filter_state_new(query->filter);
		if (query->pseudonyms != NULL)
			w->pseudonyms = flow_pseudonyms_new(query->pseudonyms);
		if (query->map != NULL)
			w->map = flow_map_state_new(query->map);
		if (query->elements != NULL)
			w->names = extra_renamer_new(query->elements);
	}
	if (w == NULL || query_columns_new(query, wanted, &w->columns) != FLOW_OK || w->scan == NULL ||
	    (query->filter != NULL && w->filter == NULL) ||
	    (query->pseudonyms != NULL && w->pseudonyms == NULL) || (query->map != NULL && w->map == NULL) ||
	    (query->elements != NULL && w->names == NULL)) {
		query_worker_free(w);
		out_of_memory(query);
		return NULL;
	}
	return w;
}

struct query_worker *
query_worker_new(struct query *query)
{
	return worker_of(query, flow_scan_worker_new(query->scan), &query->wanted);
}

struct query_worker *
query_worker_new_of(struct query *query, const struct flow_fieldset *wanted)
{
	struct flow_fieldset early, late;

	query_split_fields(query, wanted, &early, &late);
	return worker_of(query, flow_scan_worker_new_of(query->scan, &early, &late), wanted);
}

void
query_worker_free(struct query_worker *worker)
{
	if (worker == NULL)
		return;
	flow_filter_state_free(worker->filter);
	flow_pseudonyms_free(worker->pseudonyms);
	flow_map_state_free(worker->map);
	extra_renamer_free(worker->names);
	query_columns_free(worker->columns);
	flow_scan_worker_free(worker->scan);
	free(worker);
}

/* Gives the filter and columns the data of the task's file. */
static bool
begin_task(struct query_worker *worker, size_t task)
{
	const char *ident = query_ident(worker);

	worker->task = task;
	if (query_columns_begin(worker->columns, ident, worker->query->names) != FLOW_OK) {
		out_of_memory(worker->query);
		return false;
	}
	if (worker->filter == NULL)
		return true;
	flow_filter_state_names(worker->filter, worker->query->names);
	if (ident == NULL && worker->query->as_nfdump)
		ident = "none";
	if (flow_filter_state_ident(worker->filter, ident, ident != NULL ? strlen(ident) : 0) == FLOW_OK)
		return true;
	out_of_memory(worker->query);
	return false;
}

bool
query_take(struct query_worker *worker, size_t *task)
{
	if (!flow_scan_take(worker->scan, task))
		return false;
	progress_step(&worker->query->progress);
	(void)begin_task(worker, *task);
	return true;
}

bool
query_go(struct query_worker *worker, size_t task)
{
	flow_scan_go(worker->scan, task);
	return begin_task(worker, task);
}

const char *
query_ident(const struct query_worker *worker)
{
	return flow_scan_ident(worker->query->scan, flow_scan_file(worker->scan));
}

/* Keeps rows from that one on. */
static void
keep_new(struct flow_selection *sel, uint64_t first)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; first > 0 && i < sel->count; i++) {
		uint32_t row = flow_selection_row(sel, i);

		sel->row[kept] = (uint16_t)row;
		kept += row >= first;
	}
	if (first > 0) {
		sel->all = sel->all && kept == sel->count;
		sel->count = kept;
	}
}

/* Keeps rows that begin in the window, and, if `touching`, those that overlap it. */
static void
keep_window(const struct query *q, const struct flow_batch *batch, struct flow_selection *sel)
{
	const struct flow_column *first = &batch->column[FLOW_FIELD_FIRST];
	const struct flow_column *last = &batch->column[FLOW_FIELD_LAST];
	const int64_t *begin = first->values, *end = last->values;
	int64_t from = q->window.from_ms, to = q->window.to_ms;
	uint32_t i, kept = 0;

	for (i = 0; i < sel->count; i++) {
		uint32_t row = flow_selection_row(sel, i);

		sel->row[kept] = (uint16_t)row;
		kept += flow_column_has(first, row) && begin[row] < to && (begin[row] >= from ||
		    (q->touching && flow_column_has(last, row) && end[row] > from));
	}
	/* Rows that all pass need no list, with which everything that follows takes longer. */
	sel->all = sel->all && kept == sel->count;
	sel->count = kept;
}

bool
query_select_rows(struct query_worker *w, const struct flow_batch *batch)
{
	if (w->filter == NULL)
		flow_selection_all(&w->selection, batch->rows);
	else if (flow_filter_select(w->filter, batch, &w->selection) != FLOW_OK) {
		out_of_memory(w->query);
		return false;
	}
	if (w->query->seen != NULL && w->selection.count > 0)
		keep_new(&w->selection, flow_scan_seen_rows(w->scan));
	if (w->query->has_window && w->selection.count > 0)
		keep_window(w->query, batch, &w->selection);
	return w->selection.count > 0;
}

/* --map, then -K. */
static enum flow_status
rename_addresses(struct query_worker *w, const struct flow_batch **batch)
{
	enum flow_status st = FLOW_OK;

	if (w->map != NULL)
		st = flow_map_apply(w->map, batch, &w->selection);
	if (st != FLOW_OK || w->pseudonyms == NULL)
		return st;
	st = flow_pseudonyms_apply(w->pseudonyms, *batch, &w->selection, &w->renamed);
	*batch = &w->renamed;
	return st;
}

/* Renames members of `extra` to the names that are known now; false when out of memory. */
static bool
name_elements(struct query_worker *w, const struct flow_batch **batch)
{
	if (w->names == NULL)
		return true;
	w->named = **batch;
	*batch = &w->named;
	if (extra_renamer_apply(w->names, &w->named.column[FLOW_FIELD_EXTRA]) == FLOW_OK)
		return true;
	out_of_memory(w->query);
	return false;
}

/* What the filter sees of a batch; false when out of memory. */
static bool
begin_batch(struct query_worker *w, const struct flow_batch **batch)
{
	if (!name_elements(w, batch))
		return false;
	if (query_columns_early(w->columns, batch) == FLOW_OK)
		return true;
	out_of_memory(w->query);
	return false;
}

/* What becomes of a batch whose rows are chosen; false when out of memory. */
static bool
finish_batch(struct query_worker *w, const struct flow_batch **batch)
{
	if (!name_elements(w, batch))
		return false;
	if (query_columns_late(w->columns, batch) == FLOW_OK && rename_addresses(w, batch) == FLOW_OK)
		return true;
	out_of_memory(w->query);
	return false;
}

bool
query_next(struct query_worker *worker, const struct flow_batch **batch,
    const struct flow_selection **selection)
{
	const struct flow_batch *stored;
	struct flow_error err;
	enum flow_status st;

	while ((st = flow_scan_next(worker->scan, batch, &err)) == FLOW_OK) {
		stored = *batch;
		if (!begin_batch(worker, batch))
			return false;
		if (!query_select_rows(worker, *batch))
			continue;
		st = flow_scan_late(worker->scan, &worker->selection, &err);
		if (st != FLOW_OK)
			break;
		*selection = &worker->selection;
		*batch = stored;	/* with the columns read later */
		return finish_batch(worker, batch);
	}
	if (st != FLOW_END) {
		worker->query->failed = true;
		if (!worker->query->told[worker->task])
			(void)cli_fail_error(&err);
		worker->query->told[worker->task] = true;
	}
	return false;
}

uint64_t
query_place(const struct query_worker *worker)
{
	return FLOW_TOP_PLACE(worker->task, flow_scan_row(worker->scan));
}

/* Selects the rows of the batch that are among the task's places; returns how many. */
static size_t
select_places(struct query_worker *w, const struct flow_batch *batch, const uint64_t *place, size_t count)
{
	uint64_t from = query_place(w);
	size_t n = 0;

	while (n < count && place[n] - from < batch->rows) {
		w->selection.row[n] = (uint16_t)(place[n] - from);
		n++;
	}
	w->selection.count = (uint32_t)n;
	w->selection.all = false;
	return n;
}

struct fetch {
	struct query_worker *worker;
	bool (*take)(void *context, const struct flow_batch *batch, const struct flow_selection *sel);
	void *context;
};

/* Reads the places of one task; false to stop. */
static bool
fetch_task(const struct fetch *f, const uint64_t *place, size_t count)
{
	struct query_worker *w = f->worker;
	const struct flow_batch *batch;
	struct flow_error err;
	enum flow_status st = FLOW_OK;

	if (!query_go(w, (size_t)(place[0] >> 32)))
		return false;
	while (count > 0 && (st = flow_scan_next(w->scan, &batch, &err)) == FLOW_OK) {
		size_t n = select_places(w, batch, place, count);

		if (n == 0)
			continue;
		st = flow_scan_late(w->scan, &w->selection, &err);
		if (st != FLOW_OK)
			break;
		if (!finish_batch(w, &batch) || !f->take(f->context, batch, &w->selection))
			return false;
		place += n;
		count -= n;
	}
	if (count == 0)
		return true;
	w->query->failed = true;
	if (st != FLOW_END && !w->query->told[w->task])
		(void)cli_fail_error(&err);
	return false;
}

void
query_fetch(struct query *query, const uint64_t *place, size_t count,
    bool (*take)(void *context, const struct flow_batch *batch, const struct flow_selection *sel),
    void *context)
{
	struct flow_fieldset early = { { 0 } }, late = query->wanted;
	struct fetch f = { .take = take, .context = context };
	size_t from = 0;

	query_columns_stored(query, &early, &late);
	f.worker = worker_of(query, flow_scan_worker_new_of(query->scan, &early, &late), &query->wanted);
	for (size_t i = 1; i <= count && f.worker != NULL; i++) {
		if (i < count && place[i] >> 32 == place[from] >> 32)
			continue;
		if (!fetch_task(&f, place + from, i - from))
			break;
		from = i;
	}
	query_worker_free(f.worker);
}
