/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "common/query_inner.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/team.h"
#include "common/cli.h"
#include "common/open_slot.h"

/* More threads would only queue for the disk. */
#define THREADS_MAX 256

/* How often files are listed again while others change them. */
#define TRIES_MAX 100

/* How much of a filter file is read to show a mistake. */
#define CARET_TEXT_MAX ((size_t)1 << 20)

/* The beginning of a file, where mistakes in hand-written filters are. */
static void
read_text(const char *path, struct buf *text)
{
	FILE *f = fopen(path, "r");

	if (f == NULL || !buf_reserve(text, CARET_TEXT_MAX)) {
		if (f != NULL)
			(void)fclose(f);
		return;
	}
	text->len = fread(text->data, 1, CARET_TEXT_MAX, f);
	(void)fclose(f);
}

static int
filter_misuse(const struct query_request *request, const struct flow_error *err)
{
	struct buf caret = BUF_INIT, text = BUF_INIT;

	if (err->status == FLOW_ENOMEM || err->status == FLOW_EIO)
		return cli_fail_error(err);
	if (request->filter_file != NULL)
		read_text(request->filter_file, &text);
	else
		buf_append_text(&text, request->filter);
	if (err->offset != FLOW_NO_OFFSET && (uint64_t)err->offset <= text.len)
		flow_filter_caret((const char *)text.data, text.len, err, &caret);
	if (caret.len > 0)
		caret.len--;	/* cli_warn ends the line */
	buf_append_u8(&caret, '\0');
	if (buf_status(&caret) == FLOW_OK)
		cli_warn("filter: %s%s%s", err->message, caret.len > 1 ? "\n" : "",
		    (const char *)caret.data);
	buf_release(&caret);
	buf_release(&text);
	return CLI_MISUSE;
}

static int
parse_filter(struct query *q, const struct query_request *request)
{
	const struct flow_filter_options options = { .zone = request->zone,
		.geo = request->geo, .zero_if_absent = request->as_nfdump };
	enum flow_status st = FLOW_OK;
	struct flow_error err;

	if (request->filter_file != NULL)
		st = flow_filter_parse_file(request->filter_file, &options, &q->filter, &err);
	else if (request->filter != NULL)
		st = flow_filter_parse(request->filter, strlen(request->filter), &options,
		    &q->filter, &err);
	if (st != FLOW_OK)
		return filter_misuse(request, &err);
	if (q->filter != NULL && flow_filter_is_any(q->filter)) {
		flow_filter_free(q->filter);
		q->filter = NULL;
	}
	return CLI_OK;
}

/* Whether the filter or a caller looks at a column. */
static bool
uses(const struct query *q, enum flow_field field)
{
	return flow_fieldset_has(&q->wanted, field) ||
	    (q->filter != NULL && flow_fieldset_has(flow_filter_fields(q->filter), field));
}

/* Reads the rules of tags, where these are used. */
static int
take_tags(struct query *q, const struct query_request *request)
{
	const struct flow_filter_options options = { .zone = request->zone, .geo = request->geo };
	struct flow_error err;

	/* Faults of rules are told even if none of them is used. */
	if (request->tags != NULL && flow_tags_read(request->tags, &options, &q->tags, &err) != FLOW_OK)
		return err.status == FLOW_EINVAL || err.status == FLOW_ELIMIT ? cli_misuse("--tags: %s", err.message) :
		    cli_fail_error(&err);
	if (uses(q, FLOW_FIELD_TAG) && q->tags == NULL)
		return cli_misuse("tag: no flow has one without rules: --tags FILE");
	if (!uses(q, FLOW_FIELD_TAG)) {
		flow_tags_free(q->tags);
		q->tags = NULL;
	}
	q->filters_tags = q->tags != NULL && q->filter != NULL &&
	    flow_fieldset_has(flow_filter_fields(q->filter), FLOW_FIELD_TAG);
	return CLI_OK;
}

int
query_check(const struct query_request *request)
{
	struct query q = { .filter = NULL };
	int status = parse_filter(&q, request);

	flow_filter_free(q.filter);
	return status;
}

static int
parse_window(struct query *q, const struct query_request *request)
{
	struct flow_error err;

	if (request->window == NULL)
		return CLI_OK;
	if (stamp_window_parse(request->window, strlen(request->window), request->zone, clock_wall_ms(),
	    &q->window, &err) != FLOW_OK)
		return cli_misuse("-t: %s", err.message);
	if (request->seen != NULL && q->window.base != STAMP_ABSOLUTE)
		return cli_misuse("-t: seconds of the data are not known before its end: with --follow a time, or -1h");
	q->has_window = true;
	q->touching = request->touching;
	return CLI_OK;
}

