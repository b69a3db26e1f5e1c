/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Sorted runs, one behind the other in a temporary file that nobody else sees. Each is the rows of a batch in an order,
 * and the keys that order them. What is written is read once, soon, by the same process, so it is neither compressed
 * nor encoded: numbers stand in the few bytes that they need, texts once for every piece of some rows.
 *
 *	sort_file_open(&file, directory, err)
 *	sort_run_write(&file, batch, row, key, keys, piece, &run)
 *	key = sort_run_key(run)  sort_run_next(run)	looks at the keys, one after the other
 *	sort_run_take(run, n, gather)			the rows of the keys that were looked at
 */

#include <stdint.h>

#include "base/status.h"
#include "record/batch.h"
#include "store/gather.h"

/* Rows that are read at a time, a piece, at most; and the bytes that a run keeps in memory for each of them, about. */
#define SORT_RUN_ROWS 8192
#define SORT_RUN_ROW_BYTES 300

struct sort_file {
	int fd;			/* -1: not open */
	uint64_t bytes;		/* that are written */
};

/* Has no name any more when this returns. FLOW_EIO, FLOW_ENOMEM. */
enum flow_status sort_file_open(struct sort_file *file, const char *directory, struct flow_error *err) NODISCARD;

/* Only when its runs are read no more; any number of times. */
void sort_file_close(struct sort_file *file);

struct sort_run;

/*
 * Appends all rows of a batch in DICT form to the file, row[i] being the i-th, with its `keys` keys from
 * key[i * keys] on, in pieces of that many rows (at most SORT_RUN_ROWS), and goes back to the run's first row.
 * FLOW_EIO, FLOW_ENOMEM.
 */
enum flow_status sort_run_write(struct sort_file *file, const struct flow_batch *batch, const uint32_t *row,
    const uint64_t *key, unsigned keys, size_t piece, struct sort_run **run, struct flow_error *err) NODISCARD;
void sort_run_free(struct sort_run *run);

/* Whether there is a next row. */
bool sort_run_has(const struct sort_run *run);

/* The keys of the next row, which must exist. */
const uint64_t *sort_run_key(const struct sort_run *run);

/* Moves to the keys of the row after it. */
enum flow_status sort_run_next(struct sort_run *run, struct flow_error *err) NODISCARD;

/* Gathers the next n rows, whose keys were passed by sort_run_next. */
enum flow_status sort_run_take(struct sort_run *run, size_t n, struct gather *rows, struct flow_error *err)
    NODISCARD;
