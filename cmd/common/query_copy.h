/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Row groups of a query in which all rows pass, copied unchanged from their files. */

#include "common/query.h"

/* Whether rows are written as stored: no pseudonyms, no map, no other names, no filter with state or of tags. */
bool query_may_copy(const struct query *query);

size_t query_tasks(const struct query *query);

/* Rows of a task to read, and whether they are all of its row group. */
uint64_t query_task_rows(const struct query *query, size_t task, bool *whole);

/* Gives a task to the worker, from its beginning, whoever had it; false after a message. */
bool query_go(struct query_worker *worker, size_t task);

/*
 * Copies the row group of the worker's task, from its beginning, if all its rows pass, and calls
 * look(context, batch) for all of them.  NULL where they do not, or copying is not possible (damage, another
 * codec than *codec, NULL being any): then read the rows, which also reports errors.
 */
struct flow_group *query_copy(struct query_worker *worker, const enum flow_codec *codec,
    bool (*look)(void *context, const struct flow_batch *batch), void *context);
