/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "store/scan_inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/team.h"
#include "store/merged.h"
#include "store/scan_tasks.h"

/* More threads do not read footers faster. */
#define PLAN_THREADS_MAX 64

/* A scan keeps at most 1 / DESCRIPTOR_SHARE of the process's descriptors open. */
#define DESCRIPTOR_SHARE 2

static char *
problem_text(const struct flow_error *err)
{
	char *text = NULL;

	if (err->offset == FLOW_NO_OFFSET)
		return strdup(err->message);
	if (asprintf(&text, "%s (at byte %lld)", err->message, (long long)err->offset) < 0)
		return NULL;
	return text;
}

static void
forget_groups(struct scan_file *f)
{
	/* The group behind the counted ones may be partly planned. */
	for (size_t g = 0; f->group != NULL && g <= f->group_count; g++)
		plan_part_clear(&f->group[g].part);
	free(f->group);
	f->group = NULL;
	f->group_count = 0;
}

/* Plans files until none is left; runs in each thread. */
static void
plan_files(void *context, size_t thread)
{
	struct plan_model model = { .own.fd = -1 };
	struct flow_scan *scan = context;
	size_t i;

	UNUSED(thread);

	while ((i = atomic_fetch_add(&scan->next_file, 1)) < scan->files) {
		struct scan_file *f = &scan->file[i];
		struct flow_error err;

		if (f->problem != NULL || f->held || f->idle || f->seen)
			continue;
		f->seen = scan->options.seen != NULL && f->live == NULL && flow_seen_has(scan->options.seen, f->path);
		if (f->seen)
			continue;
		f->counts = (struct flow_scan_plan){ .files = 1 };
		if (scan_plan_file(scan, f, &model, &err) != FLOW_OK) {
			forget_groups(f);
			f->problem = problem_text(&err);
			f->vanished = err.status == FLOW_ENOTFOUND;
			f->no_memory = err.status == FLOW_ENOMEM || f->problem == NULL;
		}
	}
	source_close(&model.own);
}

static void
run_plan(struct flow_scan *scan, unsigned threads)
{
	size_t most = threads < PLAN_THREADS_MAX ? threads : PLAN_THREADS_MAX;

	most = most < scan->files ? most : scan->files;
	team_run(most, most > 0 ? most : 1, plan_files, scan);
}

static void
add_counts(struct flow_scan_plan *to, const struct scan_file *f)
{
	to->files += f->counts.files;
	to->files_pruned += f->counts.groups > 0 && f->group_count == 0;
	to->groups += f->counts.groups;
	to->groups_pruned_by_statistics += f->counts.groups_pruned_by_statistics;
	to->groups_pruned_by_bloom += f->counts.groups_pruned_by_bloom;
	to->rows += f->counts.rows;
	to->rows_left += f->counts.rows_left;
	to->rows_pruned_by_pages += f->counts.rows_pruned_by_pages;
}

/*
 * Leaves out files whose rows another of the files holds, whether they still exist or not: somebody is merging,
 * or was stopped while merging.
 */
static void
leave_out_held(struct flow_scan *scan, const struct flow_merged *merged)
{
	for (size_t i = 0; i < scan->files; i++) {
		struct scan_file *f = &scan->file[i];

		if (f->live != NULL)
			continue;
		if (!flow_merged_has(merged, f->path, f->vanished ? NULL : &f->stat)) {
			scan->vanished |= f->vanished;
			continue;
		}
		forget_groups(f);
		f->counts = (struct flow_scan_plan){ .files = 0 };
		f->span = (struct span_part){ .has_rows = false };
		free(f->problem);
		f->problem = NULL;
		f->held = true;
	}
}

static enum flow_status
resolve_merged(struct flow_scan *scan, struct flow_error *err)
{
	struct flow_merged merged = FLOW_MERGED_INIT;
	enum flow_status st = FLOW_OK;
	size_t i;

	for (i = 0; i < scan->files && st == FLOW_OK; i++)
		if (scan->file[i].merged != NULL)
			st = flow_merged_add(&merged, scan->file[i].path, scan->file[i].merged,
			    strlen(scan->file[i].merged));
	scan->vanished = false;
	if (st == FLOW_OK)
		leave_out_held(scan, &merged);
	flow_merged_clear(&merged);
	return st == FLOW_OK ? st : flow_fail_memory(err);
}

static enum flow_status
collect_tasks(struct flow_scan *scan, struct flow_error *err)
{
	struct span_part span = { .has_rows = false };
	size_t i;

	for (i = 0; i < scan->files; i++) {
		if (scan->file[i].no_memory)
			return flow_fail_memory(err);
		add_counts(&scan->plan, &scan->file[i]);
		span_add(&span, &scan->file[i].span);
	}
	scan->span = span_make(&span);
	return scan_make_tasks(scan, err);
}

static size_t
descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return 0;
	return limit.rlim_cur == RLIM_INFINITY ? SIZE_MAX : (size_t)limit.rlim_cur / DESCRIPTOR_SHARE;
}

enum flow_status
flow_scan_open(const char *const *paths, size_t count, const struct flow_scan_options *options,
    struct flow_scan **scan, struct flow_error *err)
{
	size_t slots = options->live != NULL ? flow_live_slots(options->live) : 0, i;
	struct flow_scan *s = calloc(1, sizeof(*s));
	enum flow_status st = FLOW_OK;

