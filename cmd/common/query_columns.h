/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Columns of a query (record/query_field.def) in the batches of one worker.  Nothing is done, and no batch is
 * copied, where none of them is wanted.
 */

#include "flow.h"

struct query;
struct query_columns;

/*
 * Takes the columns of queries out of both sets, and adds to the early ones those of files from which they are
 * made: late ones have values only in rows that passed.
 */
void query_columns_stored(const struct query *query, struct flow_fieldset *early, struct flow_fieldset *late);

/* *columns is NULL where neither `wanted` nor the filter has any of them.  FLOW_ENOMEM. */
enum flow_status query_columns_new(const struct query *query, const struct flow_fieldset *wanted,
    struct query_columns **columns) NODISCARD;
void query_columns_free(struct query_columns *c);

/* The next batches come from a file of this ident (NULL: none), which outlives them; c may be NULL.  FLOW_ENOMEM. */
enum flow_status query_columns_begin(struct query_columns *c, const char *ident, const struct flow_names *names)
    NODISCARD;

/*
 * Before the filter: makes *batch one with the columns that the filter tests, made of early columns.  It borrows
 * from *batch and from c until the next call; c may be NULL.  FLOW_ENOMEM.
 */
enum flow_status query_columns_early(struct query_columns *c, const struct flow_batch **batch) NODISCARD;

/* The same for rows that passed, with all columns. */
enum flow_status query_columns_late(struct query_columns *c, const struct flow_batch **batch) NODISCARD;
