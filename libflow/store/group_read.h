/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Reads one row group as batches.  Early columns are decoded for every batch, a late one only on demand, so that
 * pages without a selected row are not even read.
 */

#include <stdbool.h>

#include "base/status.h"
#include "record/batch.h"
#include "record/filter_bounds.h"
#include "record/select.h"
#include "store/scan_plan.h"
#include "store/opened_file.h"

struct group_reader;

/* NULL when out of memory.  A field in both sets is early, except in parts that list it as absent. */
struct group_reader *group_reader_new(const struct flow_fieldset *early,
    const struct flow_fieldset *late);
void group_reader_free(struct group_reader *r);

/*
 * Tells the reader the filter's bounds, which stay as long as the reader.  If the filter only compares an early
 * column of addresses with one host, group_reader_next may return other addresses as null.
 */
void group_reader_seek(struct group_reader *r, const struct flow_bounds *bounds);

/*
 * Begins a row group, or only a part of it (part not NULL); source and part stay until the next begin or
 * group_reader_forget.
 */
void group_reader_begin(struct group_reader *r, const struct source *source, size_t group,
    const struct plan_part *part);

/*
 * The same for rows [from, end) of a part, which is not NULL; `from` begins a batch.  If the reader's last rows were
 * earlier ones of the same part, its columns stay open, with their dictionaries, which may be most of the work: so a
 * worker reads a shared row group's dictionaries once.
 */
void group_reader_begin_rows(struct group_reader *r, const struct source *source, size_t group,
    const struct plan_part *part, uint64_t from, uint64_t end);
void group_reader_end(struct group_reader *r);

/* Ends, and forgets the source: call it before the source is closed, and after an error. */
void group_reader_forget(struct group_reader *r);
bool group_reader_is_open(const struct group_reader *r);

/* The next batch, or FLOW_END; messages begin with the column. */
enum flow_status group_reader_next(struct group_reader *r, const struct flow_batch **batch,
    struct flow_error *err) NODISCARD;

/* Number, within the row group, of the first row of the last batch. */
uint64_t group_reader_at(const struct group_reader *r);

/* Adds the late columns for the selected rows (NULL: all); in other rows they are unspecified or absent. */
enum flow_status group_reader_late(struct group_reader *r, const struct flow_selection *sel,
    struct flow_error *err) NODISCARD;
