/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/passes.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli.h"

/* Most memory for rows that wait for their groups, in all threads. */
#define WAITING_BYTES ((size_t)512 << 20)

/* The least memory that is used. */
#define MEMORY_MIN ((uint64_t)4 << 20)

/* Workers fill two fifths of the memory, because tables double when they grow, and again when they are merged. */
#define FILLED(bytes) ((bytes) / 5 * 2)

/* Parts buffer rows in an eighth of the memory, or in 8 MiB if that is more. */
#define BUFFERED(bytes) ((size_t)((bytes) / 8 > ((uint64_t)8 << 20) ? (bytes) / 8 : (uint64_t)8 << 20))

struct passes {
	struct flow_agg_spec *spec;
	struct query *query;
	struct flow_agg **agg;
	struct flow_agg_parts *parts;	/* NULL: all fits, so far */
	bool reads_parts;
	unsigned threads;
	uint64_t memory;		/* UINT64_MAX: no bound */
	const char *folder;
	unsigned from, to;		/* of FLOW_AGG_SHARES */
	bool may_fill;
	atomic_uint_fast64_t rows;	/* rows read in this pass */
	uint64_t all_rows;		/* rows to read in it */
	atomic_bool failed, full;
};

/* What a pass does with each batch. */
typedef enum flow_status feed(struct flow_agg *agg, const struct flow_batch *batch,
    const struct flow_selection *sel, struct flow_error *err);

/* A worker is full, or failed; errors of several are reported once. */
static void
feed_failed(struct passes *p, const struct flow_agg *agg, const struct flow_error *err)
{
	if (flow_agg_is_full(agg))
		p->full = true;
	else if (!atomic_exchange(&p->failed, true))
		(void)cli_fail_error(err);
}

/* Feeds one batch; false ends the pass. */
static bool
feed_one(struct passes *p, struct flow_agg *agg, const struct flow_batch *batch,
    const struct flow_selection *selection, feed *rows)
{
	struct flow_error err;

	p->rows += batch->rows;
	if (rows(agg, batch, selection, &err) == FLOW_OK)
		return true;
	feed_failed(p, agg, &err);
	return false;
}

/* Feeds a worker all tasks that it can get. */
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

/* Feeds rows of the share from the file of parts. */
static void
parts_work(void *context, unsigned i)
{
	struct passes *p = context;
	struct flow_error err;
	uint64_t rows;

	while (!p->failed && !p->full) {
		enum flow_status st = flow_agg_parts_feed(p->agg[i], &rows, &err);

		p->rows += rows;
		if (st == FLOW_END)
			return;
		if (st != FLOW_OK)
			feed_failed(p, p->agg[i], &err);
	}
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
	if (flow_agg_share(p->agg[i], p->from, p->to, p->may_fill, &err) != FLOW_OK)
		return cli_fail_error(&err);
	if (p->parts == NULL)
		return CLI_OK;
	return (p->reads_parts ? flow_agg_parts_read : flow_agg_parts_write)(p->agg[i], p->parts, &err) == FLOW_OK ?
	    CLI_OK : cli_fail_error(&err);
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

/* Feeds all rows to new workers; p->full: a group did not fit. */
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
	p->all_rows = query_rows(p->query);
	query_run_told(p->query, p->threads, work, p);
	return p->failed ? CLI_FAILURE : CLI_OK;
}

