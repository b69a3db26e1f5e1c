/* SPDX-License-Identifier: BSD-2-Clause */
#include "nfdump/run.h"

#include <stdlib.h>
#include <string.h>

#include "common/cli.h"
#include "nfdump/merge.h"
#include "nfdump/merge_sieve.h"
#include "nfdump/post_filter.h"
#include "nfdump/show.h"
#include "nfdump/statistic.h"
#include "nfdump/summary_lines.h"

/* Memory for sorting before runs of rows go to files. */
#define SORT_BYTES ((size_t)1 << 30)

/* With fewer rows all groups are kept: a second pass would take longer. */
#define SIEVE_ROWS (1 << 17)

struct run {
	struct nfdump_options *o;
	struct query *query;
	struct show *show;
	struct statistics *statistics;	/* NULL: none wanted */
	struct merge *groups;		/* NULL: flows are not grouped */
	struct nfdump_keys keys;	/* of these */
	struct merge_sieve *sieve;	/* of the groups; NULL: all are kept */
	struct flow_sort *sort;		/* NULL: nor sorted */
	struct flow_writer *writer;	/* NULL: they are printed */
	struct post_filter *post;
	struct nfdump_totals totals;
};

static bool
prints_flows(const struct run *r)
{
	return r->o->statistics == 0 || r->groups != NULL;
}

static int
open_groups(struct run *r)
{
	struct flow_error err;

	if (!r->o->aggregate)
		return CLI_OK;
	nfdump_keys_connection(&r->keys);
	if (r->o->keys != NULL && nfdump_keys_parse(r->o->keys, &r->keys, &err) != FLOW_OK)
		return cli_fail("%s", err.message);
	r->groups = merge_new(&r->keys, r->o->two_way);
	return r->groups != NULL ? CLI_OK : cli_fail("out of memory");
}

/* "bytes:a": the word, and whether ascending, the default for times. */
static size_t
split_order(const char *text, size_t len, bool *ascending)
{
	size_t n = 0;

	while (n < len && text[n] != ':')
		n++;
	*ascending = n + 2 == len ? text[n + 1] == 'a' :
	    n > 1 && (strncmp(text, "tstart", n) == 0 || strncmp(text, "tend", n) == 0);
	return n;
}

static int
open_sort(struct run *r)
{
	struct flow_sort_order order;
	struct flow_error err;

	if (r->o->order == NULL || r->groups != NULL || r->o->statistics > 0)
		return CLI_OK;
	if (flow_sort_order_parse(r->o->order, &order, &err) != FLOW_OK ||
	    flow_sort_new(&order, SORT_BYTES, NULL, &r->sort, &err) != FLOW_OK)
		return cli_fail_error(&err);
	return CLI_OK;
}

static void
add_all_fields(struct flow_fieldset *fields)
{
	for (unsigned f = 0; f < FLOW_FIELD_STORED; f++)
		flow_fieldset_add(fields, (enum flow_field)f);
}

static int
open_query(struct run *r)
{
	struct flow_fieldset wanted = { { 0 } };
	struct flow_sort_order order;
	struct flow_error err;

	nfdump_counters_fields(&wanted);
	show_fields(r->show, &wanted);
	if (r->groups != NULL)
		merge_fields(r->groups, &wanted);
	if (r->statistics != NULL)
		statistics_fields(r->statistics, &wanted);
	post_filter_fields(r->post, &wanted);
	if (r->sort != NULL && flow_sort_order_parse(r->o->order, &order, &err) == FLOW_OK)
		flow_sort_order_fields(&order, &wanted);
	if (r->o->write_path != NULL)
		add_all_fields(&wanted);
	return query_open(&r->o->request, &wanted, &r->query);
}

static int
open_writer(struct run *r)
{
	struct flow_error err;

	if (r->o->write_path == NULL || !prints_flows(r))
		return CLI_OK;
	return flow_writer_open(r->o->write_path, &r->o->writer, &r->writer, &err) == FLOW_OK ? CLI_OK :
	    cli_fail_error(&err);
}

