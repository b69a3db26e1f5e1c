/* SPDX-License-Identifier: BSD-2-Clause */
#include "nightly-report/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "common/cli.h"
#include "nightly-report/host_names.h"
#include "nightly-report/report_index.h"
#include "nightly-report/report_json.h"
#include "nightly-report/report_mail.h"
#include "nightly-report/report_page.h"

/* Repeats the queries for earlier spans; what could not be read was reported the first time. */
static int
ask_pasts(struct report *r)
{
	int status = CLI_OK;

	cli_hush(true);
	for (unsigned i = 0; i < PASTS && status == CLI_OK; i++) {
		struct report_span before = report_span_before(&r->span, i + 1);
		struct report_answer answer;

		status = report_ask(r->options, &before, TABLE_LOAD + 1, NULL, &answer);
		if (status == CLI_OK && figures_make(&answer, &before, &r->past[i]) != FLOW_OK)
			status = CLI_FAILURE;
		if (status == CLI_OK && i == 0 && answer.flows > 0) {
			r->past_load = answer.table[TABLE_LOAD];
			answer.table[TABLE_LOAD] = NULL;
		}
		report_answer_clear(&answer);
	}
	cli_hush(false);
	return status == CLI_OK ? CLI_OK : cli_fail("the weeks before: cannot be asked");
}

/* Whether a cube is needed, for the explorer or for directions. */
static bool
wants_cube(const struct report *r)
{
	const struct nightly_options *o = r->options;

	return r->answer.flows > 0 && (o->local.lists != NULL || (o->format == NIGHTLY_HTML && !o->no_scripts));
}

static int
ask_all(struct report *r, struct flow_names *announced)
{
	struct nightly_options *o = r->options;
	int status;

	status = list_files_read_own(&o->local);
	if (status == CLI_OK)
		status = list_files_read(&o->lists);
	if (status != CLI_OK)
		return status;
	o->request.names = announced;
	status = names_load(o->as_names, o->if_names, announced, &r->names);
	if (status == CLI_OK)
		status = report_ask(o, &r->span, TABLES, r->names, &r->answer);
	o->request.names = NULL;
	if (status == CLI_OK)
		status = host_names_add(o, &r->answer);
	if (status != CLI_OK)
		return status;
	if (figures_make(&r->answer, &r->span, &r->now) != FLOW_OK || health_make(o, &r->span, &r->health) != FLOW_OK)
		return cli_fail("out of memory");
	status = ask_pasts(r);
	if (status == CLI_OK && wants_cube(r))
		status = cube_make(o, &r->span, &r->answer,
		    o->local.lists != NULL ? net_lists_sets(o->local.lists) : NULL, &r->cube);
	if (status == CLI_OK && r->answer.flows > 0)
		status = detected_make(o, &r->span, &r->detected);
	if (status == CLI_OK)
		findings_make(r);
	return status;
}

static int
form(const struct report *r, struct buf *out)
{
	struct sections sections;
	struct flow_error err;
	enum flow_status st = sections_make(r, &sections);

	if (st != FLOW_OK)
		st = flow_fail_memory(&err);
	else if (r->options->format == NIGHTLY_TEXT)
		st = report_mail(r, &sections, out, &err);
	else if (r->options->format == NIGHTLY_JSON)
		st = report_json(r, &sections, out, &err);
	else
		st = report_page(r, &sections, out, &err);
	sections_clear(&sections);
	return st == FLOW_OK ? CLI_OK : cli_fail_error(&err);
}

/* The file of the report: as given, or one in a folder. */
static int
path_of(const struct report *r, struct buf *path)
{
	static const char *const endings[] = { "html", "txt", "json" };
	const char *out = r->options->out;
	size_t len = strlen(out);
	struct stat st;

	buf_append_text(path, out);
	if ((len > 0 && out[len - 1] == '/') || (stat(out, &st) == 0 && S_ISDIR(st.st_mode)))
		buf_printf(path, "%sflows-%s.%s", len > 0 && out[len - 1] == '/' ? "" : "/", r->span.name,
		    endings[r->options->format]);
	buf_append_u8(path, '\0');
	return path->failed ? cli_fail("out of memory") : CLI_OK;
}

static int
put(const struct report *r, const struct buf *text)
{
	struct buf path = BUF_INIT;
	struct flow_error err;
	bool closed = false;
	int status;

	if (r->options->out == NULL)
		return cli_write(text->data, text->len, &closed);
	status = path_of(r, &path);
	if (status == CLI_OK && file_replace((const char *)path.data, text->data, text->len, &err) != FLOW_OK)
		status = cli_fail_error(&err);
	buf_release(&path);
	if (status == CLI_OK && r->options->index != NULL &&
	    report_index_write(r->options->index, r->span.zone, &err) != FLOW_OK)
		status = cli_fail_error(&err);
	return status;
}

static int
status_of(const struct report *r)
{
	if (r->answer.unreadable || r->options->lists.damaged)
		return REPORT_UNREADABLE;
	if (r->answer.flows == 0)
		return REPORT_EMPTY;
	return r->options->alert && r->findings.alerts > 0 ? REPORT_ALERT : CLI_OK;
}

static void
report_clear(struct report *r)
{
	report_answer_clear(&r->answer);
	figures_clear(&r->now);
	for (size_t i = 0; i < PASTS; i++)
		figures_clear(&r->past[i]);
	flow_table_free(r->past_load);
	health_clear(&r->health);
	names_free(r->names);
	detected_clear(&r->detected);
	cube_free(r->cube);
}

int
report_run(struct nightly_options *options)
{
	struct report *r = calloc(1, sizeof(*r));
	struct flow_names *announced = flow_names_new();
	struct buf text = BUF_INIT;
	int status = CLI_OK;

	if (r == NULL || announced == NULL)
		status = cli_fail("out of memory");
	if (status == CLI_OK) {
		r->options = options;
		r->now_ms = clock_wall_ms();
		status = report_span_make(options, r->now_ms, &r->span);
	}
	if (status == CLI_OK)
		status = ask_all(r, announced);
	if (status == CLI_OK)
		status = form(r, &text);
	if (status == CLI_OK)
		status = put(r, &text);
	if (status == CLI_OK)
		status = status_of(r);
	if (r != NULL)
		report_clear(r);
	free(r);
	flow_names_free(announced);
	buf_release(&text);
	return status;
}
