/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowstat/stat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/cli.h"
#include "common/every.h"
#include "common/local_names.h"
#include "common/passes.h"
#include "common/detections.h"
#include "flowstat/distributions.h"
#include "flowstat/rollup_use.h"
#include "flowstat/table_out.h"

/* Rows per slice of a table. */
#define SLICE 4096

struct run {
	struct flow_agg_spec *spec;
	struct query *query;
	struct answer answer;
	struct detections *detections;	/* NULL: none wanted */
	struct flow_distribution *distribution;	/* the same */
	struct names *names;
	struct flow_names *announced;	/* exporters' names; NULL: not wanted */
	struct buf rollups;		/* --explain's text about them */
};

static int
make_spec(const struct flowstat_options *o, struct flow_agg_spec **spec)
{
	struct flow_error err;

	*spec = flow_agg_spec_new();
	if (*spec == NULL)
		return cli_fail("out of memory");
	flow_agg_geo(*spec, o->request.geo);
	for (size_t i = 0; i < o->asks; i++) {
		enum flow_status st = flow_agg_ask(*spec, &o->ask[i], &err);

		if (st == FLOW_ENOMEM)
			return cli_fail_error(&err);
		if (st != FLOW_OK)
			return cli_misuse("%s", err.message);
	}
	return CLI_OK;
}

static int
flush(struct buf *out, bool *closed)
{
	int status = buf_status(out) == FLOW_OK ? cli_write(out->data, out->len, closed) :
	    cli_fail("out of memory");

	buf_clear(out);
	return status;
}

/* A slice of a table: first of those asked for, then of distributions, which have one slice, then of findings. */
static int
make_slice(struct run *run, size_t i, uint64_t from, struct flow_table **t)
{
	size_t asked = flow_agg_tables(run->spec), classes = run->distribution != NULL ? FLOW_DISTRIBUTIONS : 0;
	struct flow_error err;
	enum flow_status st;

	if (i < asked)
		st = answer_table(&run->answer, i, from, SLICE, t, &err);
	else if (i < asked + classes)
		st = flow_distribution_table(run->distribution, i - asked, t, &err);
	else
		st = detections_table(run->detections, i - asked - classes, from, SLICE, t, &err);
	if (st != FLOW_OK)
		return cli_fail_error(&err);
	if (names_add(run->names, *t) != FLOW_OK) {
		flow_table_free(*t);
		return cli_fail("out of memory");
	}
	return CLI_OK;
}

static uint64_t
rows_of(const struct run *run, size_t i)
{
	size_t asked = flow_agg_tables(run->spec), classes = run->distribution != NULL ? FLOW_DISTRIBUTIONS : 0;

	if (i < asked)
		return answer_rows(&run->answer, i);
	return i < asked + classes ? 1 : detections_rows(run->detections, i - asked - classes);
}

/* One table, slice by slice. */
static int
print_table(struct run *run, size_t i, struct table_out *to, struct buf *out, bool *closed)
{
	uint64_t rows = rows_of(run, i), from = 0;
	struct flow_table *t;
	bool beyond = false;
	int status;

	do {
		status = make_slice(run, i, from, &t);
		if (status != CLI_OK)
			return status;
		if (from == 0)
			status = table_out_begin(to, t, out);
		if (status == CLI_OK)
			status = table_out_rows(to, t, out);
		beyond |= t->beyond;
		from += SLICE;
		if (from >= rows && status == CLI_OK)
			table_out_end(to, t, out);
		flow_table_free(t);
		if (status == CLI_OK)
			status = flush(out, closed);
	} while (from < rows && status == CLI_OK && !*closed);
	if (beyond)
		cli_warn("sums beyond 18446744073709551615 are shown as that; averages, rates and shares of them "
		    "are left out");
	return status;
}

