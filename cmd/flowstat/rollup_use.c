/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowstat/rollup_use.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "common/cli.h"

/* Requirements of a query besides its tables. */
struct need {
	const struct flow_agg_spec *spec;
	struct flow_filter *filter;	/* NULL: none */
	struct stamp_window window;
	bool has_window;
	bool has_period;
};

/* Files of the request, and which of them rollups replace. */
struct listed {
	struct rollup_files files;	/* numbered as the request's paths are */
	bool *covered;
};

/* Whoever opens the query reports mistakes; false: no rollup is used. */
static bool
read_need(const struct flowstat_options *o, const struct flow_agg_spec *spec, struct need *need)
{
	const struct query_request *r = &o->request;
	const struct flow_filter_options options = { .zone = r->zone, .geo = r->geo };
	enum flow_status st = FLOW_OK;

	*need = (struct need){ .spec = spec, .has_window = r->window != NULL, .has_period = flow_agg_has_period(spec) };
	if (r->filter_file != NULL)
		st = flow_filter_parse_file(r->filter_file, &options, &need->filter, NULL);
	else if (r->filter != NULL)
		st = flow_filter_parse(r->filter, strlen(r->filter), &options, &need->filter, NULL);
	if (st == FLOW_OK && need->has_window)
		st = stamp_window_parse(r->window, strlen(r->window), r->zone, clock_wall_ms(), &need->window, NULL);
	return st == FLOW_OK;
}

static bool
filter_fits(const struct flow_filter *filter, const struct flow_agg_sums *sums, const char **why)
{
	const struct flow_fieldset *fields = flow_filter_fields(filter);

	*why = "the filter's count or ident";
	if (flow_filter_ordered(filter) || flow_filter_asks_file(filter))
		return false;
	for (unsigned f = 0; f < FLOW_FIELD_COUNT; f++) {
		*why = flow_field_info((enum flow_field)f)->name;
		if (flow_fieldset_has(fields, (enum flow_field)f) &&
		    !flow_fieldset_has(&sums->keys, (enum flow_field)f))
			return false;
	}
	return true;
}

static bool
is_edge(int64_t ms, int64_t none, int64_t width_ms)
{
	return ms == none || ms % width_ms == 0;
}

static bool
window_fits(const struct need *need, int64_t width_ms, const char **why)
{
	const struct stamp_window *w = &need->window;

	*why = "-t within a bin";
	if (need->has_window && (w->base != STAMP_ABSOLUTE || !is_edge(w->from_ms, INT64_MIN, width_ms) ||
	    !is_edge(w->to_ms, INT64_MAX, width_ms)))
		return false;
	/* Without a window the period depends on the receive times in files of flows. */
	*why = "a period: -t FROM-TO says it";
	return !need->has_period || (need->has_window && w->from_ms != INT64_MIN && w->to_ms != INT64_MAX);
}

static bool
fits(const struct need *need, enum rollup_table table, const struct rollup_width *width, const char **why)
{
	struct flow_agg_sums sums;

	rollup_table_sums(table, width, &sums);
	return flow_agg_takes_sums(need->spec, &sums, why) && window_fits(need, width->ms, why) &&
	    (need->filter == NULL || filter_fits(need->filter, &sums, why));
}

/* The existing files of a table, in order; none if its directory does not exist. */
static int
list_rollups(const char *directory, enum rollup_table table, const struct rollup_width *width, struct flow_files *files)
{
	char *path = rollup_directory(directory, table, width);
	enum flow_status st = path != NULL ? flow_files_add(files, path) : FLOW_ENOMEM;

	free(path);
	if (st != FLOW_OK)
		return cli_fail("out of memory");
	flow_files_sort(files);
	return CLI_OK;
}

/* Whether all files of a rollup are listed, and no other rollup covers any. */
static bool
may_cover(const struct listed *l, const struct rollup_files *sources)
{
	for (size_t i = 0; i < sources->count; i++) {
		size_t at = rollup_files_find(&l->files, &sources->file[i]);

		if (at == ROLLUP_FILES_NONE || l->covered[at])
			return false;
	}
	return sources->count > 0;
}

static int
add_path(struct flow_files *files, const char *path)
{
	char **bigger = realloc(files->path, (files->count + 1) * sizeof(*bigger));

	if (bigger == NULL)
		return cli_fail("out of memory");
	files->path = bigger;
	files->cap = files->count + 1;
	bigger[files->count] = strdup(path);
	return bigger[files->count++] != NULL ? CLI_OK : cli_fail("out of memory");
}

/* Replaces files by a table's rollups that were made of them. */
static int
cover(const struct flowstat_options *o, enum rollup_table table, const struct rollup_width *width, struct listed *l,
    struct flow_files *taken, struct buf *told)
{
	struct flow_files files = FLOW_FILES_INIT;
	int status = list_rollups(o->rollups, table, width, &files);
	size_t rollups = 0, covered = 0;

