/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The rows of a query one batch after the other: as they stand, or sorted (-O); at most -c of them. */

#include "flowcat/options.h"

struct rows;

/* Sorting happens here.  CLI_OK, or CLI_FAILURE after a message. */
int rows_open(const struct flowcat_options *options, struct query *query, struct rows **rows);
void rows_free(struct rows *rows);

/*
 * Sorted rows that are all in memory and all wanted, as they came; their order is in *row. NULL where they are to
 * be had by rows_next alone. Both are valid as long as the rows.
 */
const struct flow_batch *rows_whole(struct rows *rows, const uint32_t **row);

/* Whether sorted rows wait in temporary files. */
bool rows_in_files(const struct rows *rows);

/*
 * Of such rows the next ones, at most so many, instead of what was gathered, and in order[0 .. most) the numbers of them
 * in their order; false at the end, or after a failure (rows_failed), which was told.
 */
bool rows_merge(struct rows *rows, size_t most, struct gather *to, uint32_t *order);

/* False at the end, or after a failure (rows_failed), which was told. */
bool rows_next(struct rows *rows, const struct flow_batch **batch,
    const struct flow_selection **selection);
bool rows_failed(const struct rows *rows);
