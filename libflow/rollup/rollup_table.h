/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Rollups: tables of the flow profile in which a row stands for all flows of a bin of time that are alike in some columns
 * (agg/agg.h, struct flow_agg_sums). What they are, and how a table of results becomes rows of the profile.
 */

#include <stddef.h>
#include <stdint.h>

#include "agg/agg.h"
#include "record/batch.h"

/* Keys of their own beside the bin, the exporter and the protocol. */
enum rollup_table {
	ROLLUP_INTERFACE,	/* in_if, out_if */
	ROLLUP_AS,		/* src_as, dst_as */
	ROLLUP_SERVICE,		/* the lower port, as dst_port */
	ROLLUP_SRC_NETWORK,	/* src_addr/24,/48 with its src_mask */
	ROLLUP_DST_NETWORK,	/* dst_addr/24,/48 with its dst_mask */
	ROLLUP_TABLES
};

/* How wide bins are, and how many files' rows go into a file: of an hour, or of a day. */
struct rollup_width {
	const char *name;	/* 5m, 1h, 1d */
	int64_t ms;
	int64_t period_ms;
};

#define ROLLUP_WIDTHS 3

/* The i-th, from the narrowest. */
const struct rollup_width *rollup_width_at(unsigned i);

/* NULL where there is none of that name. */
const struct rollup_width *rollup_width_find(const char *name);

/* The folder that a table's files lie in. */
const char *rollup_table_name(enum rollup_table table);

/* The question whose answer is the table; texts are static, or in room. */
#define ROLLUP_KEYS_MAX 64
struct flow_agg_ask rollup_table_ask(enum rollup_table table, const struct rollup_width *width,
    char room[ROLLUP_KEYS_MAX]);

/* What a table's rows are. */
void rollup_table_sums(enum rollup_table table, const struct rollup_width *width, struct flow_agg_sums *sums);

struct rollup_rows;

struct rollup_rows *rollup_rows_new(void) NODISCARD;	/* NULL when out of memory */
void rollup_rows_free(struct rollup_rows *r);

/*
 * A slice of the answer as rows, valid until the next call or as long as the slice. FLOW_ERANGE where a sum is beyond
 * what a column holds; FLOW_ENOMEM.
 */
enum flow_status rollup_rows_make(struct rollup_rows *r, enum rollup_table table, const struct flow_table *slice,
    const struct flow_batch **rows, struct flow_error *err) NODISCARD;
