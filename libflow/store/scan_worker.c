/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <stdio.h>
#include <stdlib.h>

#include "store/group_copy.h"
#include "store/group_read.h"
#include "store/scan_inner.h"

struct flow_scan_worker {
	struct flow_scan *scan;
	size_t task;
	bool has_task;
	const struct scan_file *open_file;	/* the file of `source`; NULL: none is open */
	struct source source;
	struct group_reader *reader;
	struct old_reader *old_reader;		/* for files of other collectors; NULL: none met yet */
	bool is_old;				/* the open task belongs to such a file */
	struct flow_fieldset early, late;
};

struct flow_scan_worker *
flow_scan_worker_new(struct flow_scan *scan)
{
	return flow_scan_worker_new_of(scan, &scan->options.early, &scan->options.late);
}

void
flow_scan_rewind(struct flow_scan *scan)
{
	scan->next_task = 0;
}

struct flow_scan_worker *
flow_scan_worker_new_of(struct flow_scan *scan, const struct flow_fieldset *early,
    const struct flow_fieldset *late)
{
	struct flow_scan_worker *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->scan = scan;
	w->reader = group_reader_new(early, late);
	w->early = *early;
	w->late = *late;
	if (w->reader == NULL) {
		free(w);
		return NULL;
	}
	group_reader_seek(w->reader, scan->options.bounds);
	return w;
}

static void
close_file(struct flow_scan_worker *w)
{
	group_reader_forget(w->reader);
	if (w->open_file != NULL)
		source_close(&w->source);
	w->open_file = NULL;
}

void
flow_scan_worker_free(struct flow_scan_worker *worker)
{
	if (worker == NULL)
		return;
	close_file(worker);
	group_reader_free(worker->reader);
	old_reader_free(worker->old_reader);
	free(worker);
}

/* Closes the readers of a task. */
static void
end_task(struct flow_scan_worker *w)
{
	group_reader_end(w->reader);
	if (w->old_reader != NULL)
		old_reader_end(w->old_reader);
}

bool
flow_scan_take(struct flow_scan_worker *worker, size_t *task)
{
	worker->task = atomic_fetch_add(&worker->scan->next_task, 1);
	worker->has_task = worker->task < worker->scan->tasks;
	end_task(worker);
	if (worker->has_task)
		*task = worker->task;
	return worker->has_task;
}

void
flow_scan_go(struct flow_scan_worker *worker, size_t task)
{
	end_task(worker);
	worker->task = task;
	worker->has_task = true;
}

uint64_t
flow_scan_row(const struct flow_scan_worker *worker)
{
	return worker->is_old ? old_reader_at(worker->old_reader) : group_reader_at(worker->reader);
}

uint64_t
flow_scan_seen_rows(const struct flow_scan_worker *worker)
{
	const struct scan_task *task = &worker->scan->task[worker->task];
	uint64_t at = task->group->first + (worker->is_old ? 0 : group_reader_at(worker->reader));

	return task->file->seen_rows > at ? task->file->seen_rows - at : 0;
}

size_t
flow_scan_file(const struct flow_scan_worker *worker)
{
	return (size_t)(worker->scan->task[worker->task].file - worker->scan->file);
}

/* Opens a file by its name; fails if another file has the name by now. */
static enum flow_status
open_again(struct flow_scan_worker *w, const struct scan_file *f, struct flow_error *err)
{
	enum flow_status st = source_open(&w->source, f->path, &w->scan->input, NULL, err);
	struct stat now;

	if (st != FLOW_OK || w->source.fd < 0)
		return st;
	if (fstat(w->source.fd, &now) == 0 && now.st_dev == f->stat.st_dev &&
	    now.st_ino == f->stat.st_ino && now.st_size == f->stat.st_size)
		return FLOW_OK;
	source_close(&w->source);
	return flow_fail(err, FLOW_EIO, FLOW_NO_OFFSET, "%s: another file took its place while it was "
	    "read; ask again, or with a greater limit of open files (ulimit -n)", f->path);
}

/* The task's file: still open from planning, or opened again. */
static enum flow_status
task_source(struct flow_scan_worker *w, const struct source **source, struct flow_error *err)
{
	const struct scan_file *f = w->scan->task[w->task].file;
	enum flow_status st;

	*source = f->source != NULL ? f->source : &w->source;
	if (f->source != NULL || w->open_file == f)
		return FLOW_OK;
	close_file(w);
	st = f->live != NULL ? source_open_live(&w->source, f->live, NULL, err) :
	    f->fd >= 0 ? source_open_fd(&w->source, f->fd, f->path, NULL, err) : open_again(w, f, err);
	if (st == FLOW_OK)
		w->open_file = f;
	return st;
}