static int
put_rows(struct run *r, const struct flow_batch *batch, const struct flow_selection *sel, const char *ident)
{
	struct flow_error err;

	if (r->writer == NULL)
		return show_rows(r->show, batch, sel, ident);
	return flow_writer_batch(r->writer, batch, sel, &err) == FLOW_OK ? CLI_OK : cli_fail_error(&err);
}

static int
group_rows(struct run *r, const struct flow_batch *batch, const struct flow_selection *sel)
{
	return merge_add(r->groups, batch, sel) == FLOW_OK ? CLI_OK :
	    cli_fail("out of memory, or of numbers for groups");
}

/* The totals are there already. */
static int
take_sieved(struct run *r, const struct flow_batch *batch, const struct flow_selection *sel)
{
	if (merge_sieve_select(r->sieve, batch, sel, &sel) != FLOW_OK)
		return cli_fail("out of memory");
	return group_rows(r, batch, sel);
}

static int
take_rows(struct run *r, const struct flow_batch *batch, const struct flow_selection *sel, const char *ident)
{
	struct flow_error err;
	int status = CLI_OK;

	if (r->sieve != NULL)
		return take_sieved(r, batch, sel);
	for (uint32_t i = 0; i < sel->count; i++) {
		struct nfdump_counters c;

		nfdump_counters_get(batch, flow_selection_row(sel, i), &c);
		nfdump_totals_add(&r->totals, &c);
	}
	if (r->statistics != NULL && r->o->limit != UINT64_MAX)
		status = statistics_feed(r->statistics, batch, sel);
	if (status != CLI_OK || !prints_flows(r))
		return status;
	if (r->groups != NULL)
		return group_rows(r, batch, sel);
	if (r->sort != NULL)
		return flow_sort_add(r->sort, batch, sel, &err) == FLOW_OK ? CLI_OK : cli_fail_error(&err);
	return put_rows(r, batch, sel, ident);
}

/* Processes the rows that pass, in their order, at most -c. */
static int
read_rows(struct run *r)
{
	struct query_worker *w = query_worker_new(r->query);
	const struct flow_selection *sel;
	const struct flow_batch *batch;
	struct flow_selection some;
	uint64_t left = r->o->limit;
	int status = w != NULL ? CLI_OK : CLI_FAILURE;
	size_t task;

	while (status == CLI_OK && left > 0 && !show_closed(r->show) && query_take(w, &task)) {
		while (status == CLI_OK && left > 0 && query_next(w, &batch, &sel)) {
			if (sel->count > left) {
				some = *sel;
				some.count = (uint32_t)left;
				sel = &some;
			}
			if (left != UINT64_MAX)
				left -= sel->count;
			status = take_rows(r, batch, sel, query_ident(w));
		}
	}
	query_worker_free(w);
	return status;
}

/* The order of the only list of groups, or NULL. */
static const char *
only_order(const struct run *r)
{
	if (r->o->records != NULL)
		return strchr(r->o->records, '/') == NULL ? r->o->records : NULL;
	return r->o->order;
}

/* Whether two passes, with few groups, are possible and pay. */
static int
open_sieve(struct run *r)
{
	const char *order = only_order(r);
	bool again = true;

	for (size_t i = 0; i < r->o->request.files.count; i++)
		again = again && strcmp(r->o->request.files.path[i], "-") != 0;
	if (r->groups == NULL || r->writer != NULL || r->o->limit != UINT64_MAX || order == NULL || !again ||
	    query_rows(r->query) < SIEVE_ROWS)
		return CLI_OK;
	return merge_sieve_new(&r->keys, r->o->two_way, order, r->o->top, &r->sieve);
}

/* The rank of the last group that is shown, 0 where there are fewer. */
static int
last_rank(struct run *r, uint64_t *rank)
{
	const char *order = only_order(r);
	bool ascending;
	size_t len = split_order(order, strlen(order), &ascending);

	*rank = 0;
	if (merge_count(r->groups) < r->o->top)
		return CLI_OK;
	if (merge_sort(r->groups, order, len, false) != FLOW_OK)
		return cli_fail("out of memory");
	*rank = merge_rank(r->groups, (size_t)r->o->top - 1);
	return CLI_OK;
}

static int
restart_groups(struct run *r)
{
	merge_free(r->groups);
	r->groups = merge_new(&r->keys, r->o->two_way);
	query_rewind(r->query);
	return r->groups != NULL ? CLI_OK : cli_fail("out of memory");
}

