/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * An order of rows within a row group that puts similar rows together: the file becomes smaller, and a look-up by
 * one of the columns reads fewer pages.
 */

#include "base/status.h"
#include "record/batch.h"

/* The most columns of an order. */
#define FLOW_CLUSTER_MAX 8

/* The columns, most significant first; count 0: rows stay as they come. */
struct flow_cluster {
	enum flow_field field[FLOW_CLUSTER_MAX];
	unsigned count;
};

/* The default of flowcat --compact; measured, see doc/architecture.md. */
#define FLOW_CLUSTER_DEFAULT { { FLOW_FIELD_DST_ADDR, FLOW_FIELD_SRC_ADDR, FLOW_FIELD_FIRST }, 3 }

/* Reads "dst_addr,src_addr", or "none"; FLOW_EINVAL with a message. */
enum flow_status flow_cluster_parse(const char *text, struct flow_cluster *cluster,
    struct flow_error *err) NODISCARD;

/*
 * Writes the row numbers of a batch in DICT form into row[] in that order: numbers and texts (by bytes) ascend,
 * null comes first, and the sort is stable.  FLOW_ENOMEM.
 */
enum flow_status cluster_order(const struct flow_batch *batch, const struct flow_cluster *cluster,
    uint32_t *row) NODISCARD;