/* Feeds the rows of a share from the parts to new workers. */
static int
scan_parts(struct passes *p)
{
	free_workers(p);
	p->full = false;
	if (make_workers(p) != CLI_OK)
		return CLI_FAILURE;
	flow_agg_parts_rewind(p->parts, p->from, p->to);
	p->rows = 0;
	p->all_rows = flow_agg_parts_rows(p->parts, p->from, p->to);
	query_run(p->threads, parts_work, p);
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

/*
 * Sets the share to about `width` of FLOW_AGG_SHARES: whole parts, or a piece of one part, which is then read
 * several times.
 */
static void
take_width(struct passes *p, double width)
{
	unsigned left = FLOW_AGG_SHARES - p->from, within = FLOW_AGG_SHARE_WHOLE - p->from % FLOW_AGG_SHARE_WHOLE;
	unsigned to = (unsigned)clamp(width, 1, left);

	if (to >= FLOW_AGG_SHARE_WHOLE && within == FLOW_AGG_SHARE_WHOLE)
		to -= to % FLOW_AGG_SHARE_WHOLE;
	else if (to > within)
		to = within;
	p->to = p->from + to;
}

/*
 * Shrinks the share, by how many rows the last one had room for.  Tables that have hardly begun to grow say
 * little, but then the attempt was short.
 */
static void
take_less(struct passes *p)
{
	double part = p->all_rows > 0 ? (double)p->rows / (double)p->all_rows : 0;

	take_width(p, (p->to - p->from) * clamp(part * 0.8, 1.0 / 8, 3.0 / 4));
}

/* Chooses the next share by the memory that the last one used. */
static void
take_next(struct passes *p, size_t used)
{
	double width = p->to - p->from, most = (double)FILLED(p->memory) / p->threads;

	p->from = p->to;
	if (p->from < FLOW_AGG_SHARES)
		take_width(p, width * clamp(most * 0.8 / (double)(used + 1), 1.0 / 2, 4));
}

/* The most memory that a worker used. */
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

/* Makes series of the groups that the shares chose. */
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

/* Adds a share's rows to the answer. */
static int
add_share(struct passes *p, struct answer *a)
{
	struct flow_error err;

	if (merge(p, &a->result) != CLI_OK)
		return CLI_FAILURE;
	return flow_agg_shares_add(a->shares, a->result, &err) == FLOW_OK ? CLI_OK : cli_fail_error(&err);
}

/* Keeps the last share of a turn. */
static void
keep_share(struct answer *a)
{
	flow_agg_shares_keep(a->shares, a->result);
	a->result = NULL;
}

/* Writes rows of large tables to parts, and answers small tables at once. */
static int
write_parts(struct passes *p, struct answer *a)
{
	struct flow_error err;
	bool any;

	p->from = 0;
	p->to = FLOW_AGG_SHARES;
	p->reads_parts = false;
	do {
		if (flow_agg_part_large(p->spec, p->agg, p->threads, &any, &err) != FLOW_OK)
			return cli_fail_error(&err);
		p->may_fill = any;
		free_workers(p);
		flow_agg_parts_free(p->parts);
		p->parts = flow_agg_parts_new(p->spec, p->folder, p->threads, BUFFERED(p->memory));
		if (p->parts == NULL)
			return cli_fail("out of memory");
		if (scan(p, flow_agg_sieves(p->spec)) != CLI_OK)
			return CLI_FAILURE;
	} while (p->full);
	if (flow_agg_parts_end(p->agg, p->threads, &err) != FLOW_OK)
		return cli_fail_error(&err);
	if (add_share(p, a) != CLI_OK)
		return CLI_FAILURE;
	if (flow_agg_parts_note(p->parts, a->result, &err) != FLOW_OK)
		return cli_fail_error(&err);
	keep_share(a);
	return CLI_OK;
}

/* Answers tables with parts, share by share. */
static int
answer_turn(struct passes *p, struct answer *a, double width)
{
	size_t used;

	p->from = 0;
	p->full = false;
	take_width(p, width);
	while (p->from < FLOW_AGG_SHARES) {
		/* What the smallest share needs goes to files. */
		p->may_fill = !p->full || p->to - p->from > 1;
		if (p->full && p->may_fill)
			take_less(p);
		if (scan_parts(p) != CLI_OK)
			return CLI_FAILURE;
		if (p->full)
			continue;
		used = most_used(p);
		if (add_share(p, a) != CLI_OK)
			return CLI_FAILURE;
		take_next(p, used);
	}
	keep_share(a);
	return CLI_OK;
}

/* Answers share by share, where the groups of all did not fit. */
static int
answer_shares(struct passes *p, struct answer *a)
{
	double width = p->all_rows > 0 ? FLOW_AGG_SHARES * 0.8 * (double)p->rows / (double)p->all_rows : 0;
	struct flow_error err;

	flow_agg_plan_sure(p->spec);
	if (flow_agg_set_phase(p->spec, FLOW_AGG_CHOOSE, &err) != FLOW_OK)
		return cli_fail_error(&err);
	a->shares = flow_agg_shares_new(p->spec, p->folder);
	if (a->shares == NULL)
		return cli_fail("out of memory");
	if (write_parts(p, a) != CLI_OK)
		return CLI_FAILURE;
	p->reads_parts = true;
	while (flow_agg_turn_next(p->spec))
		if (answer_turn(p, a, width) != CLI_OK)
			return CLI_FAILURE;
	free_workers(p);
	flow_agg_parts_free(p->parts);
	p->parts = NULL;
	flow_agg_turn_all(p->spec);
	return show_series(p, a);
}

/* Answers all at once if that fits; if a guess was wrong, again without guesses. */
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
		.may_fill = true };
	int status;

	*answer = (struct answer){ .spec = spec };
	/* By default half of the machine's memory. */
	if (memory == 0 && (p.memory = cli_memory()) != UINT64_MAX)
		p.memory /= 2;
	if (p.memory < MEMORY_MIN)
		p.memory = MEMORY_MIN;
	status = answer_all(&p, answer);
	free_workers(&p);
	flow_agg_parts_free(p.parts);
	return status;
}

void
answer_clear(struct answer *answer)
{
	flow_agg_result_free(answer->result);
	flow_agg_result_free(answer->series);
	flow_agg_shares_free(answer->shares);
}

/* The result with the whole of a table. */
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
	return flow_agg_shares_table(answer->shares, table, from, rows, t, err);
}
