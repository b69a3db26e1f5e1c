/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Writes a table of results (record/result_table.h) as a Parquet file with columns of its own: names as in CSV; counts,
 * numbers, protocols and flags INT64, instants TIMESTAMP(ms, UTC), durations in seconds, rates, ratios and percentages
 * DOUBLE, addresses, networks ("192.0.2.0/24"), MAC addresses and texts STRING.  All are optional, and a cell without a
 * value is null.  A count is capped at INT64_MAX.
 *
 *	flow_table_writer_open(path, -1, &options, &w, err)
 *	flow_table_writer_rows(w, slice, err)		at least once, for the columns, even without rows
 *	flow_table_writer_close(w, err)
 */

#include "base/status.h"
#include "record/result_table.h"
#include "store/writer.h"

struct flow_table_writer;

/* Opens a file, which appears, whole, when it is closed; path NULL: writes to `fd`, which stays the caller's. */
enum flow_status flow_table_writer_open(const char *path, int fd, const struct flow_writer_options *options,
    struct flow_table_writer **writer, struct flow_error *err) NODISCARD;

/* Adds the rows of a slice; all have the same columns. */
enum flow_status flow_table_writer_rows(struct flow_table_writer *w, const struct flow_table *t,
    struct flow_error *err) NODISCARD;

/* Ends the file and frees the writer, also on failure, when no file is left. */
enum flow_status flow_table_writer_close(struct flow_table_writer *w, struct flow_error *err) NODISCARD;

/* Drops the file and frees the writer; NULL is fine. */
void flow_table_writer_abort(struct flow_table_writer *w);
