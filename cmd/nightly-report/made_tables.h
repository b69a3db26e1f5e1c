/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Tables that a report makes of others. */

#include "nightly-report/findings.h"

/* A row for the span and for each time before that it is compared with. NULL when out of memory. */
struct flow_table *compare_table(const struct report *report) NODISCARD;

/* A row for each exporter that footers name: what came, and was lost. NULL when out of memory. */
struct flow_table *exporters_table(const struct report *report) NODISCARD;

/* What own networks sent, got, kept inside and let through; the cube has directions. NULL when out of memory. */
struct flow_table *direction_table(const struct report *report) NODISCARD;

/* The rows of one exporter, at most `most` of them, as a table of its own. NULL when out of memory. */
struct flow_table *table_of_exporter(const struct flow_table *t, const char *exporter, size_t most) NODISCARD;

/* The first rows of a table. NULL when out of memory. */
struct flow_table *table_first(const struct flow_table *t, size_t most) NODISCARD;

/* The same, with bytes over the span as a rate behind them. NULL when out of memory. */
struct flow_table *table_with_average(const struct flow_table *t, const struct report_span *span, size_t most) NODISCARD;
