/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * One column of a row group as column vectors of a batch: whole; whole, but of texts only one; or
 * only some rows of it.
 */

#include "base/status.h"
#include "record/batch.h"
#include "record/select.h"
#include "store/opened_file.h"

struct column_reader;

/* Which rows are wanted: those of a batch that follows the ones before, or is the same one. */
struct column_rows {
	const struct source *source;
	size_t group;
	uint64_t at;		/* of the batch, in the row group */
	size_t count;
	bool by_page;		/* not all of the row group's are wanted */
};

/* NULL when out of memory.  It takes one row group after the other, and keeps its memory. */
struct column_reader *column_reader_new(enum flow_field field);
void column_reader_free(struct column_reader *c);

/* The next rows are another row group's. */
void column_reader_begin(struct column_reader *c);

/* A column of numbers that the file lacks: what the profile says it has then. */
void column_reader_default(struct column_reader *c, size_t rows, struct flow_column *out);

/*
 * The batch's column, valid until the next call.  After column_reader_sought for the same batch it
 * has its values, and the batch is decoded once.
 */
enum flow_status column_reader_all(struct column_reader *c, const struct column_rows *rows,
    struct flow_column *out, struct flow_error *err) NODISCARD;

/*
 * The same with null in place of all texts but one, which stays; where that text cannot be found
 * quickly it is the same.  For the first call in a row group, and then for all batches.
 */
enum flow_status column_reader_sought(struct column_reader *c, const struct column_rows *rows,
    const struct flow_dict *sought, struct flow_column *out, struct flow_error *err) NODISCARD;

/* At most as many rows are few. */
#define COLUMN_FEW_ROWS 256

/*
 * The same with only the selected rows, few of them; what others have is unspecified, but can be
 * read.
 */
enum flow_status column_reader_few(struct column_reader *c, const struct column_rows *rows,
    const struct flow_selection *sel, struct flow_column *out, struct flow_error *err) NODISCARD;
