/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The first n rows in an order, of any number of rows, in two steps: the order's columns alone select the rows, then
 * the other columns are read of just these.
 *
 *	top = flow_top_new(&order, n)		one per thread
 *	flow_top_add(top, batch, sel, at)	... flow_top_join(top, other) ...
 *	place = flow_top_places(top, &count)	the places of these rows, to read them
 *	flow_top_put(top, batch, sel, err)	in the order of places
 *	flow_top_next(top, &batch, err)		in the order asked for
 *
 * Rows that compare equal keep their original order.  Memory: 24 bytes for each of n rows in each thread, and the
 * rows themselves once.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "record/batch.h"
#include "record/select.h"
#include "store/sort.h"

/* A row's place: its task (store/scan.h) and its number within the task. */
#define FLOW_TOP_PLACE(task, row) ((uint64_t)(task) << 32 | (row))

struct flow_top;

/* The first n (> 0) rows in an order of one key; NULL when out of memory. */
struct flow_top *flow_top_new(const struct flow_sort_order *order, size_t n) NODISCARD;
void flow_top_free(struct flow_top *top);

/*
 * Considers selected rows (NULL: all) of a batch that has the order's columns; `at` is the place of its first
 * row.  Batches come in the order of places.
 */
enum flow_status flow_top_add(struct flow_top *top, const struct flow_batch *batch,
    const struct flow_selection *sel, uint64_t at, struct flow_error *err) NODISCARD;

/* Adds the rows that another thread found. */
enum flow_status flow_top_join(struct flow_top *top, const struct flow_top *other,
    struct flow_error *err) NODISCARD;

/* The places of the rows found, ascending; no rows may be added after this. */
const uint64_t *flow_top_places(struct flow_top *top, size_t *count);

/* Takes the rows of these places, batch by batch, in that order. */
enum flow_status flow_top_put(struct flow_top *top, const struct flow_batch *batch,
    const struct flow_selection *sel, struct flow_error *err) NODISCARD;

/*
 * The next rows in order, at most FLOW_BATCH_ROWS, valid until the next call; FLOW_END.  If rows could not be
 * read, and so were not put, they are left out, provided that they are the last ones.
 */
enum flow_status flow_top_next(struct flow_top *top, const struct flow_batch **batch,
    struct flow_error *err) NODISCARD;