static enum flow_status
begin_part(struct flow_scan_worker *w, const struct source *source, size_t part, struct flow_error *err)
{
	if (w->old_reader == NULL) {
		w->old_reader = old_reader_new(&w->early, &w->late);
		if (w->old_reader == NULL)
			return flow_fail_memory(err);
		old_reader_seek(w->old_reader, w->scan->options.bounds);
	}
	if (part >= old_file_parts(source->old))
		return flow_fail(err, FLOW_ECORRUPT, FLOW_NO_OFFSET, "the file changed while it was read");
	old_reader_begin(w->old_reader, source->old, part);
	return FLOW_OK;
}

enum flow_status
flow_scan_copy(struct flow_scan_worker *worker, const enum flow_codec *codec, struct flow_group **group,
    struct flow_error *err)
{
	const struct source *source;
	enum flow_status st = task_source(worker, &source, err);

	return st == FLOW_OK ? group_copy(source, worker->scan->task[worker->task].group->number, codec, group,
	    err) : st;
}

/* Opens the task's file and row group, with the first batch. */
static enum flow_status
begin_task(struct flow_scan_worker *w, struct flow_error *err)
{
	const struct scan_task *task = &w->scan->task[w->task];
	const struct scan_group *group = task->group;
	const struct source *source;
	enum flow_status st = task_source(w, &source, err);

	if (st != FLOW_OK)
		return st;
	w->is_old = source->old != NULL;
	if (w->is_old)
		return begin_part(w, source, group->number, err);
	if (group->number >= pq_file_groups(source->file) ||
	    pq_file_group_rows(source->file, group->number) != group->rows)
		return flow_fail(err, FLOW_ECORRUPT, FLOW_NO_OFFSET,
		    "the file changed while it was read");
	group_reader_begin_rows(w->reader, source, group->number, &group->part, task->from, task->end);
	return FLOW_OK;
}

static enum flow_status
failed(struct flow_scan_worker *w, enum flow_status st, struct flow_error *err)
{
	const struct scan_task *task = &w->scan->task[w->task];
	char where[4200];

	if (w->is_old)
		(void)snprintf(where, sizeof(where), "%s", task->file->path);
	else
		(void)snprintf(where, sizeof(where), "%s: row group %u", task->file->path, task->group->number);
	flow_error_prefix(err, where);
	task->file->unread = true;
	end_task(w);
	group_reader_forget(w->reader);
	w->has_task = false;
	return st;
}

/* Adds the counts of a part of an old file that was read to its end. */
static void
add_ledger(struct flow_scan_worker *w, enum flow_status st)
{
	struct old_ledger one;

	if (st == FLOW_OK || st == FLOW_ENOMEM)
		return;
	one = old_reader_ledger(w->old_reader);
	w->scan->old_flows += one.flows;
	w->scan->old_others += one.others;
	w->scan->old_lost += one.lost;
	w->scan->old_damaged += one.damaged;
}

enum flow_status
flow_scan_next(struct flow_scan_worker *worker, const struct flow_batch **batch,
    struct flow_error *err)
{
	enum flow_status st = FLOW_OK;

	if (!worker->has_task)
		return FLOW_END;
	if (!group_reader_is_open(worker->reader) &&
	    (worker->old_reader == NULL || !old_reader_is_open(worker->old_reader)))
		st = begin_task(worker, err);
	if (st == FLOW_OK && worker->is_old) {
		st = old_reader_next(worker->old_reader, batch, err);
		add_ledger(worker, st);
	} else if (st == FLOW_OK) {
		st = group_reader_next(worker->reader, batch, err);
	}
	if (st == FLOW_END)
		worker->has_task = false;
	return st == FLOW_OK || st == FLOW_END ? st : failed(worker, st, err);
}

enum flow_status
flow_scan_late(struct flow_scan_worker *worker, const struct flow_selection *sel,
    struct flow_error *err)
{
	enum flow_status st = worker->is_old ? old_reader_late(worker->old_reader, sel, err) :
	    group_reader_late(worker->reader, sel, err);

	return st == FLOW_OK ? st : failed(worker, st, err);
}