	for (size_t i = 0; i < files.count && status == CLI_OK; i++) {
		struct rollup_files sources = ROLLUP_FILES_INIT;

		/* A damaged file, or one that is no rollup, replaces nothing: the files are read. */
		if (rollup_files_of(files.path[i], table, width, &sources, NULL) == FLOW_OK && may_cover(l, &sources)) {
			for (size_t k = 0; k < sources.count; k++)
				l->covered[rollup_files_find(&l->files, &sources.file[k])] = true;
			status = add_path(taken, files.path[i]);
			rollups++;
			covered += sources.count;
		}
		rollup_files_clear(&sources);
	}
	flow_files_clear(&files);
	if (rollups > 0)
		buf_printf(told, "rollups: %zu of %s/%s for %zu files\n", rollups, width->name,
		    rollup_table_name(table), covered);
	return status;
}

/* Sets the request's files to the uncovered ones and the rollups, and keeps it from listing again. */
static int
replace_files(struct flow_files *files, const struct listed *l, struct flow_files *taken)
{
	size_t kept = 0;
	int status = CLI_OK;

	for (size_t i = 0; i < files->count; i++) {
		if (l->covered[i])
			free(files->path[i]);
		else
			files->path[kept++] = files->path[i];
	}
	files->count = kept;
	for (size_t i = 0; i < taken->count && status == CLI_OK; i++)
		status = add_path(files, taken->path[i]);
	for (size_t i = 0; i < files->asked_count; i++)
		free(files->asked[i].text);
	files->asked_count = 0;
	return status;
}

/* The current state of the files to read; false if one is missing: then all are opened as they are. */
static bool
list_files(const struct flow_files *files, struct listed *l)
{
	for (size_t i = 0; i < files->count; i++)
		if (strcmp(files->path[i], "-") == 0 || rollup_files_add(&l->files, files->path[i], NULL) != FLOW_OK)
			return false;
	l->covered = calloc(files->count + 1, sizeof(*l->covered));
	return l->covered != NULL;
}

/* Uses the widest bins first, then narrower ones for the rest. */
static int
use_for_files(struct flowstat_options *o, const struct need *need, struct buf *told)
{
	struct listed l = { .covered = NULL };
	struct flow_files taken = FLOW_FILES_INIT;
	const char *why = "";
	bool any = false;
	int status = CLI_OK;

	flow_files_sort(&o->request.files);
	if (!list_files(&o->request.files, &l)) {
		rollup_files_clear(&l.files);
		return CLI_OK;
	}
	for (unsigned w = ROLLUP_WIDTHS; w-- > 0 && status == CLI_OK; )
		for (unsigned t = 0; t < ROLLUP_TABLES && status == CLI_OK; t++)
			if (fits(need, (enum rollup_table)t, rollup_width_at(w), &why)) {
				any = true;
				status = cover(o, (enum rollup_table)t, rollup_width_at(w), &l, &taken, told);
			}
	if (!any)
		buf_printf(told, "rollups: none, as no table has %s\n", why);
	else if (taken.count == 0)
		buf_append_text(told, "rollups: none that was made of these files as they are\n");
	if (status == CLI_OK && taken.count > 0)
		status = replace_files(&o->request.files, &l, &taken);
	flow_files_clear(&taken);
	rollup_files_clear(&l.files);
	free(l.covered);
	return status;
}

/* Uses only rollups of the table. */
static int
take_alone(struct flowstat_options *o, enum rollup_table table, const struct rollup_width *width, bool *any)
{
	struct flow_files files = FLOW_FILES_INIT;
	int status = list_rollups(o->rollups, table, width, &files);
	struct flow_error err;

	for (size_t i = 0; i < files.count && status == CLI_OK; i++) {
		struct rollup_files sources = ROLLUP_FILES_INIT;

		if (rollup_files_of(files.path[i], table, width, &sources, &err) != FLOW_OK)
			status = cli_fail_error(&err);
		else
			status = add_path(&o->request.files, files.path[i]);
		rollup_files_clear(&sources);
	}
	*any = files.count > 0;
	flow_files_clear(&files);
	return status;
}

static int
use_alone(struct flowstat_options *o, const struct need *need, struct buf *told)
{
	const char *why = NULL;
	bool fit = false, any = false;
	int status = CLI_OK;

	for (unsigned w = ROLLUP_WIDTHS; w-- > 0 && !any && status == CLI_OK; )
		for (unsigned t = 0; t < ROLLUP_TABLES && !any && status == CLI_OK; t++) {
			if (!fits(need, (enum rollup_table)t, rollup_width_at(w), &why))
				continue;
			fit = true;
			status = take_alone(o, (enum rollup_table)t, rollup_width_at(w), &any);
			if (any)
				buf_printf(told, "rollups: %zu of %s/%s alone\n", o->request.files.count,
				    rollup_width_at(w)->name, rollup_table_name((enum rollup_table)t));
		}
	if (status != CLI_OK || any)
		return status;
	return fit ? cli_fail("%s: there is no rollup that answers this (flowstat --rollup makes them)", o->rollups) :
	    cli_misuse("--rollups: no table has %s; with -r flows are read instead", why);
}

int
rollup_use(struct flowstat_options *o, const struct flow_agg_spec *spec, struct buf *told)
{
	struct need need;
	int status = CLI_OK;

	if (read_need(o, spec, &need))
		status = o->request.has_paths ? use_for_files(o, &need, told) : use_alone(o, &need, told);
	flow_filter_free(need.filter);
	return status;
}
