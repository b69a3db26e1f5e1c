/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The rows of a query, batch by batch: in the order of the archive, or sorted (-O); at most -c of them. */

#include "flowcat/options.h"

struct rows;

/* Reads and sorts.  CLI_OK, or CLI_FAILURE after a message. */
int rows_open(const struct flowcat_options *options, struct query *query, struct rows **rows);
void rows_free(struct rows *rows);

/*
 * Sorted rows, if all are in memory and wanted: a batch in the order of reading, with the sorted order in
 * *row.  NULL where only rows_next has them.  Both are valid as long as the rows.
 */
const struct flow_batch *rows_whole(struct rows *rows, const uint32_t **row);

/* Whether sorted rows wait in temporary files. */
bool rows_in_files(const struct rows *rows);

/*
 * How many of such rows keep the memory given where it has so many copies of them at once; at most `most`. 0 after a
 * failure, which was told.
 */
size_t rows_merge_most(struct rows *rows, size_t copies, size_t most);

/*
 * Gathers at most the next `most` of such rows, replacing earlier ones; order[0 .. most) gets their sorted
 * order.  False at the end, or after a failure (rows_failed), which was reported.
 */
bool rows_merge(struct rows *rows, size_t most, struct gather *to, uint32_t *order);

/* False at the end, or after a failure (rows_failed), which was reported. */
bool rows_next(struct rows *rows, const struct flow_batch **batch,
    const struct flow_selection **selection);
bool rows_failed(const struct rows *rows);
