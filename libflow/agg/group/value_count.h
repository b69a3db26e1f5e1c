/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Distinct counts and percentiles from the values that all workers put away (agg/group/value_log.h). */

#include "agg/group/key_remap.h"
#include "agg/group/value_log.h"

/* One worker's records, and where its ids lead; NULL: they stay. */
struct value_source {
	const struct part_log *log;
	struct translation key;		/* of a hashed grouping's keys */
	const uint32_t *number;		/* of a dense grouping */
	const uint32_t *value;
};

/*
 * Fills the column's slots in the groups of a part, which are merged.  (Dense groups have parts by their
 * hash here.)  Threads may do so at a time, each with its part.
 */
enum flow_status value_count(struct groups *into, unsigned part, const struct value_column *column,
    const struct value_source *source, size_t sources, struct flow_error *err) NODISCARD;
