/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowstat/rollup_write.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "common/cli.h"
#include "common/passes.h"

/* Rows per slice. */
#define SLICE 65536

/* A file of flows and its period. */
struct member {
	int64_t begin_ms;
	char *path;		/* of the request */
};

/* The files of a period. */
struct period {
	const struct flowstat_options *options;
	int64_t begin_ms;
	struct query_request request;	/* reads only these files */
	struct rollup_files sources;
	struct flow_summary summary;
};

static int
compare_members(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	return x->begin_ms != y->begin_ms ? (x->begin_ms > y->begin_ms) - (x->begin_ms < y->begin_ms) :
	    strcmp(x->path, y->path);
}

/* The real path of a directory, or, if it does not exist, of its future parent. */
static char *
find_place(const char *directory)
{
	char *path = strdup(directory), *place = NULL, *slash;

	while (path != NULL && (place = realpath(path[0] != '\0' ? path : ".", NULL)) == NULL && path[0] != '\0') {
		slash = strrchr(path, '/');
		*(slash == NULL ? path : slash == path && path[1] != '\0' ? path + 1 : slash) = '\0';
	}
	free(path);
	return place;
}

/* Refuses to write rollups below the input, where they would be read as flows. */
static int
check_place(const struct flowstat_options *o)
{
	char *place = find_place(o->write_path), *read;
	int status = CLI_OK;

	for (size_t i = 0; place != NULL && status == CLI_OK && i < o->request.directory_count; i++) {
		read = realpath(o->request.directory[i], NULL);
		if (read != NULL && strncmp(place, read, strlen(read)) == 0 &&
		    (place[strlen(read)] == '/' || place[strlen(read)] == '\0'))
			status = cli_misuse("-w %s: rollups below %s would be read as flows: they need a directory of "
			    "their own", o->write_path, o->request.directory[i]);
		free(read);
	}
	free(place);
	return status;
}

static int
make_directories(const struct flowstat_options *o)
{
	struct flow_error err;

	for (unsigned t = 0; t < ROLLUP_TABLES; t++) {
		char *path = rollup_directory(o->write_path, (enum rollup_table)t, o->rollup_width);
		enum flow_status st = path != NULL ? file_mkdirs(path, &err) : flow_fail_memory(&err);

		if (st == FLOW_OK)
			file_sinks_clean(path, "rollup.", ".parquet");
		free(path);
		if (st != FLOW_OK)
			return cli_fail_error(&err);
	}
	return CLI_OK;
}

/* Reads the metadata of its files, once. */
static int
summarize(struct period *p)
{
	struct flow_error err;

	for (size_t i = 0; i < p->request.files.count && p->summary.files < p->request.files.count; i++) {
		struct flow_summary one;

		if (flow_summary_read(p->request.files.path[i], &one, &err) != FLOW_OK)
			return cli_fail_error(&err);
		p->sources.file[i].rows = one.rows;
		flow_summary_add(&p->summary, &one);
		flow_summary_clear(&one);
	}
	return CLI_OK;
}

static uint64_t
count_rows(const struct rollup_files *files)
{
	uint64_t rows = 0;

	for (size_t i = 0; i < files->count; i++)
		rows += files->file[i].rows;
	return rows;
}

/* Whether all of `some` are among the others. */
static bool
all_in(const struct rollup_files *some, const struct rollup_files *others)
{
	for (size_t i = 0; i < some->count; i++)
		if (rollup_files_find(others, &some->file[i]) == ROLLUP_FILES_NONE)
			return false;
	return true;
}

/*
 * Whether to make the table: not if it was made of these files, or of these and others that have expired.  If
 * files were rewritten with fewer rows, the table is the last one with the lost rows: it is kept, and that is
 * reported.
 */
static int
is_wanted(struct period *p, enum rollup_table table, bool *wanted)
{
	char *path = rollup_path(p->options->write_path, table, p->options->rollup_width, p->begin_ms);
	struct rollup_files old = ROLLUP_FILES_INIT;
	bool is_there;
	int status = CLI_OK;

	*wanted = true;
	if (path == NULL)
		return cli_fail("out of memory");
	is_there = access(path, F_OK) == 0 &&
	    rollup_files_of(path, table, p->options->rollup_width, &old, NULL) == FLOW_OK;
	*wanted = !is_there || !all_in(&p->sources, &old);
	if (*wanted)
		status = summarize(p);
	if (status == CLI_OK && is_there && *wanted && count_rows(&p->sources) < count_rows(&old)) {
		*wanted = false;
		status = cli_fail("%s: not made anew: it has the sums of %" PRIu64 " rows, the files that are there "
		    "now have %" PRIu64, path, count_rows(&old), count_rows(&p->sources));
	}
	rollup_files_clear(&old);
	free(path);
	return status;
}

