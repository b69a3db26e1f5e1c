/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Row groups of a query that pass whole, to be written as they stand in their files. */

#include "common/query.h"

/* Whether rows that pass are written as they are stored: no pseudonyms, no other names, no filter that keeps state. */
bool query_may_copy(const struct query *query);

size_t query_tasks(const struct query *query);

/* Rows to look at of a task, and whether these are all of its row group. */
uint64_t query_task_rows(const struct query *query, size_t task, bool *whole);

/* Makes a task the worker's, from its beginning, whoever took it; false after a message. */
bool query_go(struct query_worker *worker, size_t task);

/*
 * Copies the row group of the worker's task, from its beginning, where all of its rows pass, and calls
 * look(context, batch) for all of them. NULL where they do not, or where anything is in the way of it (damage,
 * another codec than *codec, NULL being any): then the rows have to be read, which also tells what is wrong.
 */
struct flow_group *query_copy(struct query_worker *worker, const enum flow_codec *codec,
    bool (*look)(void *context, const struct flow_batch *batch), void *context);
