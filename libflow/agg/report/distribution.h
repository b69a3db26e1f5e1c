/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * How flows are distributed over classes of packet size, packets, bytes and duration: the classes of flow-stat's
 * report 0 (flow-tools).  A packet size is a flow's bytes / packets, rounded down.  Rows without packets are in
 * no class, but counted.
 *
 *	d = flow_distribution_new()              one per thread
 *	flow_distribution_add(d, batch, sel)
 *	flow_distribution_merge(d, other)
 *	flow_distribution_table(d, i, &t, err)   i below FLOW_DISTRIBUTIONS
 */

#include "base/status.h"
#include "record/batch.h"
#include "record/result_table.h"
#include "record/select.h"

#define FLOW_DISTRIBUTIONS 4

struct flow_distribution;

/* NULL when out of memory. */
struct flow_distribution *flow_distribution_new(void) NODISCARD;
void flow_distribution_free(struct flow_distribution *d);

/* Adds the columns that it counts. */
void flow_distribution_fields(struct flow_fieldset *fields);

/* Counts the selected rows of a batch that has these columns. */
void flow_distribution_add(struct flow_distribution *d, const struct flow_batch *batch,
    const struct flow_selection *sel);

/* Adds the counts of another one. */
void flow_distribution_merge(struct flow_distribution *to, const struct flow_distribution *from);

/*
 * All classes, also empty ones: from, to (none in the last), flows, flows_pct, packets, bytes; in milliseconds,
 * from_ms and to_ms, for durations.  Sums that overflow are UINT64_MAX, and the table's `beyond` is set.
 * FLOW_ENOMEM.
 */
enum flow_status flow_distribution_table(const struct flow_distribution *d, size_t table, struct flow_table **out,
    struct flow_error *err) NODISCARD;
