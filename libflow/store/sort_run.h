/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A sorted run in an unlinked temporary file: the rows of a batch in an order, and their keys.  It is read once, soon,
 * by the same process, so it is neither compressed nor encoded: numbers take the few bytes that they need, and texts
 * are stored once for every SORT_RUN_ROWS rows.
 *
 *	sort_run_write(directory, batch, row, key, &run)
 *	key = sort_run_key(run)		sort_run_next(run) moves to the next key
 *	sort_run_take(run, n, gather)	the rows of the keys that were passed
 */

#include <stdint.h>

#include "base/status.h"
#include "record/batch.h"
#include "store/gather.h"

/* Rows that are read at a time: a run keeps this many in memory. */
#define SORT_RUN_ROWS 8192

struct sort_run;

/*
 * Writes all rows of a batch in DICT form: row[i] is the i-th, and has `keys` keys from key[i * keys] on. Then
 * goes back to the first row.  FLOW_EIO (names the directory), FLOW_ENOMEM.
 */
enum flow_status sort_run_write(const char *directory, const struct flow_batch *batch, const uint32_t *row,
    const uint64_t *key, unsigned keys, struct sort_run **run, struct flow_error *err) NODISCARD;
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
