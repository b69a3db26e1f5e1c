/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "store/scan.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/exporters.h"
#include "store/group_copy.h"
#include "store/group_read.h"
#include "store/merged.h"
#include "store/scan_plan.h"
#include "store/scan_span.h"
#include "store/opened_file.h"

/* More threads than that do not read footers faster. */
#define PLAN_THREADS_MAX 64

/* Files that stay open, with their footers, between planning and reading. */
#define KEPT_FILES_MAX 256

/* Of all descriptors that the process may have, a scan takes one in so many. */
#define DESCRIPTOR_SHARE 2

/* A row group to read. */
struct scan_group {
	uint32_t number;
	uint64_t first;		/* number of its first row in the file */
	struct plan_part part;
};

struct scan_file {
	const char *path;
	const struct flow_live_slot *live;	/* NULL: it is a file */
	char *ident;
	char *problem;
	bool vanished;		/* the problem is that it is not there */
	bool held;		/* another file holds its rows */
	bool idle;		/* nothing of it is to be read, nor will be by narrower bounds */
	char *merged;		/* flow.merged; NULL: none */
	bool seen;		/* all of it was, before */
	uint64_t seen_rows;	/* of its beginning, or of the slot that it was */
	uint64_t rows;		/* in all; where options.seen is asked */
	char *real, *journal;	/* path and flow.journal for options.seen; NULL: none */
	struct stat stat;	/* of what was planned */
	struct scan_group *group;
	size_t group_count;
	bool is_open;		/* `source` is */
	struct source source;
	int fd;			/* open without its footer; -1 not */
	struct flow_scan_plan counts;
	struct span_part span;
	struct flow_error memory;	/* status FLOW_ENOMEM where planning ran out */
	enum old_kind old;	/* whose file it is; OLD_NONE: Parquet */
};

struct scan_task {
	struct scan_file *file;
	const struct scan_group *group;
};

struct flow_scan {
	struct flow_scan_options options;
	struct scan_file *file;
	size_t files;
	struct source_input input;	/* standard input, once read */
	struct scan_task *task;
	size_t tasks;
	struct flow_scan_plan plan;
	struct flow_scan_span span;
	atomic_size_t next_file;	/* while planning */
	atomic_size_t kept_files;
	size_t descriptors;		/* that may be kept of files to be read */
	bool vanished;			/* some file was not there any more */
	bool narrowed;			/* planned before, by other bounds */
	pthread_mutex_t names_lock;	/* of options.names, and of the notice */
	char *notice;			/* about columns that are ignored in `notice_file` */
	const struct scan_file *notice_file;
	atomic_size_t next_task;
	_Atomic uint64_t old_flows, old_others, old_lost, old_damaged;	/* of parts that were read to their end */
};

struct flow_scan_worker {
	struct flow_scan *scan;
	size_t task;
	bool has_task;
	const struct scan_file *open_file;	/* what `source` has open, or NULL */
	struct source source;
	struct group_reader *reader;
	struct old_reader *old_reader;		/* of files of other collectors; NULL: none met yet */
	bool is_old;				/* the open task is of such a file */
	struct flow_fieldset early, late;
};

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

/* Of other collectors' files nothing is known of what is in which part: all of them are read. */
static enum flow_status
plan_parts(struct scan_file *f, const struct old_file *old, struct flow_error *err)
{
	size_t parts = old_file_parts(old);

	f->group = calloc(parts + 1, sizeof(*f->group));
	if (f->group == NULL || parts > UINT32_MAX)
		return flow_fail_memory(err);
	for (size_t g = 0; g < parts; g++) {
		uint64_t rows = old_file_part_rows(old, g);

		f->group[g].number = (uint32_t)g;
		f->group[g].part = (struct plan_part){ .verdict = PLAN_READ, .rows = rows };
		f->counts.rows += rows;
	}
	f->group_count = parts;
	f->counts.groups = parts;
	f->counts.rows_left = f->counts.rows;
	return FLOW_OK;
}

static enum flow_status
plan_groups(struct flow_scan *scan, struct scan_file *f, const struct source *source,
    struct flow_error *err)
{
	size_t groups = source->old != NULL ? 0 : pq_file_groups(source->file), g;
	uint64_t first = 0;

	if (source->old != NULL)
		return plan_parts(f, source->old, err);

