/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/passes.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli.h"

/* Rows that wait for their groups, in all threads. */
#define WAITING_BYTES ((size_t)512 << 20)

/*
 * Groups are taken share by share where so much memory was given, and where 256 shares are enough: else they go to files,
 * all at once, which takes less time but more memory, of which the kernel takes back what others need.
 */
#define SHARES_MEMORY ((uint64_t)4 << 20)
#define SHARE_MIN 1

/* Of the memory that is given workers fill two fifths: tables double as they grow, and when they are merged. */
#define FILLED(bytes) ((bytes) / 5 * 2)

struct passes {
	struct flow_agg_spec *spec;
	struct query *query;
	struct flow_agg **agg;
	unsigned threads;
	uint64_t memory;		/* UINT64_MAX: no bound */
	const char *folder;
	unsigned from, to;		/* of FLOW_AGG_SHARES */
	bool may_fill;
	atomic_uint_fast64_t rows;	/* that were looked at in this pass */
	atomic_bool failed, full;
};

/* Each pass over the rows. */
typedef enum flow_status feed(struct flow_agg *agg, const struct flow_batch *batch,
    const struct flow_selection *sel, struct flow_error *err);

/* One batch; false where that ends the pass. */
static bool
feed_one(struct passes *p, struct flow_agg *agg, const struct flow_batch *batch,
    const struct flow_selection *selection, feed *rows)
{
	struct flow_error err;

	p->rows += batch->rows;
	if (rows(agg, batch, selection, &err) == FLOW_OK)
		return true;
	if (flow_agg_is_full(agg)) {
		p->full = true;
		return false;
	}
	(void)cli_fail_error(&err);
	p->failed = true;
	return false;
}

/* All that a worker can take, into a state of its own. */
static void
feed_all(struct passes *p, struct query_worker *worker, struct flow_agg *agg, feed *rows)
{
	const struct flow_selection *selection;
	const struct flow_batch *batch;
	size_t task;

	while (worker != NULL && !p->failed && !p->full && query_take(worker, &task))
		while (!p->full && query_next(worker, &batch, &selection))
			if (!feed_one(p, agg, batch, selection, rows))
				break;
	if (worker == NULL)
		p->failed = true;
	query_worker_free(worker);
}

static void
work(void *context, unsigned i)
{
	struct passes *p = context;

	feed_all(p, query_worker_new(p->query), p->agg[i], flow_agg_feed);
}

static void
sieve_work(void *context, unsigned i)
{
	struct passes *p = context;
	struct flow_fieldset wanted = { { 0 } };
	struct flow_error err;

	if (flow_agg_sieve_begin(p->agg[i], query_rows(p->query), &err) != FLOW_OK) {
		(void)cli_fail_error(&err);
		p->failed = true;
		return;
	}
	flow_agg_sieve_fields(p->spec, &wanted);
	feed_all(p, query_worker_new_of(p->query, &wanted), p->agg[i], flow_agg_sieve);
}

static void
free_workers(struct passes *p)
{
	for (unsigned i = 0; p->agg != NULL && i < p->threads; i++)
		flow_agg_free(p->agg[i]);
	free(p->agg);
	p->agg = NULL;
}

static int
make_worker(struct passes *p, unsigned i)
{
	struct flow_error err;

	p->agg[i] = flow_agg_new(p->spec);
	if (p->agg[i] == NULL)
		return cli_fail("out of memory");
	flow_agg_room(p->agg[i], WAITING_BYTES / p->threads);
	if (p->memory == UINT64_MAX)
		return CLI_OK;
	flow_agg_limit(p->agg[i], (size_t)((p->may_fill ? FILLED(p->memory) : p->memory) / p->threads) + 1,
	    p->folder);
	return flow_agg_share(p->agg[i], p->from, p->to, p->may_fill, &err) == FLOW_OK ? CLI_OK :
	    cli_fail_error(&err);
}

