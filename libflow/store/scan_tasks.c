/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/scan_tasks.h"

#include <stdlib.h>

/* Workers end at about the same time if each has that many tasks. */
#define TASKS_EACH 4

/* Fewer rows are not worth reading dictionaries once more: as many as flowcap's row groups have. */
#define PIECE_ROWS_MIN 262144

static uint64_t
rows_of_all(const struct flow_scan *scan)
{
	uint64_t rows = 0;

	for (size_t i = 0; i < scan->files; i++)
		for (size_t g = 0; g < scan->file[i].group_count; g++)
			rows += scan->file[i].group[g].part.rows;
	return rows;
}

/* About how many rows a task has when row groups are split; UINT64_MAX: they are not. */
static uint64_t
piece_rows(const struct flow_scan *scan)
{
	uint64_t rows;

	if (scan->options.split_for < 2)
		return UINT64_MAX;
	rows = rows_of_all(scan) / ((uint64_t)scan->options.split_for * TASKS_EACH);
	return rows > PIECE_ROWS_MIN ? rows : PIECE_ROWS_MIN;
}

/* The number of pieces of a row group; those of other collectors' files are small, and read by parts. */
static uint64_t
pieces_of(const struct scan_file *f, const struct scan_group *group, uint64_t piece)
{
	uint64_t pieces = f->old == OLD_NONE ? group->part.rows / piece : 1;

	return pieces > 1 ? pieces : 1;
}

/* Rows to read among rows [from, end) of a group; from is the beginning of a batch. */
static uint64_t
kept_rows(const struct plan_part *part, uint64_t from, uint64_t end)
{
	uint64_t rows = 0;

	if (part->keep == NULL)
		return end - from;
	for (; from < end; from += FLOW_BATCH_ROWS)
		if (bitmap_get(part->keep, (size_t)(from / FLOW_BATCH_ROWS)))
			rows += end - from < FLOW_BATCH_ROWS ? end - from : FLOW_BATCH_ROWS;
	return rows;
}

/*
 * Adds a row group as tasks of whole batches; of several pieces, those that have rows to read.  A group in one piece
 * is always added: a part of another collector's file may not tell how many rows it has.
 */
static void
add_group(struct flow_scan *scan, struct scan_file *f, const struct scan_group *group, uint64_t pieces)
{
	uint64_t batches = (group->rows + FLOW_BATCH_ROWS - 1) / FLOW_BATCH_ROWS;

	for (uint64_t i = 0; i < pieces; i++) {
		uint64_t from = batches * i / pieces * FLOW_BATCH_ROWS;
		uint64_t end = i + 1 < pieces ? batches * (i + 1) / pieces * FLOW_BATCH_ROWS : group->rows;
		uint64_t rows = pieces > 1 ? kept_rows(&group->part, from, end) : group->part.rows;

		if (pieces == 1 || rows > 0)
			scan->task[scan->tasks++] = (struct scan_task){ f, group, from, end, rows };
	}
}

/* Larger tasks first. */
static int
compare_tasks(const void *pa, const void *pb)
{
	const struct scan_task *a = pa, *b = pb;

	if (a->rows != b->rows)
		return a->rows > b->rows ? -1 : 1;
	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	return (a->from > b->from) - (a->from < b->from);
}

/* Puts tasks with at least three quarters of the most rows first, in their order; small ones follow by size. */
static enum flow_status
put_small_last(struct flow_scan *scan)
{
	struct scan_task *order = calloc(scan->tasks + 1, sizeof(*order));
	uint64_t most = 0, full;
	size_t n = 0, large;

	if (order == NULL)
		return FLOW_ENOMEM;
	for (size_t i = 0; i < scan->tasks; i++)
		most = scan->task[i].rows > most ? scan->task[i].rows : most;
	full = most - most / 4;
	for (size_t i = 0; i < scan->tasks; i++)
		if (scan->task[i].rows >= full)
			order[n++] = scan->task[i];
	large = n;
	for (size_t i = 0; i < scan->tasks; i++)
		if (scan->task[i].rows < full)
			order[n++] = scan->task[i];
	qsort(order + large, n - large, sizeof(*order), compare_tasks);
	free(scan->task);
	scan->task = order;
	return FLOW_OK;
}

enum flow_status
scan_make_tasks(struct flow_scan *scan, struct flow_error *err)
{
	uint64_t piece = piece_rows(scan), count = 0;

	for (size_t i = 0; i < scan->files; i++)
		for (size_t g = 0; g < scan->file[i].group_count; g++)
			count += pieces_of(&scan->file[i], &scan->file[i].group[g], piece);
	scan->task = calloc((size_t)count + 1, sizeof(*scan->task));
	if (scan->task == NULL)
		return flow_fail_memory(err);
	for (size_t i = 0; i < scan->files; i++) {
		struct scan_file *f = &scan->file[i];

		for (size_t g = 0; g < f->group_count; g++)
			add_group(scan, f, &f->group[g], pieces_of(f, &f->group[g], piece));
	}
	if (scan->options.any_order && put_small_last(scan) != FLOW_OK)
		return flow_fail_memory(err);
	return FLOW_OK;
}
