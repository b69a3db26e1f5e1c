/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/query_copy.h"

#include "common/query_inner.h"

bool
query_may_copy(const struct query *query)
{
	return query->pseudonyms == NULL && query->map == NULL && query->elements == NULL && !query->filters_tags &&
	    (query->filter == NULL || !flow_filter_ordered(query->filter));
}

size_t
query_tasks(const struct query *query)
{
	return flow_scan_tasks(query->scan);
}

uint64_t
query_task_rows(const struct query *query, size_t task, bool *whole)
{
	return flow_scan_task_rows(query->scan, task, whole);
}

/* Checks one more batch; FLOW_END at the end, FLOW_EUNSUPPORTED where a row does not pass. */
static enum flow_status
next_whole(struct query_worker *w, const struct flow_batch **batch, struct flow_error *err)
{
	enum flow_status st = flow_scan_next(w->scan, batch, err);

	if (st != FLOW_OK)
		return st;
	if (!query_select_rows(w, *batch) || w->selection.count != (*batch)->rows)
		return FLOW_EUNSUPPORTED;
	return flow_scan_late(w->scan, &w->selection, err);
}

struct flow_group *
query_copy(struct query_worker *worker, const enum flow_codec *codec,
    bool (*look)(void *context, const struct flow_batch *batch), void *context)
{
	struct flow_group *group = NULL;
	const struct flow_batch *batch;
	struct flow_error err;
	enum flow_status st;

	while ((st = next_whole(worker, &batch, &err)) == FLOW_OK) {
		if (group == NULL)
			st = flow_scan_copy(worker->scan, codec, &group, &err);
		if (st != FLOW_OK)
			break;
		flow_group_count(group, batch);
		if (!look(context, batch))
			st = FLOW_ENOMEM;
		if (st != FLOW_OK)
			break;
	}
	if (st == FLOW_END && group != NULL && flow_group_is_counted(group))
		return group;
	flow_group_free(group);
	return NULL;
}