/* Prints a heading with the time before repeated tables. */
static void
begin_again(const struct flowstat_options *o, struct buf *out)
{
	struct stamp_cache cache = { 0 };
	char text[STAMP_TEXT_MAX];
	size_t len;

	if (o->redraw)
		buf_append_text(out, "\033[H\033[J");
	if (strcmp(o->format, "text") != 0 || o->printer.quiet)
		return;
	len = stamp_format_text(&cache, (int64_t)time(NULL) * 1000, o->printer.zone, text);
	buf_printf(out, "%sas of %.*s\n", o->redraw ? "" : "\n", (int)len, text);
}

static int
print_tables(const struct flowstat_options *o, struct run *run, struct table_out *to)
{
	struct buf out = BUF_INIT;
	bool closed = false;
	int status = CLI_OK;

	if (o->follow_s != 0)
		begin_again(o, &out);
	for (size_t i = 0; i < o->printer.tables && status == CLI_OK && !closed; i++)
		status = print_table(run, i, to, &out, &closed);
	if (status == CLI_OK && !closed) {
		status = table_out_finish(to, &out);
		if (status == CLI_OK)
			status = flush(&out, &closed);
	}
	buf_release(&out);
	return status;
}

static int
explain(const struct run *run)
{
	struct buf out = BUF_INIT;
	bool closed = false;
	int status;

	if (run->rollups.len > 0)
		buf_append(&out, run->rollups.data, run->rollups.len);
	if (query_explain(run->query, &out) != FLOW_OK)
		status = cli_fail("out of memory");
	else
		status = flush(&out, &closed);
	buf_release(&out);
	return status;
}

static void
set_period(const struct run *run)
{
	const struct flow_agg_period period = query_period(run->query);

	flow_agg_set_period(run->spec, &period);
}

/* --sql: prints the query as a statement for another engine. */
static int
print_sql(const struct flowstat_options *o, const struct run *run)
{
	struct buf out = BUF_INIT;
	struct flow_sql_from from;
	struct flow_error err;
	bool closed = false;
	int status;

	if (o->detect.what != 0 || o->distribution)
		return cli_misuse("no SQL for what --detect and its parts find, and for --distribution: that takes "
		    "more than sums");
	status = query_sql_from(run->query, &o->request, o->dialect, &from);

	if (status == CLI_OK &&
	    flow_sql_tables(&from, query_filter(run->query), run->spec, &out, &err) != FLOW_OK)
		status = cli_fail_error(&err);
	if (status == CLI_OK)
		status = flush(&out, &closed);
	buf_release(&out);
	return status;
}

/* Done once, also where the query is repeated. */
static int
read_lists(struct flowstat_options *o)
{
	int status = list_files_read(&o->lists);

	if (status == CLI_OK)
		status = list_files_read_own(&o->local);
	o->detect.lists = o->lists.lists;
	o->detect.own = o->local.lists;
	return status;
}

static int
open_and_run(struct flowstat_options *o, struct run *run, struct table_out *to)
{
	struct flow_fieldset wanted = { { 0 } };
	int status = o->rollups != NULL ? rollup_use(o, run->spec, &run->rollups) : CLI_OK;

	if (status != CLI_OK)
		return status;
	flow_agg_fields(run->spec, &wanted);
	if (o->detect.what != 0)
		flow_detect_fields(o->detect.what, &wanted);
	if (o->distribution)
		flow_distribution_fields(&wanted);
	o->request.any_order = true;
	o->request.touching = flow_agg_spreads(run->spec);
	status = query_open(&o->request, &wanted, &run->query);
	if (status != CLI_OK)
		return status;
	set_period(run);
	if (o->explain)
		return explain(run);
	if (o->sql)
		return print_sql(o, run);
	if (flow_agg_tables(run->spec) > 0)
		status = answer_make(run->spec, run->query, o->memory, &run->answer);
	if (status == CLI_OK && o->distribution)
		status = distributions_make(run->query, &run->distribution);
	if (status == CLI_OK && o->detect.what != 0)
		status = read_lists(o);
	if (status == CLI_OK && o->detect.what != 0)
		status = detections_make(&o->detect, &o->request, run->query, o->memory, &run->detections);
	if (status == CLI_OK)
		status = print_tables(o, run, to);
	if (status == CLI_OK && (query_failed(run->query) || o->lists.damaged))
		status = CLI_FAILURE;
	return status;
}

