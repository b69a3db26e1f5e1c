/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Tables derived from others. */

#include "nightly-report/findings.h"

/* A row for the span, and for each earlier one that it is compared with.  NULL when out of memory. */
struct flow_table *compare_table(const struct report *report) NODISCARD;

/* A row for each exporter in footers: received and lost.  NULL when out of memory. */
struct flow_table *exporters_table(const struct report *report) NODISCARD;

/*
 * The traffic that own networks sent, received, kept inside and forwarded; the cube has directions.  NULL
 * when out of memory.
 */
struct flow_table *direction_table(const struct report *report) NODISCARD;

/* The rows of one exporter, at most `most` of them, as a table of its own. NULL when out of memory. */
struct flow_table *table_of_exporter(const struct flow_table *t, const char *exporter, size_t most) NODISCARD;

/* The first rows of a table. NULL when out of memory. */
struct flow_table *table_first(const struct flow_table *t, size_t most) NODISCARD;

/* The same, with bytes over the span as a rate behind them. NULL when out of memory. */
struct flow_table *table_with_average(const struct flow_table *t, const struct report_span *span,
    size_t most) NODISCARD;
