/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Rows of tables that wait in a temporary file, sorted, until they are merged: the answers to one question about
 * several shares of all groups.  A run is the rows of one table and one share,
 *
 *	[bytes: 32 bits] [rank: 64 bits] ... [has a value: 8 bits, value] for each column ...
 *
 * by value, as addresses and texts have other numbers in each share.  A text is its length (32 bits) and bytes.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "record/result_table.h"

#define ROW_THENS 8

/* The order of rows. */
struct row_order {
	bool has_time;		/* a column of instants, number `time`, is compared before the keys, */
	bool time_first;	/* and before the rank */
	size_t time;
	bool keys_descend;	/* rows of one rank: greater keys first */
	/* Orders behind the rank, before the keys: a rank of their own, greater ones first, or a key's column. */
	struct row_then {
		bool is_key, descends;
		size_t column;
	} then[ROW_THENS];
	size_t thens;
};

struct row_run {
	int64_t from, to;	/* in the file */
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

/* Begins a run; the file is made in `folder` at the first one. */
enum flow_status row_runs_begin(struct row_runs *r, const char *folder, struct flow_error *err) NODISCARD;

/*
 * Adds all rows of a table to the run.  Each has 1 + order.thens ranks, one row's behind the other's: greater ones come
 * first; those of keys are not looked at.
 */
enum flow_status row_runs_add(struct row_runs *r, const struct flow_table *t, const uint64_t *rank,
    struct flow_error *err) NODISCARD;

struct row_merge;

/* Reads all runs as one; columns are those of `like`, which is not kept. */
enum flow_status row_merge_new(const struct row_runs *r, const struct flow_table *like, struct row_merge **m,
    struct flow_error *err) NODISCARD;
void row_merge_free(struct row_merge *m);

/* The next `rows` rows (fewer at the end) into a table without rows. */
enum flow_status row_merge_next(struct row_merge *m, size_t rows, struct flow_table *t,
    struct flow_error *err) NODISCARD;
