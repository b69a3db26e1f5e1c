/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Columns of numbers, widened for loops that do not care for their width. */

#include "record/batch.h"

/* Some rows of a batch: row[0 .. n-1], or from .. from+n-1 where row is NULL. */
struct rows {
	const uint16_t *row;
	uint32_t from;
	uint32_t n;
};

/* Rows between the request for a group's memory and its use. */
#define PREFETCH_ROWS 48

static inline uint32_t
rows_at(const struct rows *r, uint32_t i)
{
	return r->row != NULL ? r->row[i] : r->from + i;
}

/* Whether it has its values one by one, none missing. */
static inline bool
column_whole(const struct flow_column *c)
{
	return c->form == FLOW_FORM_FLAT && c->valid == NULL;
}

/* Whether none of the rows has a value, as far as that is quickly seen. */
bool column_absent(const struct flow_column *c, const struct rows *rows);

/* The rows' values plus `add` (modulo 2^64); one without a value gives whatever lies there. */
void column_widen(const struct flow_column *c, enum flow_type type, const struct rows *rows,
    uint64_t add, uint64_t *out);

/*
 * The rows' values: where they lie, if the column has them one by one in 64 bits, else widened to
 * `room`.  Copying such columns took 12 % of a statistic of ports.
 */
const uint64_t *column_words(const struct flow_column *c, enum flow_type type,
    const struct rows *rows, uint64_t *room);

/* The values of the columns of the usual slots. */
struct usual_columns {
	const uint64_t *flows, *packets, *bytes, *first, *last;
};

/* Whether a batch has them all whole, and nothing else counts in these slots (rev_*). */
bool usual_columns_whole(const struct flow_batch *batch, const struct rows *rows);

/* A column's values from a row on; NULL where it was not read. */
static inline const uint64_t *
values_from(const struct flow_batch *batch, enum flow_field field, uint32_t from)
{
	const uint64_t *values = batch->column[field].values;

	return values != NULL ? values + from : NULL;
}

/* These of a batch that has them all whole, from a row on. */
static inline struct usual_columns
usual_columns_from(const struct flow_batch *batch, uint32_t from)
{
	return (struct usual_columns){
		.flows = values_from(batch, FLOW_FIELD_FLOWS, from),
		.packets = values_from(batch, FLOW_FIELD_PACKETS, from),
		.bytes = values_from(batch, FLOW_FIELD_BYTES, from),
		.first = values_from(batch, FLOW_FIELD_FIRST, from),
		.last = values_from(batch, FLOW_FIELD_LAST, from),
	};
}
