/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Reads one column of a row group into a batch: all of it; all, but only one of its texts; or only some rows. */

#include "base/status.h"
#include "record/batch.h"
#include "record/select.h"
#include "store/opened_file.h"

struct column_reader;

/* Which rows are wanted: those of the next batch (or a later one), or of the same one again. */
struct column_rows {
	const struct source *source;
	size_t group;
	uint64_t at;		/* of the batch, in the row group */
	size_t count;
	bool by_page;		/* only part of the row group is wanted */
};

/* NULL when out of memory.  It takes one row group after the other, and keeps its memory. */
struct column_reader *column_reader_new(enum flow_field field);
void column_reader_free(struct column_reader *c);

/* Moves to another row group. */
void column_reader_begin(struct column_reader *c);

/* A column of numbers that the file lacks: the profile's default in all rows. */
void column_reader_default(struct column_reader *c, size_t rows, struct flow_column *out);

/* The same with a value, which is not null, in all rows; *out refers to it. */
void column_reader_constant(struct column_reader *c, size_t rows, const struct hive_partition_value *value,
    struct flow_column *out);

/*
 * The batch's column, valid until the next call.  After column_reader_sought for the same batch it replaces the
 * nulls by the values, without decoding again.
 */
enum flow_status column_reader_all(struct column_reader *c, const struct column_rows *rows,
    struct flow_column *out, struct flow_error *err) NODISCARD;

/*
 * The same with null in place of all texts but one.  If that text cannot be found quickly, the whole column is
 * returned.  To be used from the first batch of a row group on, and then for all its batches.
 */
enum flow_status column_reader_sought(struct column_reader *c, const struct column_rows *rows,
    const struct flow_dict *sought, struct flow_column *out, struct flow_error *err) NODISCARD;

/* The most rows that column_reader_few takes. */
#define COLUMN_FEW_ROWS 256

/*
 * The same for the selected rows only, at most COLUMN_FEW_ROWS; the values of other rows are unspecified, but
 * readable.
 */
enum flow_status column_reader_few(struct column_reader *c, const struct column_rows *rows,
    const struct flow_selection *sel, struct flow_column *out, struct flow_error *err) NODISCARD;