static int
make_workers(struct passes *p)
{
	int status = CLI_OK;

	p->agg = calloc(p->threads, sizeof(struct flow_agg *));
	if (p->agg == NULL)
		return cli_fail("out of memory");
	for (unsigned i = 0; i < p->threads && status == CLI_OK; i++)
		status = make_worker(p, i);
	return status;
}

/* All rows to new workers; p->full: they had no room for a group more. */
static int
scan(struct passes *p, bool sieves)
{
	struct flow_error err;

	free_workers(p);
	p->full = false;
	if (make_workers(p) != CLI_OK)
		return CLI_FAILURE;
	query_rewind(p->query);
	if (sieves) {
		query_run_told(p->query, p->threads, sieve_work, p);
		if (p->failed)
			return CLI_FAILURE;
		if (flow_agg_sieve_end(p->agg, p->threads, &err) != FLOW_OK)
			return cli_fail_error(&err);
		query_rewind(p->query);
	}
	p->rows = 0;
	query_run_told(p->query, p->threads, work, p);
	return p->failed ? CLI_FAILURE : CLI_OK;
}

static int
merge(struct passes *p, struct flow_agg_result **result)
{
	struct flow_error err;
	int status = CLI_OK;

	flow_agg_result_free(*result);
	*result = NULL;
	if (flow_agg_finish(p->agg, p->threads, result, &err) != FLOW_OK)
		status = cli_fail_error(&err);
	free_workers(p);
	return status;
}

static double
clamp(double v, double least, double most)
{
	return v < least ? least : v > most ? most : v;
}

/* A share of that many 256ths. */
static void
take_width(struct passes *p, double width)
{
	double left = FLOW_AGG_SHARES - p->from;

	p->to = p->from + (unsigned)clamp(width, SHARE_MIN < left ? SHARE_MIN : left, left);
}

/*
 * A share that fits, by how many rows the last one had room for.  Tables that have hardly begun to grow tell
 * little, but then the attempt did not take long either.
 */
static void
take_less(struct passes *p)
{
	uint64_t all = query_rows(p->query);
	double part = all > 0 ? (double)p->rows / (double)all : 0;

	take_width(p, (p->to - p->from) * clamp(part * 0.8, 1.0 / 8, 3.0 / 4));
}

/* The next share, by what workers needed for the last one. */
static void
take_next(struct passes *p, size_t used)
{
	double width = p->to - p->from, most = (double)FILLED(p->memory) / p->threads;

	p->from = p->to;
	if (p->from < FLOW_AGG_SHARES)
		take_width(p, width * clamp(most * 0.8 / (double)(used + 1), 1.0 / 2, 4));
}

/* What the worker that needed most needed. */
static size_t
most_used(const struct passes *p)
{
	size_t most = 0;

	for (unsigned i = 0; i < p->threads; i++) {
		size_t bytes = flow_agg_growing_bytes(p->agg[i]);

		most = bytes > most ? bytes : most;
	}
	return most;
}

/* Series of the groups that the shares chose. */
static int
show_series(struct passes *p, struct answer *a)
{
	struct flow_error err;
	bool any = false;

	for (size_t i = 0; i < flow_agg_tables(p->spec); i++)
		any |= flow_agg_is_late(p->spec, i);
	if (!any)
		return CLI_OK;
	if (flow_agg_set_phase(p->spec, FLOW_AGG_SHOW, &err) != FLOW_OK)
		return cli_fail_error(&err);
	p->from = 0;
	p->to = FLOW_AGG_SHARES;
	p->may_fill = false;
	return scan(p, false) == CLI_OK ? merge(p, &a->series) : CLI_FAILURE;
}

/* All at once, with files for what does not fit. */
static int
answer_by_files(struct passes *p, struct answer *a)
{
	struct flow_error err;

	flow_agg_shares_free(a->shares);
	a->shares = NULL;
	p->from = 0;
	p->to = FLOW_AGG_SHARES;
	p->may_fill = false;
	if (flow_agg_set_phase(p->spec, FLOW_AGG_ALL, &err) != FLOW_OK)
		return cli_fail_error(&err);
	return scan(p, flow_agg_sieves(p->spec)) == CLI_OK ? merge(p, &a->result) : CLI_FAILURE;
}