/* Reads the rows of groups that may be shown. */
static int
read_sieved(struct run *r)
{
	int status = merge_sieve_count(r->sieve, r->query, &r->totals);
	uint64_t rank = 0;

	merge_sieve_guess(r->sieve);
	if (status == CLI_OK)
		status = read_rows(r);
	if (status == CLI_OK)
		status = last_rank(r, &rank);
	if (status != CLI_OK || rank >= merge_sieve_least(r->sieve))
		return status;
	merge_sieve_bound(r->sieve, rank);
	status = restart_groups(r);
	return status == CLI_OK ? read_rows(r) : status;
}

static int
put_sorted(struct run *r)
{
	uint64_t left = r->o->top > 0 ? r->o->top : UINT64_MAX;
	const char *ident = query_common_ident(r->query);
	const struct flow_batch *batch;
	struct flow_selection sel;
	struct flow_error err;
	enum flow_status st = flow_sort_finish(r->sort, &err);
	int status = CLI_OK;

	while (st == FLOW_OK && status == CLI_OK && left > 0 && !show_closed(r->show)) {
		st = flow_sort_next(r->sort, &batch, &err);
		if (st != FLOW_OK)
			break;
		flow_selection_all(&sel, batch->rows < left ? batch->rows : (size_t)left);
		left -= sel.count;
		status = put_rows(r, batch, &sel, ident);
	}
	return st == FLOW_OK || st == FLOW_END ? status : cli_fail_error(&err);
}

/* Prints one list of groups. */
static int
put_groups(struct run *r, const char *order, size_t len, bool ascending)
{
	size_t count = merge_count(r->groups);
	int status = CLI_OK;

	if (merge_sort(r->groups, order, len, ascending) != FLOW_OK)
		return cli_fail("out of memory");
	if (r->o->top > 0 && r->o->top < count && r->writer == NULL)
		count = (size_t)r->o->top;
	for (size_t from = 0; from < count && status == CLI_OK && !show_closed(r->show); from += FLOW_BATCH_ROWS) {
		size_t n = count - from < FLOW_BATCH_ROWS ? count - from : FLOW_BATCH_ROWS;
		const struct flow_batch *batch = merge_batch(r->groups, from, n);
		const struct flow_selection *sel;

		if (batch == NULL)
			return cli_fail("out of memory");
		status = post_filter_select(r->post, batch, &sel);
		if (status == CLI_OK)
			status = put_rows(r, batch, sel, query_common_ident(r->query));
	}
	return status;
}

/* -s record: a list for each order, in nfdump's sequence. */
static int
put_record_lists(struct run *r)
{
	static const char *const orders[] = { "flows", "packets", "ipackets", "opackets", "bytes", "ibytes", "obytes",
	    "pps",
		"ipps", "opps", "bps", "ibps", "obps", "bpp", "ibpp", "obpp", "tstart", "tend", "duration" };
	int status = CLI_OK;

	for (size_t i = 0; i < ARRAY_LEN(orders) && status == CLI_OK; i++) {
		for (const char *p = r->o->records; *p != '\0' && status == CLI_OK; p += *p == '/') {
			size_t len = strcspn(p, "/"), n;
			bool ascending;

			n = split_order(p, len, &ascending);
			ascending = ascending && n + 2 == len;
			p += len;
			if (strlen(orders[i]) != n || strncmp(orders[i], p - len, n) != 0)
				continue;
			if (!r->o->quiet && r->o->mode == NFDUMP_FMT && r->o->top > 0)
				buf_printf(show_text(r->show), "Top %d flows ordered by %s:\n", (int)r->o->top,
				    orders[i]);
			else if (!r->o->quiet && r->o->mode == NFDUMP_FMT)
				buf_printf(show_text(r->show), "Top flows ordered by %s:\n", orders[i]);
			status = show_begin(r->show);
			if (status == CLI_OK)
				status = put_groups(r, orders[i], n, ascending);
			break;
		}
	}
	return status;
}

