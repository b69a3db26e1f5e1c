/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Reads many files as one stream of batches, with any number of threads.  Files of other collectors
 * (history/old_file.h) can be among them; their parts are the row groups, and none can be pruned.
 *
 *	files --plan: footers, pruning--> tasks (a row group each, or a part of one) --workers--> batches
 *
 * Opening a scan reads every footer and keeps the row groups that statistics and Bloom filters cannot rule out,
 * and their batches that page indexes cannot rule out.  Tasks are numbered in the order of the files, and each
 * worker takes the next one: a caller that wants the original order sorts the workers' results by task number.
 *
 *	while (flow_scan_take(worker, &task)) {
 *		while ((st = flow_scan_next(worker, &batch, err)) == FLOW_OK) {
 *			... select rows by the `early` columns ...
 *			if (none) continue;
 *			st = flow_scan_late(worker, err);	// adds the `late` columns
 *		}
 *		... st is FLOW_END, or an error in this task: report it, go on ...
 *	}
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"
#include "record/batch.h"
#include "record/filter_bounds.h"
#include "record/field.h"
#include "record/name_set.h"
#include "record/select.h"
#include "store/live.h"
#include "store/seen.h"
#include "store/writer.h"

struct flow_scan_options {
	struct flow_fieldset early;	/* decoded for every batch */
	struct flow_fieldset late;	/* decoded when flow_scan_late asks */
	/*
	 * Borrowed until the scan is freed; may be NULL.  An early column with a `sole` bound may be null in rows
	 * without any of its texts; flow_scan_late mends that if the column is late, too.
	 */
	const struct flow_bounds *bounds;
	unsigned threads;		/* for reading footers; 0 is 1 */
	/*
	 * Tasks need not be in the order of rows: small row groups, such as a file's last one, then come last, so
	 * that all threads end at about the same time.
	 */
	bool any_order;
	/*
	 * The number of workers among which large row groups are split: tasks are then ranges of their rows.  0 or 1:
	 * each task is a row group, as flow_scan_copy needs it.
	 */
	unsigned split_for;
	/* Open slots, read after the files; they stay open as long as the scan.  NULL: none. */
	const struct flow_live *live;
	const struct flow_seen *seen;	/* rows to leave out, see flow_scan_mark_seen; NULL: none */
	/* Receives the names that the files' exporters announced, while planning; NULL: not wanted. */
	struct flow_names *names;
};

/* What planning found; for --explain and for tests. */
struct flow_scan_plan {
	uint64_t files, files_pruned;	/* pruned: no row group is left */
	uint64_t groups, groups_pruned_by_statistics, groups_pruned_by_bloom;
	uint64_t rows, rows_left;
	uint64_t rows_pruned_by_pages;	/* of row groups that are read */
};

/* Times in the footers of all files, whatever the bounds. */
struct flow_scan_span {
	/*
	 * First and last receive time.  Unknown if a file with rows does not tell, or if there are no rows.
	 * Receive times before 1990 are ignored if there are later ones: a clock was not set.
	 */
	bool received_known;
	int64_t received_first_ms, received_last_ms;
	/*
	 * Start of the first flow and end of the last one.  Times of a row group that lie more than a day off its
	 * receive times are taken for wrong and replaced by these.
	 */
	bool flows_known;
	int64_t first_ms, last_ms;
};

struct flow_scan;
struct flow_scan_worker;

/*
 * Plans a scan of files (paths; "-" is standard input, read into memory).  What was planned is read even if a
 * file is removed or replaced meanwhile: it stays open, if half of the process's descriptors suffice.  A file
 * whose rows another of them holds (store/merged.h) is left out.  A file that cannot be read does not stop the
 * scan: see flow_scan_problem. Errors: FLOW_ENOMEM.
 */
enum flow_status flow_scan_open(const char *const *paths, size_t count,
    const struct flow_scan_options *options, struct flow_scan **scan,
    struct flow_error *err) NODISCARD;

/* Frees the scan; free its workers first. */
void flow_scan_free(struct flow_scan *scan);

/*
 * Whether a file had vanished whose rows no other file holds (store/merged.h): list the files again
 * (flow_files_again), and open another scan.  It counts as a problem, too.
 */
bool flow_scan_vanished(const struct flow_scan *scan);

const struct flow_scan_plan *flow_scan_plan(const struct flow_scan *scan);

/* Valid as long as the scan. */
const struct flow_scan_span *flow_scan_span(const struct flow_scan *scan);

