/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Fills a batch of any number of rows, column by column: decoders and the
 * traffic generator write into it.  Memory grows with what is written; a column
 * that is never written costs nothing.
 *
 *	flow_builder_reserve(b, n)            room for n more rows
 *	p = flow_builder_flat(b, FIELD, n)    the n new values of a column, now valid
 *	... write p[0] .. p[n-1] ...
 *	flow_builder_commit(b, n)             the n rows exist; unwritten columns are null
 *
 * Writing a column twice before commit overwrites (the last wins).
 */

#include "base/status.h"
#include "record/batch.h"

struct flow_builder;

struct flow_builder *flow_builder_new(void);
void flow_builder_free(struct flow_builder *b);

/* Forgets the rows, keeps the memory. */
void flow_builder_clear(struct flow_builder *b);

/* Rows committed so far. */
size_t flow_builder_rows(const struct flow_builder *b);

/* Memory held, for limits. */
size_t flow_builder_bytes(const struct flow_builder *b);

/* Reserves n new rows; FLOW_ENOMEM leaves the committed rows as they are. */
enum flow_status flow_builder_reserve(struct flow_builder *b, size_t n) NODISCARD;

/*
 * The array for the n reserved rows of a column (type: see record/field.h),
 * marked valid, and zero where never written; NULL when out of memory or for
 * TEXT. Valid until the next call that takes b.
 */
void *flow_builder_flat(struct flow_builder *b, enum flow_field field, size_t n) NODISCARD;

/* Whether that column was already written for the reserved rows. */
bool flow_builder_written(const struct flow_builder *b, enum flow_field field);

/*
 * The reserved rows of a column that was written, for reading: nulls are still null, and
 * zero.  NULL where it was not written.  Valid until the next call that takes b.
 */
const void *flow_builder_peek(const struct flow_builder *b, enum flow_field field);

/* The same, to change values that are not null. */
void *flow_builder_edit(struct flow_builder *b, enum flow_field field);

/* Makes reserved row i (0 .. n-1) of a column null again. */
enum flow_status flow_builder_null(struct flow_builder *b, enum flow_field field, size_t i) NODISCARD;

/* Sets reserved row i of a TEXT column; copies the bytes, equal texts once. */
enum flow_status flow_builder_text(struct flow_builder *b, enum flow_field field, size_t i,
    const char *text, size_t len) NODISCARD;

/* Commits the first n of the reserved rows. */
void flow_builder_commit(struct flow_builder *b, size_t n);

/* Appends the committed rows of one builder to another, which is empty.  FLOW_ENOMEM: some of them. */
enum flow_status flow_builder_copy(struct flow_builder *to, const struct flow_builder *from) NODISCARD;

/*
 * The committed rows as a batch: ADDR and MAC FLAT, TEXT DICT.  It is valid
 * until the next call that takes b.  NULL when out of memory.
 */
const struct flow_batch *flow_builder_batch(struct flow_builder *b) NODISCARD;