	f->group = calloc(groups + 1, sizeof(*f->group));
	if (f->group == NULL)
		return flow_fail_memory(err);
	for (g = 0; g < groups; g++) {
		struct plan_part *part = &f->group[f->group_count].part;
		uint64_t rows = pq_file_group_rows(source->file, g);
		enum flow_status st;

		first += rows;
		if (first <= f->seen_rows)
			continue;
		st = plan_group(source->file, &source->map, g, scan->options.bounds, part, err);
		if (st != FLOW_OK)
			return st;
		f->counts.groups++;
		f->counts.rows += rows;
		f->counts.groups_pruned_by_statistics += part->verdict == PLAN_NO_BY_STATISTICS;
		f->counts.groups_pruned_by_bloom += part->verdict == PLAN_NO_BY_BLOOM;
		if (part->verdict == PLAN_READ)
			f->counts.rows_pruned_by_pages += rows - part->rows;
		if (part->verdict != PLAN_READ || part->rows == 0) {
			plan_part_clear(part);
			continue;
		}
		f->counts.rows_left += part->rows;
		f->group[f->group_count].first = first - rows;
		f->group[f->group_count++].number = (uint32_t)g;
	}
	return FLOW_OK;
}

static enum flow_status
take_names(struct flow_scan *scan, const struct source *source, struct flow_error *err)
{
	enum flow_status st;
	size_t len;
	const char *exporters = pq_file_key_value(source->file, PROFILE_KEY_EXPORTERS, &len);

	if (scan->options.names == NULL || exporters == NULL)
		return FLOW_OK;
	(void)pthread_mutex_lock(&scan->names_lock);
	st = store_exporters_names(exporters, len, scan->options.names);
	(void)pthread_mutex_unlock(&scan->names_lock);
	return st == FLOW_OK ? st : flow_fail_memory(err);
}

/* The first file that a thread opens while planning; the others are likely to be like it. */
struct plan_model {
	const struct source *source;	/* NULL: none yet */
	struct source own;		/* what it is where the file's is not kept */
};

/*
 * What was planned is read, whoever merges or removes files meanwhile: the descriptor stays, where
 * there are enough of them.
 */
static void
keep_descriptor(struct scan_file *f, const struct source *source)
{
	if (f->fd < 0 && source->fd >= 0)
		f->fd = fcntl(source->fd, F_DUPFD_CLOEXEC, 0);
}

/* Keeps a file open until it is read, if anything of it will be, and as a model. */
static void
keep_or_close(struct flow_scan *scan, struct scan_file *f, struct plan_model *model,
    struct source *source)
{
	const struct source *kept = NULL;
	size_t number = f->group_count > 0 ? atomic_fetch_add(&scan->kept_files, 1) : SIZE_MAX;

	/* What workers learn of an old file they share. */
	if ((number < KEPT_FILES_MAX || source->old != NULL) && number < scan->descriptors) {
		f->source = *source;
		f->is_open = true;
		kept = &f->source;
	} else {
		if (number < scan->descriptors)
			keep_descriptor(f, source);
		if (model->source == NULL && source->old == NULL) {
			model->own = *source;
			kept = &model->own;
		} else {
			source_close(source);
		}
	}
	if (model->source == NULL && kept != NULL && kept->old == NULL)
		model->source = kept;
}

/* Keeps what is to be told of the first file with columns that are ignored. */
static enum flow_status
take_notice(struct flow_scan *scan, const struct scan_file *f, const struct source *source,
    struct flow_error *err)
{
	struct buf text = BUF_INIT;
	bool kept;

	if (source->map.ignored == 0)
		return FLOW_OK;
	buf_printf(&text, "%s: columns that flow-file(5) does not have are ignored: ", f->path);
	profile_ignored_names(source->file, &text);
	buf_append_u8(&text, '\0');
	(void)pthread_mutex_lock(&scan->names_lock);
	if (!text.failed && (scan->notice == NULL || f < scan->notice_file)) {
		free(scan->notice);
		scan->notice = strdup((char *)text.data);
		scan->notice_file = f;
	}
	kept = scan->notice != NULL;
	(void)pthread_mutex_unlock(&scan->names_lock);
	buf_release(&text);
	return kept ? FLOW_OK : flow_fail_memory(err);
}

/* Whether it was made of files that were seen. */
static bool
holds_seen(const struct flow_seen *seen, const struct scan_file *f)
{
	struct flow_merged m = FLOW_MERGED_INIT;
	bool holds = false;

	if (f->merged == NULL || flow_merged_add(&m, f->path, f->merged, strlen(f->merged)) != FLOW_OK)
		return false;
	for (size_t i = 0; i < m.slots && !holds; i++) {
		const struct flow_merged_entry *e = flow_merged_at(&m, i);

		holds = e != NULL && flow_seen_has(seen, e->path);
	}
	flow_merged_clear(&m);
	return holds;
}