/* Plans again, before the first worker, with bounds that depend on the span.  Errors: FLOW_ENOMEM. */
enum flow_status flow_scan_narrow(struct flow_scan *scan, const struct flow_bounds *bounds,
    struct flow_error *err) NODISCARD;

/* Number of tasks in the plan; they are numbered from 0. */
size_t flow_scan_tasks(const struct flow_scan *scan);

/* Files of other collectors, and counts of their parts that were read to the end (history/old_file.h). */
struct flow_scan_old {
	size_t nfdump, flow_tools;	/* files */
	uint64_t flows, others, lost, damaged;
};

/* False if there are no such files. */
bool flow_scan_old(const struct flow_scan *scan, struct flow_scan_old *old);

/* Files that could not be planned: the i-th message ("path: what"), or NULL after the last. */
const char *flow_scan_problem(const struct flow_scan *scan, size_t i);

/*
 * The path of the i-th file that could not be planned, or not be read to its end so far, or NULL after the last; as
 * long as the scan.  Call it while no worker reads.
 */
const char *flow_scan_unread(const struct flow_scan *scan, size_t i);

/* A message about the first file that has columns of other names, which are ignored; NULL: no file has. */
const char *flow_scan_notice(const struct flow_scan *scan);

/* The value of flow.ident of the i-th file, or NULL; valid as long as the scan. */
const char *flow_scan_ident(const struct flow_scan *scan, size_t file);

/* A worker, to be used by one thread; NULL when out of memory. */
struct flow_scan_worker *flow_scan_worker_new(struct flow_scan *scan);

/* As flow_scan_worker_new, for other columns than those of the options. */
struct flow_scan_worker *flow_scan_worker_new_of(struct flow_scan *scan,
    const struct flow_fieldset *early, const struct flow_fieldset *late);

/* Lets new workers take all tasks again; free the old ones first. */
void flow_scan_rewind(struct flow_scan *scan);
void flow_scan_worker_free(struct flow_scan_worker *worker);

/* Takes the next task; false when there is none left. */
bool flow_scan_take(struct flow_scan_worker *worker, size_t *task);

/*
 * The next batch of the task, at most FLOW_BATCH_ROWS rows, ADDR, MAC and TEXT in DICT
 * form, numbers FLAT; valid until the worker's next call.  FLOW_END after the last.
 * An error (message "path: row group: column: what") ends the task.
 */
enum flow_status flow_scan_next(struct flow_scan_worker *worker, const struct flow_batch **batch,
    struct flow_error *err) NODISCARD;

/*
 * Adds the late columns to the last batch of flow_scan_next for the selected rows (NULL: all); in other rows they
 * are unspecified.
 */
enum flow_status flow_scan_late(struct flow_scan_worker *worker, const struct flow_selection *sel,
    struct flow_error *err) NODISCARD;

/* Number of rows at the beginning of the last batch that are in options.seen: the caller skips them. */
uint64_t flow_scan_seen_rows(const struct flow_scan_worker *worker);

/*
 * Marks all of the scan's files and slots as seen, also what was not read of them: a scan with options.seen then
 * gets only what comes later.  FLOW_ENOMEM.
 */
enum flow_status flow_scan_mark_seen(const struct flow_scan *scan, struct flow_seen *seen) NODISCARD;

/* Number, within its row group, of the first row of the last batch of flow_scan_next. */
uint64_t flow_scan_row(const struct flow_scan_worker *worker);

/* Makes flow_scan_next read a task from its beginning, even if another worker took it; the task exists. */
void flow_scan_go(struct flow_scan_worker *worker, size_t task);

/* Rows of the task; *whole: these are all rows of a row group of Parquet. */
uint64_t flow_scan_task_rows(const struct flow_scan *scan, size_t task, bool *whole);

/*
 * Copies the row group of the worker's task undecoded (store/group_copy.h: FLOW_EUNSUPPORTED if it has to be
 * decoded); its rows are still to be counted.  The task goes on as if it had not been copied.
 */
enum flow_status flow_scan_copy(struct flow_scan_worker *worker, const enum flow_codec *codec,
    struct flow_group **group, struct flow_error *err) NODISCARD;

/* Files of the scan: those of flow_scan_open, then the slots. */
size_t flow_scan_files(const struct flow_scan *scan);

/* Number of the task's file: its index in flow_scan_open's paths; slots follow them. */
size_t flow_scan_file(const struct flow_scan_worker *worker);