	if (s != NULL)
		s->file = calloc(count + slots + 1, sizeof(*s->file));
	if (s == NULL || s->file == NULL || count > UINT32_MAX) {
		free(s);
		return flow_fail_memory(err);
	}
	(void)pthread_mutex_init(&s->names_lock, NULL);
	s->options = *options;
	s->files = count + slots;
	s->descriptors = descriptors();
	for (i = 0; i < count && st == FLOW_OK; i++) {
		s->file[i].path = paths[i];
		s->file[i].fd = -1;
		if (strcmp(paths[i], "-") == 0 && s->input.bytes.data == NULL)
			st = source_read_input(&s->input, err);
	}
	for (i = 0; i < slots; i++) {
		s->file[count + i].live = flow_live_slot(options->live, i);
		s->file[count + i].path = s->file[count + i].live->path;
		s->file[count + i].fd = -1;
	}
	if (st == FLOW_OK) {
		run_plan(s, options->threads);
		st = resolve_merged(s, err);
	}
	if (st == FLOW_OK)
		st = collect_tasks(s, err);
	if (st != FLOW_OK) {
		flow_scan_free(s);
		return st;
	}
	*scan = s;
	return FLOW_OK;
}

void
flow_scan_free(struct flow_scan *scan)
{
	size_t i;

	if (scan == NULL)
		return;
	for (i = 0; i < scan->files; i++) {
		free(scan->file[i].ident);
		free(scan->file[i].problem);
		free(scan->file[i].merged);
		free(scan->file[i].real);
		free(scan->file[i].journal);
		if (scan->file[i].fd >= 0)
			(void)close(scan->file[i].fd);
		forget_groups(&scan->file[i]);
		if (scan->file[i].source != NULL)
			source_close(scan->file[i].source);
		free(scan->file[i].source);
	}
	free(scan->notice);
	free(scan->file);
	free(scan->task);
	buf_release(&scan->input.bytes);
	(void)pthread_mutex_destroy(&scan->names_lock);
	free(scan);
}

bool
flow_scan_vanished(const struct flow_scan *scan)
{
	return scan->vanished;
}

const struct flow_scan_plan *
flow_scan_plan(const struct flow_scan *scan)
{
	return &scan->plan;
}

const struct flow_scan_span *
flow_scan_span(const struct flow_scan *scan)
{
	return &scan->span;
}

enum flow_status
flow_scan_narrow(struct flow_scan *scan, const struct flow_bounds *bounds, struct flow_error *err)
{
	scan->options.bounds = bounds;
	scan->narrowed = true;
	for (size_t i = 0; i < scan->files; i++) {
		scan->file[i].idle = scan->file[i].group_count == 0;
		forget_groups(&scan->file[i]);
	}
	free(scan->task);
	scan->task = NULL;
	scan->tasks = 0;
	scan->plan = (struct flow_scan_plan){ .files = 0 };
	scan->next_file = 0;
	run_plan(scan, scan->options.threads);
	return collect_tasks(scan, err);
}

size_t
flow_scan_tasks(const struct flow_scan *scan)
{
	return scan->tasks;
}

const char *
flow_scan_problem(const struct flow_scan *scan, size_t i)
{
	size_t f;

	for (f = 0; f < scan->files; f++)
		if (scan->file[f].problem != NULL && i-- == 0)
			return scan->file[f].problem;
	return NULL;
}

const char *
flow_scan_unread(const struct flow_scan *scan, size_t i)
{
	for (size_t f = 0; f < scan->files; f++)
		if ((scan->file[f].problem != NULL || scan->file[f].unread) && i-- == 0)
			return scan->file[f].path;
	return NULL;
}

bool
flow_scan_old(const struct flow_scan *scan, struct flow_scan_old *old)
{
	*old = (struct flow_scan_old){ .flows = scan->old_flows, .others = scan->old_others,
		.lost = scan->old_lost, .damaged = scan->old_damaged };
	for (size_t i = 0; i < scan->files; i++) {
		old->nfdump += scan->file[i].old == OLD_NFDUMP;
		old->flow_tools += scan->file[i].old == OLD_FLOW_TOOLS;
	}
	return old->nfdump + old->flow_tools > 0;
}

const char *
flow_scan_notice(const struct flow_scan *scan)
{
	return scan->notice;
}

size_t
flow_scan_files(const struct flow_scan *scan)
{
	return scan->files;
}

const char *
flow_scan_ident(const struct flow_scan *scan, size_t file)
{
	return scan->file[file].ident;
}

enum flow_status
flow_scan_mark_seen(const struct flow_scan *scan, struct flow_seen *seen)
{
	enum flow_status st = FLOW_OK;

	for (size_t i = 0; i < scan->files && st == FLOW_OK; i++) {
		const struct scan_file *f = &scan->file[i];

		if (!f->seen)
			st = flow_seen_add(seen, f->path, f->real != NULL ? f->real : f->path, f->journal, f->rows,
			    f->live == NULL);
	}
	return st;
}

uint64_t
flow_scan_task_rows(const struct flow_scan *scan, size_t task, bool *whole)
{
	const struct scan_task *t = &scan->task[task];

	*whole = t->rows == t->group->rows && t->file->old == OLD_NONE;
	return t->rows;
}