static int
put_flows(struct run *r)
{
	bool ascending = false;
	size_t len = 0;

	if (r->sort != NULL)
		return put_sorted(r);
	if (r->groups == NULL)
		return CLI_OK;
	if (r->o->guess && merge_guess(r->groups) != FLOW_OK)
		return cli_fail("out of memory");
	if (r->o->records != NULL)
		return put_record_lists(r);
	if (r->o->order != NULL)
		len = split_order(r->o->order, strlen(r->o->order), &ascending);
	return put_groups(r, r->o->order != NULL ? r->o->order : "", len, ascending);
}

static int
put_statistics(struct run *r)
{
	int status = CLI_OK;

	if (r->statistics == NULL)
		return CLI_OK;
	if (r->o->limit != UINT64_MAX) {
		status = statistics_finish(r->statistics);
	} else {
		if (prints_flows(r))
			query_rewind(r->query);
		status = statistics_answer(r->statistics, r->query);
		if (status == CLI_OK && !prints_flows(r))
			status = statistics_totals(r->statistics, &r->totals);
	}
	return status;
}

static int
finish_writer(struct run *r, int status)
{
	const char *ident = status == CLI_OK && r->writer != NULL ? query_common_ident(r->query) : NULL;
	struct flow_writer *writer = r->writer;
	struct flow_error err;

	r->writer = NULL;
	if (writer == NULL)
		return status;
	if (status != CLI_OK) {
		flow_writer_abort(writer);
		return status;
	}
	if (ident != NULL && ident[0] != '<')
		(void)!flow_writer_metadata(writer, "flow.ident", ident, strlen(ident), NULL);
	flow_writer_loss_unknown(writer);
	return flow_writer_close(writer, &err) == FLOW_OK ? CLI_OK : cli_fail_error(&err);
}

/* Prints lists, tables and the lines around them, in nfdump's order. */
static int
answer(struct run *r, int64_t started_ns)
{
	bool lists = r->o->records != NULL || r->o->statistics > 0, writes = r->writer != NULL;
	struct nfdump_files files;
	int status = CLI_OK;

	if (!lists)
		status = show_begin(r->show);
	if (status == CLI_OK)
		status = open_sieve(r);
	if (status == CLI_OK && (prints_flows(r) || r->o->limit != UINT64_MAX))
		status = r->sieve != NULL ? read_sieved(r) : read_rows(r);
	if (status == CLI_OK)
		status = put_statistics(r);
	if (status == CLI_OK && r->totals.rows == 0)
		buf_append_text(show_text(r->show), "No matching flows\n");
	if (status == CLI_OK && prints_flows(r))
		status = put_flows(r);
	status = finish_writer(r, status);
	if (status == CLI_OK && r->statistics != NULL)
		status = statistics_print(r->statistics, &r->totals, show_text(r->show));
	if (status == CLI_OK && !lists && !writes)
		status = show_end(r->show);
	if (status == CLI_OK && !r->o->quiet && (r->o->mode == NFDUMP_FMT || r->o->mode == NFDUMP_NULL)) {
		nfdump_files_read(&r->o->request, &files);
		nfdump_summary(show_text(r->show), r->o, &r->totals, &files, started_ns);
	}
	return status == CLI_OK ? show_flush(r->show) : status;
}

int
nfdump_run(struct nfdump_options *options)
{
	struct run r = { .o = options };
	int64_t started_ns = nfdump_now_ns();
	int status = show_open(options, &r.show);

	if (status == CLI_OK)
		status = open_groups(&r);
	if (status == CLI_OK && options->statistics > 0)
		status = statistics_open(options, &r.statistics);
	if (status == CLI_OK)
		status = post_filter_open(options, &r.post);
	if (status == CLI_OK)
		status = open_sort(&r);
	if (status == CLI_OK)
		status = open_query(&r);
	if (status == CLI_OK)
		status = open_writer(&r);
	if (status == CLI_OK)
		status = answer(&r, started_ns);
	if (status == CLI_OK && query_failed(r.query))
		status = CLI_FAILURE;
	(void)finish_writer(&r, CLI_FAILURE);
	post_filter_free(r.post);
	flow_sort_free(r.sort);
	statistics_free(r.statistics);
	merge_free(r.groups);
	merge_sieve_free(r.sieve);
	show_free(r.show);
	query_free(r.query);
	return status;
}
