/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Groups as flows: turns rows of a table of results into a batch, which printers of flows can print.  A key
 * or a measure with the name of a flow column is that column; in_packets and in_bytes are packets and bytes,
 * time is first, or_x is x; a network is its address, with its length in the mask.  Duration, rates, ratios
 * and shares are derived from the others.
 */

#include "base/status.h"
#include "record/batch.h"
#include "record/result_table.h"

struct flow_table_rows;

/* NULL when out of memory. */
struct flow_table_rows *flow_table_rows_new(void) NODISCARD;
void flow_table_rows_free(struct flow_table_rows *r);

/* The first column of a table that has no flow column and is not derived; NULL: there is none. */
const char *flow_table_rows_lack(const struct flow_table *t);

/*
 * All rows of a slice (at most FLOW_BATCH_ROWS) as a batch in DICT form.  Valid until the next call, or until
 * the slice changes.
 */
enum flow_status flow_table_rows_batch(struct flow_table_rows *r, const struct flow_table *t,
    const struct flow_batch **batch) NODISCARD;
