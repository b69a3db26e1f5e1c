/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * External merge of tables: the sorted rows of each share are written to a temporary file, and merged at the end.
 * A run is the rows of one table and one share,
 *
 *	[bytes: 32 bits] [rank: 64 bits] ... [has a value: 8 bits, value] for each column ...
 *
 * with addresses and texts by value, as their ids differ between shares.  A text is its length (32 bits) and bytes.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "record/result_table.h"

#define ROW_THENS 8

/* The order of rows. */
struct row_order {
	bool has_time;		/* column `time` has instants, and is compared before the keys, */
	bool time_first;	/* or even before the rank */
	size_t time;
	bool keys_descend;	/* among equal ranks greater keys come first */
	/* Compared after the rank, before the keys: further ranks, greater first, or key columns. */
	struct row_then {
		bool is_key, descends;
		size_t column;
	} then[ROW_THENS];
	size_t thens;
};

struct row_run {
	int64_t from, to;	/* offsets in the file */
};

struct row_runs {
	int fd;			/* -1: there is no file yet */
	int64_t end;
	struct row_run *run;
	size_t runs;
	uint64_t rows;
	struct row_order order;
};

void row_runs_init(struct row_runs *r, const struct row_order *order);
void row_runs_release(struct row_runs *r);

/* Begins a run; the first one creates the file in `folder`. */
enum flow_status row_runs_begin(struct row_runs *r, const char *folder, struct flow_error *err) NODISCARD;

/*
 * Adds all rows of a table to the run.  rank has 1 + order.thens ranks for each row; greater ones come first; those of
 * key columns are ignored.
 */
enum flow_status row_runs_add(struct row_runs *r, const struct flow_table *t, const uint64_t *rank,
    struct flow_error *err) NODISCARD;

struct row_merge;

/* Starts to merge all runs; the columns are those of `like`, which is not kept. */
enum flow_status row_merge_new(const struct row_runs *r, const struct flow_table *like, struct row_merge **m,
    struct flow_error *err) NODISCARD;
void row_merge_free(struct row_merge *m);

/* Puts the next `rows` rows (fewer at the end) into a table without rows. */
enum flow_status row_merge_next(struct row_merge *m, size_t rows, struct flow_table *t,
    struct flow_error *err) NODISCARD;
