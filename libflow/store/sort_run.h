/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A sorted run in a temporary file that nobody else sees: the rows of a batch in an order, and the keys that order
 * them. What is written is read once, soon, by the same process, so it is neither compressed nor encoded: numbers
 * stand in the few bytes that they need, texts once for every SORT_RUN_ROWS rows.
 *
 *	sort_run_write(directory, batch, row, key, &run)
 *	key = sort_run_key(run)  sort_run_next(run)	looks at the keys, one after the other
 *	sort_run_take(run, n, gather)			the rows of the keys that were looked at
 */

#include <stdint.h>

#include "base/status.h"
#include "record/batch.h"
#include "store/gather.h"

/* Rows that are read at a time: what a run keeps in memory. */
#define SORT_RUN_ROWS 8192

struct sort_run;

/*
 * Writes all rows of a batch in DICT form, row[i] being the i-th, with its `keys` keys from key[i * keys] on, and goes back to the first. FLOW_EIO
 * (the directory is named), FLOW_ENOMEM.
 */
enum flow_status sort_run_write(const char *directory, const struct flow_batch *batch, const uint32_t *row,
    const uint64_t *key, unsigned keys, struct sort_run **run, struct flow_error *err) NODISCARD;
void sort_run_free(struct sort_run *run);

/* Whether there is another key. */
bool sort_run_has(const struct sort_run *run);

/* The keys of the next row; only where there is one. */
const uint64_t *sort_run_key(const struct sort_run *run);

/* Looks at the key behind. */
enum flow_status sort_run_next(struct sort_run *run, struct flow_error *err) NODISCARD;

/* Appends the next n rows to what is gathered: of those whose keys were looked at. */
enum flow_status sort_run_take(struct sort_run *run, size_t n, struct gather *rows, struct flow_error *err)
    NODISCARD;