/* How much of it was seen before. */
static enum flow_status
recall(const struct flow_scan *scan, struct scan_file *f, const struct source *source, struct flow_error *err)
{
	const struct flow_seen *seen = scan->options.seen;
	const char *journal;
	size_t len;

	if (seen == NULL || source->old != NULL)
		return FLOW_OK;
	if (holds_seen(seen, f))
		return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET, "it was made of files some of which were read before: "
		    "nothing of it is read again, and what came last may be missing");
	f->rows = pq_file_rows(source->file);
	f->real = f->live == NULL && strcmp(f->path, "-") != 0 ? realpath(f->path, NULL) : strdup(f->path);
	journal = pq_file_key_value(source->file, PROFILE_KEY_JOURNAL, &len);
	if (journal != NULL)
		f->journal = strndup(journal, len);
	if (f->real == NULL || (journal != NULL && f->journal == NULL))
		return flow_fail_memory(err);
	f->seen_rows = flow_seen_rows(seen, f->real, f->journal);
	return FLOW_OK;
}

/* What is learned of a file but once, however often it is planned. */
static enum flow_status
learn(struct flow_scan *scan, struct scan_file *f, const struct source *source, struct flow_error *err)
{
	enum flow_status st;
	size_t len;
	const char *ident, *merged;

	if (source->fd >= 0 && fstat(source->fd, &f->stat) != 0)
		return flow_fail_errno(err, "%s", f->path);
	span_add_file(&f->span, source);
	if (source->old != NULL) {
		f->old = old_file_kind(source->old);
		ident = old_file_about(source->old)->ident;
		f->ident = ident[0] != '\0' ? strdup(ident) : NULL;
		return ident[0] != '\0' && f->ident == NULL ? flow_fail_memory(err) : FLOW_OK;
	}
	ident = pq_file_key_value(source->file, PROFILE_KEY_IDENT, &len);
	if (ident != NULL && (f->ident = strndup(ident, len)) == NULL)
		return flow_fail_memory(err);
	merged = pq_file_key_value(source->file, PROFILE_KEY_MERGED, &len);
	if (merged != NULL && (f->merged = strndup(merged, len)) == NULL)
		return flow_fail_memory(err);
	if (take_notice(scan, f, source, err) != FLOW_OK)
		return FLOW_ENOMEM;
	st = recall(scan, f, source, err);
	return st == FLOW_OK ? take_names(scan, source, err) : st;
}

static enum flow_status
plan_file(struct flow_scan *scan, struct scan_file *f, struct plan_model *model,
    struct flow_error *err)
{
	struct source source;
	enum flow_status st;

	if (f->is_open) {
		st = plan_groups(scan, f, &f->source, err);
		if (st != FLOW_OK)
			flow_error_prefix(err, f->path);
		return st;
	}
	st = f->live != NULL ? source_open_live(&source, f->live, model->source, err) :
	    f->fd >= 0 ? source_open_fd(&source, f->fd, f->path, model->source, err) :
	    source_open(&source, f->path, &scan->input, model->source, err);
	if (st != FLOW_OK)
		return st;
	if (!scan->narrowed)
		st = learn(scan, f, &source, err);
	if (st == FLOW_OK)
		st = plan_groups(scan, f, &source, err);
	if (st != FLOW_OK)
		flow_error_prefix(err, f->path);
	if (st == FLOW_OK)
		keep_or_close(scan, f, model, &source);
	else
		source_close(&source);
	return st;
}

static void
forget_groups(struct scan_file *f)
{
	/* The one behind those counted may be half planned. */
	for (size_t g = 0; f->group != NULL && g <= f->group_count; g++)
		plan_part_clear(&f->group[g].part);
	free(f->group);
	f->group = NULL;
	f->group_count = 0;
}

static void *
plan_files(void *argument)
{
	struct plan_model model = { .own.fd = -1 };
	struct flow_scan *scan = argument;
	size_t i;

	while ((i = atomic_fetch_add(&scan->next_file, 1)) < scan->files) {
		struct scan_file *f = &scan->file[i];
		struct flow_error err;

		if (f->problem != NULL || f->held || f->idle || f->seen)
			continue;
		f->seen = scan->options.seen != NULL && f->live == NULL && flow_seen_has(scan->options.seen, f->path);
		if (f->seen)
			continue;
		f->counts = (struct flow_scan_plan){ .files = 1 };
		if (plan_file(scan, f, &model, &err) != FLOW_OK) {
			forget_groups(f);
			f->problem = problem_text(&err);
			f->vanished = err.status == FLOW_ENOTFOUND;
			f->memory.status = err.status == FLOW_ENOMEM || f->problem == NULL ?
			    FLOW_ENOMEM : FLOW_OK;
		}
	}
	source_close(&model.own);
	return NULL;
}

