/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcat/copy.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli.h"
#include "common/query_copy.h"
#include "common/turn.h"

/* Adjacent row groups with fewer rows are merged: each costs a dictionary of its own. */
#define LARGE_ROWS (FLOW_GROUP_ROWS / 2)

struct copying {
	const struct flowcat_options *options;
	struct query *query;
	const bool *wanted;		/* by task: copy it if possible */
	struct turn turn;
	/* Only for the worker whose turn it is. */
	struct flow_writer *writer;
	struct exporters_tally *tally;	/* NULL: not wanted */
	uint64_t left;			/* rows that may still be written */
	atomic_bool failed;
};

/* Per thread. */
struct copier {
	struct copying *all;
	struct query_worker *peek;	/* reads the columns that are summed or that choose rows */
	struct query_worker *rows;	/* reads all columns; NULL until needed */
	struct exporters_tally *tally;	/* of the row group that is being copied; NULL: not wanted */
};

bool
copy_may(const struct flowcat_options *options, const struct query *query)
{
	return !options->has_order && options->writer.cluster.count == 0 && query_may_copy(query);
}

static bool
is_large(const struct query *query, size_t task)
{
	bool whole;

	return query_task_rows(query, task, &whole) >= LARGE_ROWS && whole;
}

/* Marks the tasks to copy: large row groups, and small ones with only large neighbours. */
static bool *
choose_tasks(const struct query *query)
{
	size_t tasks = query_tasks(query), i;
	bool *wanted = calloc(tasks + 1, sizeof(*wanted)), whole;

	for (i = 0; wanted != NULL && i < tasks; i++) {
		(void)query_task_rows(query, i, &whole);
		wanted[i] = whole && (is_large(query, i) ||
		    ((i == 0 || is_large(query, i - 1)) && (i + 1 == tasks || is_large(query, i + 1))));
	}
	return wanted;
}

static int
fail(struct copying *all, struct flow_error *err)
{
	if (strcmp(all->options->write_path, "-") == 0)
		flow_error_prefix(err, "standard output");
	return cli_fail_error(err);
}

static bool
count_exporters(void *context, const struct flow_batch *batch)
{
	struct copier *c = context;

	return c->tally == NULL || exporters_tally_add(c->tally, batch, NULL) == FLOW_OK;
}

/* The task's row group, copied unchanged; NULL: it must be decoded. */
static struct flow_group *
prepare(struct copier *c, size_t task)
{
	const struct flowcat_options *o = c->all->options;

	/* The requested level may differ from the file's. */
	if (!c->all->wanted[task] || (o->has_codec && o->writer.level != 0))
		return NULL;
	if (c->all->tally != NULL) {
		exporters_tally_free(c->tally);
		c->tally = exporters_tally_new();
		if (c->tally == NULL)
			return NULL;
	}
	return query_copy(c->peek, o->has_codec ? &o->writer.codec : NULL, count_exporters, c);
}

static int
put_group(struct copier *c, struct flow_group *group)
{
	struct copying *all = c->all;
	struct flow_error err;

	all->left -= flow_group_totals(group)->rows;
	if (flow_writer_append_behind(all->writer, group, &err) != FLOW_OK)
		return fail(all, &err);
	if (all->tally != NULL && exporters_tally_join(all->tally, c->tally) != FLOW_OK)
		return cli_fail("out of memory");
	return CLI_OK;
}

static int
put_batch(struct copying *all, const struct flow_batch *batch, const struct flow_selection *selection)
{
	struct flow_selection first;
	struct flow_error err;

	if (selection->count > all->left) {
		first = *selection;
		first.count = (uint32_t)all->left;
		selection = &first;
	}
	all->left -= selection->count;
	if (flow_writer_batch(all->writer, batch, selection, &err) != FLOW_OK)
		return fail(all, &err);
	if (all->tally != NULL && exporters_tally_add(all->tally, batch, selection) != FLOW_OK)
		return cli_fail("out of memory");
	return CLI_OK;
}

/* The task's rows that pass, decoded. */
static int
put_rows(struct copier *c, size_t task)
{
	const struct flow_selection *selection;
	const struct flow_batch *batch;
	int status = CLI_OK;

	if (c->rows == NULL && (c->rows = query_worker_new(c->all->query)) == NULL)
		return CLI_FAILURE;
	if (!query_go(c->rows, task))
		return CLI_FAILURE;
	while (status == CLI_OK && c->all->left > 0 && query_next(c->rows, &batch, &selection))
		status = put_batch(c->all, batch, selection);
	return status;
}

/* Writes the copied row group of the task, or its rows, in its turn. */
static int
put_task(struct copier *c, size_t task, struct flow_group *group)
{
	if (group != NULL && flow_group_totals(group)->rows <= c->all->left)
		return put_group(c, group);
	flow_group_free(group);
	return put_rows(c, task);
}

static void
copy_work(void *context, unsigned i)
{
	struct copying *all = context;
	struct copier c = { .all = all };
	struct flow_fieldset wanted = { { 0 } };
	size_t task;

	(void)i;
	flow_totals_fields(&wanted);
	if (all->tally != NULL)
		exporters_tally_fields(&wanted);
	c.peek = query_worker_new_of(all->query, &wanted);
	if (c.peek == NULL) {
		all->failed = true;
		turn_stop(&all->turn);
	}
	while (c.peek != NULL && query_take(c.peek, &task)) {
		struct flow_group *group = prepare(&c, task);

		if (!turn_wait(&all->turn, task)) {
			flow_group_free(group);
			break;
		}
		if (put_task(&c, task, group) != CLI_OK)
			all->failed = true;
		if (all->failed || all->left == 0)
			turn_stop(&all->turn);
		turn_done(&all->turn);
	}
	query_worker_free(c.peek);
	query_worker_free(c.rows);
	exporters_tally_free(c.tally);
}

int
copy_rows(const struct flowcat_options *options, struct query *query, struct exporters_tally *tally,
    struct flow_writer *writer)
{
	bool *wanted = choose_tasks(query);
	struct copying all = { .options = options, .query = query, .wanted = wanted, .writer = writer,
		.tally = tally, .left = options->limit };

	if (wanted == NULL)
		return cli_fail("out of memory");
	turn_init(&all.turn);
	if (all.left > 0)
		query_run_told(query, query_threads(query), copy_work, &all);
	turn_release(&all.turn);
	free(wanted);
	return all.failed ? CLI_FAILURE : CLI_OK;
}