/* Share by share, when the groups of all did not fit. */
static int
answer_shares(struct passes *p, struct answer *a)
{
	struct flow_error err;
	size_t used;

	flow_agg_plan_sure(p->spec);
	if (flow_agg_set_phase(p->spec, FLOW_AGG_CHOOSE, &err) != FLOW_OK)
		return cli_fail_error(&err);
	a->shares = flow_agg_shares_new(p->spec, p->folder);
	if (a->shares == NULL)
		return cli_fail("out of memory");
	while (p->from < FLOW_AGG_SHARES) {
		if (p->full && p->to - p->from <= SHARE_MIN)
			return answer_by_files(p, a);
		if (p->full)
			take_less(p);
		flow_agg_result_free(a->result);
		a->result = NULL;
		if (scan(p, flow_agg_sieves(p->spec)) != CLI_OK)
			return CLI_FAILURE;
		if (p->full)
			continue;
		used = most_used(p);
		if (merge(p, &a->result) != CLI_OK)
			return CLI_FAILURE;
		if (flow_agg_shares_add(a->shares, a->result, &err) != FLOW_OK)
			return cli_fail_error(&err);
		take_next(p, used);
	}
	return show_series(p, a);
}

/* All at once, as far as that fits; where a guess was wrong, once more without one. */
static int
answer_all(struct passes *p, struct answer *a)
{
	flow_agg_plan(p->spec, query_rows(p->query), query_filter(p->query) != NULL);
	for (;;) {
		if (scan(p, flow_agg_sieves(p->spec)) != CLI_OK)
			return CLI_FAILURE;
		if (p->full)
			return answer_shares(p, a);
		if (merge(p, &a->result) != CLI_OK)
			return CLI_FAILURE;
		if (flow_agg_proven(a->result))
			return CLI_OK;
		flow_agg_plan_sure(p->spec);
	}
}

int
answer_make(struct flow_agg_spec *spec, struct query *query, uint64_t memory, struct answer *answer)
{
	const char *folder = getenv("TMPDIR");
	struct passes p = { .spec = spec, .query = query, .threads = query_threads(query), .memory = memory,
		.folder = folder != NULL && folder[0] != '\0' ? folder : "/tmp", .to = FLOW_AGG_SHARES,
		.may_fill = memory >= SHARES_MEMORY };
	int status;

	*answer = (struct answer){ .spec = spec };
	/* Half of the machine's, where nothing is said. */
	if (memory == 0 && (p.memory = cli_memory()) != UINT64_MAX)
		p.memory /= 2;
	status = answer_all(&p, answer);
	free_workers(&p);
	return status;
}

void
answer_clear(struct answer *answer)
{
	flow_agg_result_free(answer->result);
	flow_agg_result_free(answer->series);
	flow_agg_shares_free(answer->shares);
}

/* The result that has a table whole. */
static struct flow_agg_result *
result_of(const struct answer *answer, size_t table)
{
	if (answer->shares == NULL)
		return answer->result;
	return flow_agg_is_late(answer->spec, table) ? answer->series : NULL;
}

uint64_t
answer_rows(const struct answer *answer, size_t table)
{
	struct flow_agg_result *r = result_of(answer, table);

	return r != NULL ? flow_agg_rows(r, table) : flow_agg_shares_rows(answer->shares, table);
}

enum flow_status
answer_table(struct answer *answer, size_t table, uint64_t from, size_t rows, struct flow_table **t,
    struct flow_error *err)
{
	struct flow_agg_result *r = result_of(answer, table);

	if (r != NULL)
		return flow_agg_table(r, table, from, rows, t, err);
	return flow_agg_shares_table(answer->shares, answer->result, table, from, rows, t, err);
}