static void
run_plan(struct flow_scan *scan, unsigned threads)
{
	pthread_t thread[PLAN_THREADS_MAX];
	unsigned i, started = 0;

	if (threads > PLAN_THREADS_MAX)
		threads = PLAN_THREADS_MAX;
	if (threads > scan->files)
		threads = (unsigned)scan->files;
	for (i = 1; i < threads; i++)
		if (pthread_create(&thread[started], NULL, plan_files, scan) == 0)
			started++;
	(void)plan_files(scan);
	for (i = 0; i < started; i++)
		(void)pthread_join(thread[i], NULL);
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

/* The row groups with so many rows to read, in order. */
static void
add_tasks(struct flow_scan *scan, uint64_t least, uint64_t below)
{
	for (size_t i = 0; i < scan->files; i++) {
		struct scan_file *f = &scan->file[i];

		for (size_t g = 0; g < f->group_count; g++)
			if (f->group[g].part.rows >= least && f->group[g].part.rows < below)
				scan->task[scan->tasks++] = (struct scan_task){ f, &f->group[g] };
	}
}

/* The larger one first. */
static int
compare_tasks(const void *pa, const void *pb)
{
	const struct scan_task *a = pa, *b = pb;

	if (a->group->part.rows != b->group->part.rows)
		return a->group->part.rows > b->group->part.rows ? -1 : 1;
	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	return (a->group > b->group) - (a->group < b->group);
}

/* Rows from which on a row group is not put last. */
static uint64_t
full_rows(const struct flow_scan *scan)
{
	uint64_t most = 0;

	for (size_t i = 0; i < scan->files && scan->options.any_order; i++)
		for (size_t g = 0; g < scan->file[i].group_count; g++)
			if (scan->file[i].group[g].part.rows > most)
				most = scan->file[i].group[g].part.rows;
	return most - most / 4;
}

/*
 * A file whose rows another one of them holds is left out, whether it is still there or not:
 * somebody is merging, or was stopped while merging.
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
	size_t i, count = 0;
	uint64_t full;

	for (i = 0; i < scan->files; i++) {
		if (scan->file[i].memory.status == FLOW_ENOMEM)
			return flow_fail_memory(err);
		count += scan->file[i].group_count;
		add_counts(&scan->plan, &scan->file[i]);
		span_add(&span, &scan->file[i].span);
	}
	scan->span = span_make(&span);
	scan->task = calloc(count + 1, sizeof(*scan->task));
	if (scan->task == NULL)
		return flow_fail_memory(err);
	full = full_rows(scan);
	add_tasks(scan, full, UINT64_MAX);
	i = scan->tasks;
	add_tasks(scan, 0, full);
	qsort(scan->task + i, scan->tasks - i, sizeof(*scan->task), compare_tasks);
	return FLOW_OK;
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
		if (scan->file[i].is_open)
			source_close(&scan->file[i].source);
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

/* What is open of a task is so no more. */
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

enum flow_status
flow_scan_mark_seen(const struct flow_scan *scan, struct flow_seen *seen)
{
	enum flow_status st = FLOW_OK;

	for (size_t i = 0; i < scan->files && st == FLOW_OK; i++) {
		const struct scan_file *f = &scan->file[i];

		if (!f->seen)
			st = flow_seen_add(seen, f->path, f->real != NULL ? f->real : f->path, f->journal, f->rows, f->live == NULL);
	}
	return st;
}

uint64_t
flow_scan_task_rows(const struct flow_scan *scan, size_t task, bool *whole)
{
	const struct plan_part *part = &scan->task[task].group->part;

	*whole = part->keep == NULL && scan->task[task].file->old == OLD_NONE;
	return part->rows;
}

size_t
flow_scan_file(const struct flow_scan_worker *worker)
{
	return (size_t)(worker->scan->task[worker->task].file - worker->scan->file);
}

/* By its name, which another file may have by now. */
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

/* The task's file: open since planning, or opened anew. */
static enum flow_status
task_source(struct flow_scan_worker *w, const struct source **source, struct flow_error *err)
{
	const struct scan_file *f = w->scan->task[w->task].file;
	enum flow_status st;

	*source = f->is_open ? &f->source : &w->source;
	if (f->is_open || w->open_file == f)
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
	const struct scan_group *group = w->scan->task[w->task].group;
	const struct source *source;
	enum flow_status st = task_source(w, &source, err);

	if (st != FLOW_OK)
		return st;
	w->is_old = source->old != NULL;
	if (w->is_old)
		return begin_part(w, source, group->number, err);
	if (group->number >= pq_file_groups(source->file))
		return flow_fail(err, FLOW_ECORRUPT, FLOW_NO_OFFSET,
		    "the file changed while it was read");
	group_reader_begin(w->reader, source, group->number, &group->part);
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
	end_task(w);
	w->has_task = false;
	return st;
}

/* Keeps account of a part of an old file that was read to its end. */
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
