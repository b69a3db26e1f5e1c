/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * An order of rows for a row group: rows that are alike stand together, which makes a file smaller,
 * and a look-up of what they are alike in reads fewer pages.
 */

#include "base/status.h"
#include "record/batch.h"

/* Columns that may be named. */
#define FLOW_CLUSTER_MAX 8

/* By which columns, the first one first; count 0: rows stay as they come. */
struct flow_cluster {
	enum flow_field field[FLOW_CLUSTER_MAX];
	unsigned count;
};

/* What flowcat --compact takes where it is not told: measured, see doc/architecture.md. */
#define FLOW_CLUSTER_DEFAULT { { FLOW_FIELD_DST_ADDR, FLOW_FIELD_SRC_ADDR, FLOW_FIELD_FIRST }, 3 }

/* Reads "dst_addr,src_addr", or "none"; FLOW_EINVAL with a message. */
enum flow_status flow_cluster_parse(const char *text, struct flow_cluster *cluster,
    struct flow_error *err) NODISCARD;

/*
 * Writes the numbers of the rows of a batch in DICT form into row[] in that order: numbers ascend, texts
 * too (by bytes), null comes first, and rows that are equal in all stay in their order.  FLOW_ENOMEM.
 */
enum flow_status cluster_order(const struct flow_batch *batch, const struct flow_cluster *cluster,
    uint32_t *row) NODISCARD;
