/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Reads many files as one stream of batches, with any number of threads; beside those of an archive also files of
 * other collectors (history/old_file.h), in which nothing can be ruled out: their parts are the row groups.
 *
 *	files --plan: footers, pruning--> tasks (a row group each) --workers--> batches
 *
 * Opening a scan reads every footer and keeps the row groups that statistics
 * and Bloom filters cannot rule out, and of these the batches that page indexes cannot.  Tasks are numbered in the order of the
 * files; each worker takes the next one, so a caller that wants the original
 * order puts the workers' results back by the tasks' numbers.
 *
 *	while (flow_scan_take(worker, &task)) {
 *		while ((st = flow_scan_next(worker, &batch, err)) == FLOW_OK) {
 *			... choose rows by the `early` columns ...
 *			if (none) continue;
 *			st = flow_scan_late(worker, err);	// the `late` columns are there too
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
	 * Borrowed until the scan is freed; may be NULL.  An early column with a `sole` bound may have
	 * null where it has none of the texts, until flow_scan_late, if it is a late one too.
	 */
	const struct flow_bounds *bounds;
	unsigned threads;		/* for reading footers; 0 is 1 */
	/*
	 * Tasks need not follow each other as their rows do: small row groups, such as a file's last one, come
	 * last, so that threads have done at about the same time.
	 */
	bool any_order;
	/* Slots that are being written, behind the files, and open as long as the scan; NULL: none. */
	const struct flow_live *live;
	const struct flow_seen *seen;	/* what is left out, see flow_scan_mark_seen; NULL: nothing */
	/* Gets the names that the files' exporters announced, while planning; NULL: not wanted. */
	struct flow_names *names;
};

/* What planning found; for --explain and for tests. */
struct flow_scan_plan {
	uint64_t files, files_pruned;	/* pruned: no row group is left */
	uint64_t groups, groups_pruned_by_statistics, groups_pruned_by_bloom;
	uint64_t rows, rows_left;
	uint64_t rows_pruned_by_pages;	/* of row groups that are read */
};

/* What the footers of all files say of times, whatever bounds leave of the rows. */
struct flow_scan_span {
	/*
	 * First and last receive time.  Not known where a file with rows does not tell, or where there are
	 * no rows.  Receive times before 1990 do not count beside later ones: a clock was not set.
	 */
	bool received_known;
	int64_t received_first_ms, received_last_ms;
	/*
	 * The beginning of the first flow and the end of the last one; those of a row group that lie more
	 * than a day off its receive times are taken for wrong, and these stand for them.
	 */
	bool flows_known;
	int64_t first_ms, last_ms;
};

struct flow_scan;
struct flow_scan_worker;

/*
 * Plans a scan of files.  What is planned is read even if the file is removed, or replaced, before:
 * it stays open, where half of the process's descriptors are enough.  A file that another one of
 * them holds the rows of (store/merged.h) is left out.
 * (paths; "-" is standard input, read into memory).  A file
 * that cannot be read does not stop the scan: flow_scan_problem tells of it.
 * Errors: FLOW_ENOMEM.
 */
enum flow_status flow_scan_open(const char *const *paths, size_t count,
    const struct flow_scan_options *options, struct flow_scan **scan,
    struct flow_error *err) NODISCARD;

/* Frees the scan; its workers are freed before. */
void flow_scan_free(struct flow_scan *scan);

/*
 * Whether a file was not there any more that no other one holds the rows of (store/merged.h): then
 * list the files again (flow_files_again), and open another scan.  It is a problem, too.
 */
bool flow_scan_vanished(const struct flow_scan *scan);

const struct flow_scan_plan *flow_scan_plan(const struct flow_scan *scan);

/* Valid as long as the scan. */
const struct flow_scan_span *flow_scan_span(const struct flow_scan *scan);

/*
 * Plans once more, before the first worker, by other bounds: those that depend on the span.
 * Errors: FLOW_ENOMEM.
 */
enum flow_status flow_scan_narrow(struct flow_scan *scan, const struct flow_bounds *bounds,
    struct flow_error *err) NODISCARD;

/* Tasks of the plan; their numbers count from 0. */
size_t flow_scan_tasks(const struct flow_scan *scan);

/* Files of other collectors, and what their parts held that were read to their end (history/old_file.h). */
struct flow_scan_old {
	size_t nfdump, flow_tools;	/* files */
	uint64_t flows, others, lost, damaged;
};

/* False where there are no such files. */
bool flow_scan_old(const struct flow_scan *scan, struct flow_scan_old *old);

/* Files that could not be planned: the i-th message ("path: what"), or NULL after the last. */
const char *flow_scan_problem(const struct flow_scan *scan, size_t i);

/*
 * One line for people about the first file that has columns of other names, which are ignored; NULL
 * where none has.
 */
const char *flow_scan_notice(const struct flow_scan *scan);

/* The value of flow.ident of the i-th file, or NULL; valid as long as the scan. */
const char *flow_scan_ident(const struct flow_scan *scan, size_t file);

/* A worker, to be used by one thread; NULL when out of memory. */
struct flow_scan_worker *flow_scan_worker_new(struct flow_scan *scan);

/* As flow_scan_worker_new, for other columns than those of the options. */
struct flow_scan_worker *flow_scan_worker_new_of(struct flow_scan *scan,
    const struct flow_fieldset *early, const struct flow_fieldset *late);

/* All tasks can be taken once more, by new workers; the old ones are freed before. */
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
 * Adds the late columns to the batch that flow_scan_next gave last, for the selected rows at least
 * (NULL: all): what others have in them is unspecified.
 */
enum flow_status flow_scan_late(struct flow_scan_worker *worker, const struct flow_selection *sel,
    struct flow_error *err) NODISCARD;

/* How many rows at the beginning of the batch that flow_scan_next gave last are in options.seen: not to be taken. */
uint64_t flow_scan_seen_rows(const struct flow_scan_worker *worker);

/*
 * All of the scan's files and slots are seen now, whatever was read of them, so that a scan with options.seen has what
 * comes from here on.  FLOW_ENOMEM.
 */
enum flow_status flow_scan_mark_seen(const struct flow_scan *scan, struct flow_seen *seen) NODISCARD;

/* Number, in its row group, of the first row of the batch that flow_scan_next gave last. */
uint64_t flow_scan_row(const struct flow_scan_worker *worker);

/* Makes a task the one that flow_scan_next reads, from its beginning, whoever takes it; it exists. */
void flow_scan_go(struct flow_scan_worker *worker, size_t task);

/* Rows of the task, and whether these are all of a row group of Parquet. */
uint64_t flow_scan_task_rows(const struct flow_scan *scan, size_t task, bool *whole);

/*
 * Copies the row group of the worker's task as it stands (store/group_copy.h: with FLOW_EUNSUPPORTED where it has
 * to be decoded); its rows are still to be counted. The task goes on as if nothing had been asked.
 */
enum flow_status flow_scan_copy(struct flow_scan_worker *worker, const enum flow_codec *codec,
    struct flow_group **group, struct flow_error *err) NODISCARD;

/* Files of the scan: those of flow_scan_open, then the slots. */
size_t flow_scan_files(const struct flow_scan *scan);

/* Number of the file that the task belongs to, as in flow_scan_open's paths; then the slots. */
size_t flow_scan_file(const struct flow_scan_worker *worker);