/* Bounds treat all instants before 1970 as 0. */
static uint64_t
bound_ms(int64_t ms)
{
	return ms < 0 ? 0 : (uint64_t)ms;
}

/* The window's bounds: on when rows begin, and, if they may begin before it, on when they end. */
static size_t
window_bounds(struct query *q)
{
	const struct stamp_window *w = &q->window;
	uint64_t hi = w->to_ms <= 0 ? 0 : (uint64_t)(w->to_ms - 1);

	if (!q->touching) {
		q->window_bound[0] = (struct flow_bound){ .field = FLOW_FIELD_FIRST,
			.lo = bound_ms(w->from_ms), .hi = hi };
		return 1;
	}
	q->window_bound[0] = (struct flow_bound){ .field = FLOW_FIELD_FIRST, .lo = 0, .hi = hi };
	q->window_bound[1] = (struct flow_bound){ .field = FLOW_FIELD_LAST,
		.lo = bound_ms(w->from_ms), .hi = INT64_MAX };
	return 2;
}

/*
 * Whether the filter's bounds hold for row groups: not those on texts of `extra` whose names are only added
 * on reading.
 */
static bool
bounds_hold(const struct query *q)
{
	return q->filter != NULL && (q->elements == NULL ||
	    !flow_fieldset_has(flow_filter_fields(q->filter), FLOW_FIELD_EXTRA));
}

static const struct flow_bounds *
scan_bounds(struct query *q)
{
	const struct flow_bounds *own = bounds_hold(q) ? flow_filter_bounds(q->filter) : NULL;
	size_t count = own != NULL ? own->count : 0, windows;

	/* The first or last seconds of the data are not known yet. */
	if (!q->has_window || q->window.base != STAMP_ABSOLUTE)
		return own;
	q->clauses = calloc(count + 2, sizeof(*q->clauses));
	if (q->clauses == NULL)
		return own;	/* only slower: rows are checked one by one too */
	windows = window_bounds(q);
	for (size_t i = 0; i < windows; i++)
		q->clauses[i] = (struct flow_clause){ &q->window_bound[i], 1 };
	if (count > 0)
		memcpy(q->clauses + windows, own->clause, count * sizeof(*q->clauses));
	q->bounds = (struct flow_bounds){ q->clauses, count + windows };
	return &q->bounds;
}

/* Makes a window relative to the data absolute. */
static int
resolve_window(struct query *q)
{
	const struct flow_scan_span *span = flow_scan_span(q->scan);
	struct flow_error err;

	if (!q->has_window || q->window.base == STAMP_ABSOLUTE)
		return CLI_OK;
	if (!span->flows_known) {
		if (flow_scan_tasks(q->scan) > 0)
			return cli_fail("-t: the files do not tell when their first and last flows were");
		q->window.base = STAMP_ABSOLUTE;
		return CLI_OK;
	}
	stamp_window_resolve(&q->window, span->first_ms, span->last_ms);
	return flow_scan_narrow(q->scan, scan_bounds(q), &err) == FLOW_OK ? CLI_OK :
	    cli_fail_error(&err);
}

/* Columns that choose rows are read for all rows, others only for those that passed. */
void
query_split_fields(const struct query *q, const struct flow_fieldset *wanted, struct flow_fieldset *early,
    struct flow_fieldset *late)
{
	const struct flow_fieldset none = { { 0 } };

	*early = q->filter != NULL ? *flow_filter_fields(q->filter) : none;
	if (q->has_window)
		flow_fieldset_add(early, FLOW_FIELD_FIRST);
	if (q->has_window && q->touching)
		flow_fieldset_add(early, FLOW_FIELD_LAST);
	*late = *wanted;
	if (q->filter == NULL && !q->has_window) {
		*early = *wanted;
		*late = none;
	}
	query_columns_stored(q, early, late);
}

static bool
reads_input(const struct flow_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		if (strcmp(files->path[i], "-") == 0)
			return true;
	return false;
}

/* Whether files and slots, opened one after the other, are of one moment. */
static bool
is_settled(const struct query *q, const struct flow_files *files)
{
	return !flow_scan_vanished(q->scan) && flow_files_settled(files) &&
	    (q->live == NULL || flow_live_holds(q->live));
}

/*
 * Opens the open slots first: a slot that is finished later is also a file, which shows that both must be
 * opened again.
 */