/* Names that exporters announced are in output for people, and elsewhere only on request. */
static int
load_names(struct flowstat_options *o, struct run *run)
{
	bool machine = strcmp(o->format, "csv") == 0 || strcmp(o->format, "json") == 0 ||
	    strcmp(o->format, "ndjson") == 0 || strcmp(o->format, "set") == 0 || o->write_path != NULL ||
	    table_out_is_of_flows(o->format);

	if (!machine || o->if_names != NULL) {
		run->announced = flow_names_new();
		if (run->announced == NULL)
			return cli_fail("out of memory");
		o->request.names = run->announced;
	}
	return names_load(o->as_names, o->if_names, run->announced, &run->names);
}

#define FACTS 6
#define SOURCE_MAX 256

/* The sources of its numbers, at the head of a page. */
static size_t
make_facts(const struct flowstat_options *o, struct flow_table_fact fact[FACTS], char files[32],
    char source[SOURCE_MAX])
{
	size_t n = 0, len = 0;

	for (size_t i = 0; i < o->request.reads && len < SOURCE_MAX; i++)
		len += (size_t)snprintf(source + len, SOURCE_MAX - len, "%s%s", i > 0 ? ", " : "",
		    o->request.read[i].text);
	if (len > 0)
		fact[n++] = (struct flow_table_fact){ "Source", source };
	(void)snprintf(files, 32, "%zu", o->request.files.count);
	fact[n++] = (struct flow_table_fact){ "Files", files };
	if (o->request.window != NULL)
		fact[n++] = (struct flow_table_fact){ "Window", o->request.window };
	if (o->request.filter_file != NULL)
		fact[n++] = (struct flow_table_fact){ "Filter file", o->request.filter_file };
	else if (o->request.filter != NULL && o->request.filter[0] != '\0')
		fact[n++] = (struct flow_table_fact){ "Filter", o->request.filter };
	fact[n++] = (struct flow_table_fact){ "Times", o->printer.zone == STAMP_UTC ? "UTC" : "local" };
	fact[n++] = (struct flow_table_fact){ "Made by", "flowstat " PACKAGE_VERSION };
	return n;
}

int
flowstat_run(struct flowstat_options *o)
{
	struct run run = { .spec = NULL };
	struct table_out *to = NULL;
	struct flow_table_fact fact[FACTS];
	char files[32], source[SOURCE_MAX];
	int status;

	status = make_spec(o, &run.spec);
	if (status == CLI_OK)
		status = load_names(o, &run);
	if (status == CLI_OK) {
		o->printer.tables = flow_agg_tables(run.spec) + flow_detect_tables(o->detect.what) +
		    (o->distribution ? FLOW_DISTRIBUTIONS : 0);
		o->printer.title = o->title;
		o->printer.fact = fact;
		o->printer.facts = make_facts(o, fact, files, source);
		status = table_out_open(o, run.announced, &to);
	}
	if (status == CLI_OK)
		status = open_and_run(o, &run, to);
	answer_clear(&run.answer);
	detections_free(run.detections);
	flow_distribution_free(run.distribution);
	table_out_free(to);
	query_free(run.query);
	names_free(run.names);
	flow_names_free(run.announced);
	buf_release(&run.rollups);
	flow_agg_spec_free(run.spec);
	return status;
}

int
flowstat_follow(struct flowstat_options *o)
{
	int status, worst = CLI_OK;

	o->redraw = isatty(STDOUT_FILENO) != 0;
	every_begin();
	do {
		status = flowstat_run(o);
		if (status != CLI_OK)
			worst = status;
	} while (status != CLI_MISUSE && every_wait((unsigned)o->follow_s * 1000));
	return worst;
}
