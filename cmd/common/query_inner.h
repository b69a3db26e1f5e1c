/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A query and its workers: shared by query.c, query_worker.c and query_copy.c. */

#include <stdatomic.h>

#include "common/progress.h"
#include "common/query_columns.h"
#include "common/query.h"

struct query {
	struct flow_filter *filter;	/* NULL: every row passes */
	struct stamp_window window;
	bool has_window;
	bool touching;			/* rows that overlap the window pass */
	bool as_nfdump;			/* the request's */
	struct flow_bound window_bound[2];
	struct flow_clause *clauses;	/* the window's, then the filter's */
	struct flow_bounds bounds;
	struct flow_seen *seen;		/* the request's */
	struct flow_live *live;		/* NULL: not asked for; open as long as the scan */
	struct flow_scan *scan;
	size_t files;
	const struct cryptopan *pseudonyms;
	struct flow_tags *tags;		/* NULL: no column of them is wanted */
	bool filters_tags;		/* the filter tests them */
	const struct flow_map *map;	/* of addresses and ASes; NULL: none */
	const struct flow_elements *elements;	/* names for `extra`; NULL: as it is stored */
	struct flow_names *names, *own_names;	/* of interfaces; NULL: not wanted; own_names is freed with the query */
	unsigned threads;
	struct flow_fieldset wanted;
	bool *told;			/* by task: an error in it was reported */
	atomic_bool failed;
	struct progress progress;	/* tasks taken */
};

struct query_worker {
	struct query *query;
	size_t task;
	struct flow_scan_worker *scan;
	struct flow_filter_state *filter;
	struct flow_map_state *map;
	struct flow_pseudonyms *pseudonyms;
	struct flow_batch renamed;
	struct extra_renamer *names;
	struct flow_batch named;
	struct query_columns *columns;	/* NULL: none of them is wanted */
	struct flow_selection selection;
};

/* Splits columns into those that choose rows, and those that are read for rows that passed. */
void query_split_fields(const struct query *query, const struct flow_fieldset *wanted, struct flow_fieldset *early,
    struct flow_fieldset *late);

/* Chooses rows of a batch by filter and window, into worker->selection; false where none passed. */
bool query_select_rows(struct query_worker *worker, const struct flow_batch *batch);
