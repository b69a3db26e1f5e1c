/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Rollups: files of the flow profile in which a row is the sum of all flows of a time bin that have the same keys
 * (agg/agg.h, struct flow_agg_sums). Here are their definitions, and the way from a result table to rows.
 */

#include <stddef.h>
#include <stdint.h>

#include "agg/agg.h"
#include "record/batch.h"

/* Each with the keys that it has besides the bin, the exporter and the protocol. */
enum rollup_table {
	ROLLUP_INTERFACE,	/* in_if, out_if */
	ROLLUP_AS,		/* src_as, dst_as */
	ROLLUP_SERVICE,		/* the lower port, as dst_port */
	ROLLUP_SRC_NETWORK,	/* src_addr/24,/48 with its src_mask */
	ROLLUP_DST_NETWORK,	/* dst_addr/24,/48 with its dst_mask */
	ROLLUP_TABLES
};

/* The width of bins, and the period that one file covers: an hour or a day. */
struct rollup_width {
	const char *name;	/* 5m, 1h, 1d */
	int64_t ms;
	int64_t period_ms;
};

#define ROLLUP_WIDTHS 3

/* The i-th width, narrowest first. */
const struct rollup_width *rollup_width_at(unsigned i);

/* The width of that name; NULL: there is none. */
const struct rollup_width *rollup_width_find(const char *name);

/* The name of the directory of a table's files. */
const char *rollup_table_name(enum rollup_table table);

/* The query whose result is the table; its texts are static or in `room`. */
#define ROLLUP_KEYS_MAX 64
struct flow_agg_ask rollup_table_ask(enum rollup_table table, const struct rollup_width *width,
    char room[ROLLUP_KEYS_MAX]);

/* Describes a table's rows as sums. */
void rollup_table_sums(enum rollup_table table, const struct rollup_width *width, struct flow_agg_sums *sums);

struct rollup_rows;

struct rollup_rows *rollup_rows_new(void) NODISCARD;	/* NULL when out of memory */
void rollup_rows_free(struct rollup_rows *r);

/*
 * Turns a slice of the result into rows, valid until the next call and while the slice is. FLOW_ERANGE: a sum exceeds
 * its column's type; FLOW_ENOMEM.
 */
enum flow_status rollup_rows_make(struct rollup_rows *r, enum rollup_table table, const struct flow_table *slice,
    const struct flow_batch **rows, struct flow_error *err) NODISCARD;