static int
write_slices(const struct answer *answer, enum rollup_table table, size_t number, struct flow_writer *writer)
{
	struct rollup_rows *rows = rollup_rows_new();
	struct answer a = *answer;
	const struct flow_batch *batch;
	enum flow_status st = FLOW_OK;
	struct flow_error err;
	struct flow_table *t;

	if (rows == NULL)
		return cli_fail("out of memory");
	for (uint64_t from = 0; st == FLOW_OK && from < answer_rows(&a, number); from += SLICE) {
		st = answer_table(&a, number, from, SLICE, &t, &err);
		if (st != FLOW_OK)
			break;
		st = rollup_rows_make(rows, table, t, &batch, &err);
		if (st == FLOW_OK)
			st = flow_writer_batch(writer, batch, NULL, &err);
		flow_table_free(t);
	}
	rollup_rows_free(rows);
	return st == FLOW_OK ? CLI_OK : cli_fail_error(&err);
}

static int
write_table(const struct period *p, enum rollup_table table, size_t number, const struct answer *answer)
{
	struct flow_writer_options how = FLOW_WRITER_OPTIONS_INIT;
	char *path = rollup_path(p->options->write_path, table, p->options->rollup_width, p->begin_ms);
	struct flow_writer *writer = NULL;
	struct buf json = BUF_INIT;
	struct flow_error err;
	int status;

	how.codec = flow_codec_archive();
	how.ident = p->summary.ident;
	if (path == NULL)
		return cli_fail("out of memory");
	if (flow_writer_open(path, &how, &writer, &err) != FLOW_OK) {
		free(path);
		return cli_fail_error(&err);
	}
	status = write_slices(answer, table, number, writer);
	rollup_files_tell(&p->sources, table, p->options->rollup_width, &json);
	if (status == CLI_OK && buf_status(&json) != FLOW_OK)
		status = cli_fail("out of memory");
	if (status == CLI_OK && (flow_writer_metadata(writer, "flow.rollup", (const char *)json.data, json.len, &err) !=
	    FLOW_OK || (p->summary.exporters != NULL &&
	    flow_writer_metadata(writer, "flow.exporters", p->summary.exporters,
	    strlen(p->summary.exporters), &err) != FLOW_OK)))
		status = cli_fail_error(&err);
	flow_writer_loss_unknown(writer);
	if (status != CLI_OK)
		flow_writer_abort(writer);
	else if (flow_writer_close(writer, &err) != FLOW_OK)
		status = cli_fail_error(&err);
	buf_release(&json);
	free(path);
	return status;
}

/* Checks that the files have not changed since they were examined. */
static int
check_same(const struct period *p)
{
	struct rollup_files now = ROLLUP_FILES_INIT;
	struct flow_error err;
	enum flow_status st = FLOW_OK;
	int status = CLI_OK;

	for (size_t i = 0; st == FLOW_OK && i < p->request.files.count; i++)
		st = rollup_files_add(&now, p->request.files.path[i], &err);
	if (st != FLOW_OK)
		status = cli_fail_error(&err);
	else if (!all_in(&now, &p->sources))
		status = cli_fail("%s: written anew while it was read: its rollup is made next time",
		    p->request.files.path[0]);
	rollup_files_clear(&now);
	return status;
}