static enum flow_status
open_once(struct query *q, struct query_request *request, struct flow_scan_options *options, struct flow_error *err)
{
	struct flow_files *files = &request->files;

	if (request->live) {
		enum flow_status st = flow_live_open(files, &q->live, err);

		if (st == FLOW_OK && flow_files_again(files) != FLOW_OK)
			st = flow_fail_memory(err);
		if (st != FLOW_OK)
			return st;
		options->live = q->live;
	}
	return flow_scan_open((const char *const *)files->path, files->count, options, &q->scan, err);
}

static void
close_once(struct query *q)
{
	flow_scan_free(q->scan);
	flow_live_close(q->live);
	q->scan = NULL;
	q->live = NULL;
}

/*
 * Opens all files; where others added, merged or removed some in the meantime, lists and opens them again.
 * The last try is used as it is, with a message for what vanished.
 */
static enum flow_status
open_settled(struct query *q, struct query_request *request, struct flow_scan_options *options,
    struct flow_error *err)
{
	struct flow_files *files = &request->files;
	unsigned tries;

	for (tries = 0;; tries++) {
		enum flow_status st = open_once(q, request, options, err);

		if (st != FLOW_OK || files->asked_count == 0 || reads_input(files) || is_settled(q, files))
			return st;
		if (tries == TRIES_MAX)
			break;
		close_once(q);
		if (flow_files_again(files) != FLOW_OK)
			return flow_fail_memory(err);
	}
	if (q->live != NULL && flow_live_problem(q->live, 0) == NULL && !flow_live_holds(q->live))
		return flow_fail(err, FLOW_EIO, FLOW_NO_OFFSET, "slots end faster than the archive's files can be "
		    "opened: name fewer of them, or leave --live out");
	return FLOW_OK;
}

/* How many bytes of messages are remembered, to print each once. */
#define TOLD_BYTES ((size_t)1 << 16)

static void
warn(struct query_request *request, const char *text)
{
	size_t len = strlen(text) + 1;

	if (request->repeats && request->told.len > 0 &&
	    memmem(request->told.data, request->told.len, text, len) != NULL)
		return;
	cli_warn("%s", text);
	if (!request->repeats)
		return;
	if (request->told.len > TOLD_BYTES)
		buf_clear(&request->told);
	buf_append(&request->told, text, len);
}

/* Prints messages about collectors. */
static void
tell_live(struct query *q, struct query_request *request)
{
	const char *text;
	size_t i;

	for (i = 0; (text = flow_live_note(q->live, i)) != NULL; i++)
		warn(request, text);
	if (flow_live_collectors(q->live) == 0 && i == 0)
		warn(request, "--live: no flowcap writes there now: only finished files are read");
	for (i = 0; (text = flow_live_problem(q->live, i)) != NULL; i++) {
		warn(request, text);
		q->failed = true;
	}
}

static int
open_scan(struct query *q, struct query_request *request, const struct flow_fieldset *wanted)
{
	struct flow_scan_options options = { .threads = q->threads, .names = q->names,
		.any_order = request->any_order, .seen = request->seen,
		.split_for = request->whole_groups ? 0 : q->threads };
	struct flow_error err;
	const char *problem;
	int status;
	size_t i;

	q->seen = request->seen;
	query_split_fields(q, wanted, &options.early, &options.late);
	options.bounds = scan_bounds(q);
	if (open_settled(q, request, &options, &err) != FLOW_OK)
		return cli_fail_error(&err);
	q->files = flow_scan_files(q->scan);
	q->told = calloc(flow_scan_tasks(q->scan) + 1, sizeof(*q->told));
	if (q->told == NULL)
		return cli_fail("out of memory");
	for (i = 0; i < request->files.problems; i++) {
		warn(request, request->files.problem[i]);
		q->failed = true;
	}
	if (q->live != NULL)
		tell_live(q, request);
	else
		open_slot_tell(&request->files);
	status = resolve_window(q);
	if (flow_scan_notice(q->scan) != NULL)
		warn(request, flow_scan_notice(q->scan));
	for (i = 0; (problem = flow_scan_problem(q->scan, i)) != NULL; i++) {
		warn(request, problem);
		q->failed = true;
	}
	return status;
}

/* Reads exporters' names, where the caller or the filter needs them. */
static int
take_names(struct query *q, const struct query_request *request)
{
	q->names = request->names;
	if (q->names != NULL || ((q->filter == NULL || !flow_filter_asks_names(q->filter)) &&
	    (q->tags == NULL || !flow_tags_ask_names(q->tags))))
		return CLI_OK;
	q->names = q->own_names = flow_names_new();
	return q->names != NULL ? CLI_OK : cli_fail("out of memory");
}

