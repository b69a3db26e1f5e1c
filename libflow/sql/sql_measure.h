/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Aggregates, and measures made from them. */

#include "agg/ask/measure.h"
#include "sql/sql.h"

/* Appends a slot as an aggregate; percentiles are by nearest rank. */
enum flow_status sql_slot(struct buf *out, enum flow_sql_dialect d, const struct slot *slot,
    struct flow_error *err) NODISCARD;

/*
 * Appends a measure over columns s0, s1, ... with the slots and t0, t1, ... with their totals.  Durations are
 * in seconds, as in tables.
 */
enum flow_status sql_measure(struct buf *out, enum flow_sql_dialect d, const struct slots *slots,
    const struct measure *m, struct flow_error *err) NODISCARD;