/* Makes the wanted tables in one pass over the files. */
static int
make_tables(struct period *p, const enum rollup_table *table, size_t tables)
{
	struct flow_agg_spec *spec = flow_agg_spec_new();
	struct flow_fieldset wanted = { { 0 } };
	struct answer answer = { .result = NULL };
	struct flow_agg_period period;
	struct query *query = NULL;
	struct flow_error err;
	int status = spec != NULL ? CLI_OK : cli_fail("out of memory");

	for (size_t i = 0; i < tables && status == CLI_OK; i++) {
		char room[ROLLUP_KEYS_MAX];
		struct flow_agg_ask ask = rollup_table_ask(table[i], p->options->rollup_width, room);

		if (flow_agg_ask(spec, &ask, &err) != FLOW_OK)
			status = cli_fail_error(&err);
	}
	if (status == CLI_OK) {
		flow_agg_fields(spec, &wanted);
		status = query_open(&p->request, &wanted, &query);
	}
	if (status == CLI_OK) {
		period = query_period(query);
		flow_agg_set_period(spec, &period);
		status = answer_make(spec, query, p->options->memory, &answer);
	}
	if (status == CLI_OK && query_failed(query))
		status = cli_fail("%s: no rollup is made of files that cannot be read", p->request.files.path[0]);
	if (status == CLI_OK)
		status = check_same(p);
	for (size_t i = 0; i < tables && status == CLI_OK; i++)
		status = write_table(p, table[i], i, &answer);
	answer_clear(&answer);
	query_free(query);
	flow_agg_spec_free(spec);
	return status;
}

static int
roll_up(const struct flowstat_options *o, const struct member *member, size_t count)
{
	struct period p = { .options = o, .begin_ms = member[0].begin_ms, .request = o->request };
	enum rollup_table table[ROLLUP_TABLES];
	enum flow_status st = FLOW_OK;
	struct flow_error err;
	size_t tables = 0;
	int status = CLI_OK;
	bool wanted;

	p.request.files = (struct flow_files)FLOW_FILES_INIT;
	p.request.files.path = calloc(count, sizeof(char *));
	if (p.request.files.path == NULL)
		return cli_fail("out of memory");
	for (size_t i = 0; i < count && st == FLOW_OK; i++) {
		p.request.files.path[p.request.files.count++] = member[i].path;
		st = rollup_files_add(&p.sources, member[i].path, &err);
	}
	if (st != FLOW_OK)
		status = cli_fail_error(&err);
	for (unsigned t = 0; t < ROLLUP_TABLES && status == CLI_OK; t++) {
		status = is_wanted(&p, (enum rollup_table)t, &wanted);
		if (status == CLI_OK && wanted)
			table[tables++] = (enum rollup_table)t;
	}
	if (status == CLI_OK && tables > 0)
		status = make_tables(&p, table, tables);
	rollup_files_clear(&p.sources);
	flow_summary_clear(&p.summary);
	free(p.request.files.path);
	return status;
}

/* Sorts all files by period; unreadable ones are reported and left out. */
static int
list_members(const struct flowstat_options *o, struct member *member, size_t *members)
{
	int status = CLI_OK;
	struct flow_error err;

	for (size_t i = 0; i < o->request.files.problems; i++)
		status = cli_fail("%s", o->request.files.problem[i]);
	for (size_t i = 0; i < o->request.files.count; i++) {
		struct member *m = &member[*members];

		m->path = o->request.files.path[i];
		if (strcmp(m->path, "-") == 0)
			return cli_misuse("--rollup: standard input has no name to know it by: name files or "
			    "directories");
		if (rollup_period(m->path, o->rollup_width, &m->begin_ms, &err))
			++*members;
		else
			status = cli_fail_error(&err);
	}
	qsort(member, *members, sizeof(*member), compare_members);
	return status;
}

int
rollup_write(struct flowstat_options *o)
{
	struct member *member = calloc(o->request.files.count + 1, sizeof(*member));
	int64_t now_ms = (int64_t)time(NULL) * 1000;
	size_t members = 0, from, to;
	int status, one;

	if (member == NULL)
		return cli_fail("out of memory");
	flow_files_sort(&o->request.files);
	status = check_place(o);
	if (status == CLI_OK)
		status = make_directories(o);
	if (status == CLI_OK)
		status = list_members(o, member, &members);
	for (from = 0; status != CLI_MISUSE && from < members; from = to) {
		for (to = from + 1; to < members && member[to].begin_ms == member[from].begin_ms; )
			to++;
		if (member[from].begin_ms + o->rollup_width->period_ms > now_ms)
			continue;	/* the period is not over */
		one = roll_up(o, member + from, to - from);
		status = one != CLI_OK ? one : status;
	}
	free(member);
	return status;
}
