/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The first rows in an order, of any number of them, in two steps: the order's columns alone tell which
 * rows these are, then the other columns of just these are read.
 *
 *	top = flow_top_new(&order, n)		one per thread
 *	flow_top_add(top, batch, sel, at)	... flow_top_join(top, other) ...
 *	place = flow_top_places(top, &count)	where these rows stand: read them
 *	flow_top_put(top, batch, sel, err)	in the order of places
 *	flow_top_next(top, &batch, err)		in the order asked for
 *
 * Rows that compare equal stay as they came.  Memory: 24 bytes for each of n rows and each thread, and
 * the rows themselves once.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "record/batch.h"
#include "record/select.h"
#include "store/sort.h"

/* Where a row stands: its task (store/scan.h) and its number in there. */
#define FLOW_TOP_PLACE(task, row) ((uint64_t)(task) << 32 | (row))

struct flow_top;

/* The first n (> 0) rows in an order of one key; NULL when out of memory. */
struct flow_top *flow_top_new(const struct flow_sort_order *order, size_t n) NODISCARD;
void flow_top_free(struct flow_top *top);

/*
 * Looks at selected rows (NULL: all) of a batch that has the order's columns and whose first row stands
 * at that place.  Batches come in the order of places.
 */
enum flow_status flow_top_add(struct flow_top *top, const struct flow_batch *batch,
    const struct flow_selection *sel, uint64_t at, struct flow_error *err) NODISCARD;

/* Adds what another one found. */
enum flow_status flow_top_join(struct flow_top *top, const struct flow_top *other,
    struct flow_error *err) NODISCARD;

/* The places of the rows that were found, ascending; nothing is added any more. */
const uint64_t *flow_top_places(struct flow_top *top, size_t *count);

/* The rows of these places, one batch after the other. */
enum flow_status flow_top_put(struct flow_top *top, const struct flow_batch *batch,
    const struct flow_selection *sel, struct flow_error *err) NODISCARD;

/*
 * The next rows in order, at most FLOW_BATCH_ROWS, valid until the next call; FLOW_END.  Rows that were not
 * put, as they could not be read, are left out, if they are the last ones that should have been.
 */
enum flow_status flow_top_next(struct flow_top *top, const struct flow_batch **batch,
    struct flow_error *err) NODISCARD;
