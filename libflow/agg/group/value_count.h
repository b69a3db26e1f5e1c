/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Computes distinct counts and percentiles from the values that all workers logged (agg/group/value_log.h). */

#include "agg/group/key_remap.h"
#include "agg/group/value_log.h"

/* One worker's records, and the mappings of its ids; NULL: ids are unchanged. */
struct value_source {
	const struct part_log *log;
	struct translation key;		/* for a hashed grouping's keys */
	const uint32_t *number;		/* for a dense grouping's numbers */
	const uint32_t *value;
};

/*
 * Fills the column's slots in the merged groups of a part.  (Records of dense groups are in parts by hash,
 * too.)  Threads may call it concurrently for different parts.
 */
enum flow_status value_count(struct groups *into, unsigned part, const struct value_column *column,
    const struct value_source *source, size_t sources, struct flow_error *err) NODISCARD;