int
query_open(struct query_request *request, const struct flow_fieldset *wanted, struct query **query)
{
	struct query *q = calloc(1, sizeof(*q));
	int status;

	if (q == NULL)
		return cli_fail("out of memory");
	q->threads = request->threads != 0 ? request->threads : cli_cores();
	if (q->threads > THREADS_MAX)
		q->threads = THREADS_MAX;
	q->pseudonyms = request->pseudonyms;
	q->elements = request->elements;
	q->as_nfdump = request->as_nfdump;
	q->map = request->map;
	q->wanted = *wanted;
	flow_files_sort(&request->files);
	cli_raise_descriptors();
	status = parse_filter(q, request);
	if (status == CLI_OK)
		status = parse_window(q, request);
	if (status == CLI_OK)
		status = take_tags(q, request);
	if (status == CLI_OK)
		status = take_names(q, request);
	if (status == CLI_OK)
		status = open_scan(q, request, wanted);
	if (status != CLI_OK) {
		query_free(q);
		return status;
	}
	*query = q;
	return CLI_OK;
}

void
query_free(struct query *query)
{
	if (query == NULL)
		return;
	flow_scan_free(query->scan);
	flow_live_close(query->live);
	flow_filter_free(query->filter);
	flow_tags_free(query->tags);
	flow_names_free(query->own_names);
	free(query->clauses);
	free(query->told);
	free(query);
}

const struct flow_filter *
query_filter(const struct query *query)
{
	return query->filter;
}

/*
 * Refuses trees partitioned by a column that an engine reads otherwise than these programs (store/hive_partition.h):
 * all of them if only some files are, Spark because it reads directories recursively or takes columns from their names.
 */
static int
check_partitions(const struct query_request *request, enum flow_sql_dialect dialect)
{
	const struct flow_files *files = &request->files;
	enum flow_field first = FLOW_FIELD_NONE;

	for (size_t i = 0; i < files->count; i++) {
		const char *rest = files->path[i];
		struct hive_directory told;
		enum flow_field field = hive_directory_next(&rest, &told) ? told.field : FLOW_FIELD_NONE;

		if (i == 0)
			first = field;
		if (field != first)
			return cli_misuse("--sql: %s: not all directories tell the same column by their names, and "
			    "engines differ in what they make of that: flowcat -w writes the columns into files",
			    files->path[i]);
		if (field != FLOW_FIELD_NONE && (dialect == FLOW_SQL_SPARK ||
		    flow_field_info(field)->type == FLOW_TYPE_TIME || flow_field_info(field)->type == FLOW_TYPE_I64))
			return cli_misuse("--sql: %s: the engine and these programs differ in what they read from the "
			    "name '%.*s': flowcat -w writes the column into files", files->path[i], (int)told.len,
			    told.name);
	}
	return CLI_OK;
}

int
query_sql_from(const struct query *query, const struct query_request *request,
    enum flow_sql_dialect dialect, struct flow_sql_from *from)
{
	bool whole = request->only_directories;

	if (query->map != NULL)
		return cli_misuse("--sql: the files have other addresses and ASes than --map makes");
	for (unsigned f = FLOW_FIELD_STORED; f < FLOW_FIELD_COUNT; f++)
		if (flow_fieldset_has(&query->wanted, (enum flow_field)f))
			return cli_misuse("--sql: files have no column %s", flow_field_info((enum flow_field)f)->name);
	*from = (struct flow_sql_from){
		.dialect = dialect,
		.path = whole ? request->directory : request->files.path,
		.paths = whole ? request->directory_count : request->files.count,
		.directories = whole,
		.from_ms = query->has_window ? query->window.from_ms : INT64_MIN,
		.to_ms = query->has_window ? query->window.to_ms : INT64_MAX,
	};
	for (size_t i = 0; i < from->paths; i++) {
		if (strcmp(from->path[i], "-") == 0)
			return cli_misuse("--sql: standard input is no table: name files or directories");
		if (strpbrk(from->path[i], "*?[]{},\\") != NULL)
			return cli_misuse("--sql: %s: engines take such a path for a pattern", from->path[i]);
	}
	return from->paths > 0 ? check_partitions(request, dialect) : cli_misuse("--sql: there are no files to ask");
}

