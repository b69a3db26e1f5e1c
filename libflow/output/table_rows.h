/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Groups as flows: rows of a table of results as a batch, so that what prints flows prints them, too.  A key or a measure
 * that is called as a column of flows is that column; in_packets and in_bytes are packets and bytes, time is first, or_x is x;
 * a network is its address, with its length in the mask.  Duration, rates, ratios and shares are made of the others.
 */

#include "base/status.h"
#include "record/batch.h"
#include "record/result_table.h"

struct flow_table_rows;

/* NULL when out of memory. */
struct flow_table_rows *flow_table_rows_new(void) NODISCARD;
void flow_table_rows_free(struct flow_table_rows *r);

/* The first column of a table that flows have none for, and that is made of no others; NULL: there is none. */
const char *flow_table_rows_lack(const struct flow_table *t);

/* All rows of a slice (at most FLOW_BATCH_ROWS) as a batch in DICT form, valid until the next call or change of the slice. */
enum flow_status flow_table_rows_batch(struct flow_table_rows *r, const struct flow_table *t,
    const struct flow_batch **batch) NODISCARD;