bool
query_selects(const struct query *query)
{
	return query->filter != NULL || query->has_window;
}

unsigned
query_threads(const struct query *query)
{
	size_t tasks = flow_scan_tasks(query->scan);

	if (query->filter != NULL && flow_filter_ordered(query->filter))
		return 1;
	return tasks == 0 ? 1 : tasks < query->threads ? (unsigned)tasks : query->threads;
}

struct flow_agg_period
query_period(const struct query *query)
{
	const struct flow_scan_span *span = flow_scan_span(query->scan);
	struct flow_agg_period p = { .from_ms = INT64_MIN, .to_ms = INT64_MAX };

	if (span->received_known) {
		p.from_ms = span->received_first_ms;
		p.to_ms = span->received_last_ms + 1;
	}
	if (!query->has_window)
		return p;
	p.touching = query->touching;
	p.from_exact = query->window.from_ms != INT64_MIN;
	p.to_exact = query->window.to_ms != INT64_MAX;
	if (p.from_exact)
		p.from_ms = query->window.from_ms;
	if (p.to_exact)
		p.to_ms = query->window.to_ms;
	return p;
}

enum flow_status
query_explain(const struct query *query, struct buf *out)
{
	const struct flow_scan_plan *plan = flow_scan_plan(query->scan);

	if (query->filter == NULL)
		buf_append_text(out, "filter: any\n");
	else if (flow_filter_explain(query->filter, out) != FLOW_OK)
		return FLOW_ENOMEM;
	if (query->live != NULL)
		buf_printf(out, "open slots: %zu of %zu collectors, among the files\n", flow_live_slots(query->live),
		    flow_live_collectors(query->live));
	buf_printf(out, "files: %" PRIu64 ", of which %" PRIu64 " hold no row that can pass\n",
	    plan->files, plan->files_pruned);
	buf_printf(out, "row groups: %" PRIu64 ", ruled out by statistics %" PRIu64
	    ", by Bloom filters %" PRIu64 "\n", plan->groups, plan->groups_pruned_by_statistics,
	    plan->groups_pruned_by_bloom);
	buf_printf(out, "rows: %" PRIu64 ", to look at %" PRIu64 ", ruled out by page indexes %" PRIu64
	    "\nthreads: %u\n", plan->rows, plan->rows_left, plan->rows_pruned_by_pages,
	    query_threads(query));
	return buf_status(out);
}

int
query_mark_seen(struct query *query)
{
	size_t missing;

	if (flow_scan_mark_seen(query->scan, query->seen) != FLOW_OK)
		return cli_fail("out of memory");
	missing = flow_seen_missing(query->seen);
	if (missing > 0)
		cli_warn("%zu slot%s neither open nor a file any more: what came last follows when flowcap is "
		    "started there again, and is missing here where files were merged or removed at once (flowcap -x)",
		    missing, missing == 1 ? " is" : "s are each");
	query->failed |= missing > 0;
	return CLI_OK;
}

bool
query_failed(struct query *query)
{
	return query->failed;
}

void
query_rewind(struct query *query)
{
	flow_scan_rewind(query->scan);
}

const char *
query_unread(const struct query *query, size_t i)
{
	return flow_scan_unread(query->scan, i);
}

bool
query_old(const struct query *query, struct flow_scan_old *old)
{
	return flow_scan_old(query->scan, old);
}

uint64_t
query_rows(const struct query *query)
{
	return flow_scan_plan(query->scan)->rows_left;
}

const char *
query_common_ident(const struct query *query)
{
	const char *common = query->files > 0 ? flow_scan_ident(query->scan, 0) : NULL;

	for (size_t i = 1; i < query->files; i++) {
		const char *ident = flow_scan_ident(query->scan, i);

		if ((ident == NULL) != (common == NULL) || (ident != NULL && strcmp(ident, common) != 0))
			return "<several>";
	}
	return common;
}

struct jobs {
	void (*job)(void *context, unsigned i);
	void *context;
};

static void
run_job(void *context, size_t i)
{
	const struct jobs *jobs = context;

	jobs->job(jobs->context, (unsigned)i);
}

void
query_run(unsigned threads, void (*job)(void *context, unsigned i), void *context)
{
	struct jobs jobs = { job, context };

	team_run(threads, threads, run_job, &jobs);
}

void
query_run_told(struct query *query, unsigned threads, void (*job)(void *context, unsigned i), void *context)
{
	progress_begin(&query->progress, flow_scan_tasks(query->scan));
	query_run(threads, job, context);
	progress_end(&query->progress);
}
