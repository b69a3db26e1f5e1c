/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Answers queries in as many passes over the rows as they need, in the given memory.
 *
 *	one pass			if all groups fit
 *	+ one before it			to make sieves (flow_agg_sieves)
 *	+ one more			if they do not fit: it writes rows to a temporary file, from which they are
 *					read share by share (flow_agg_parts)
 *	+ one more			then, for series of the groups chosen
 */

#include <stdbool.h>

#include "common/query.h"

struct answer {
	struct flow_agg_result *result;		/* of all; NULL: there are shares */
	struct flow_agg_shares *shares;		/* NULL: there are none */
	struct flow_agg_result *series;		/* of the phase FLOW_AGG_SHOW; NULL: there was none */
	const struct flow_agg_spec *spec;
};

/*
 * Answers a spec's questions by the rows of a query; memory: in bytes, 0: half of the machine's.  CLI_OK, or
 * CLI_FAILURE after a message.
 */
int answer_make(struct flow_agg_spec *spec, struct query *query, uint64_t memory, struct answer *answer);
void answer_clear(struct answer *answer);

/* The number of rows of a table, and some of them, as from flow_agg_table; ask for the slices of a table in order. */
uint64_t answer_rows(const struct answer *answer, size_t table);
enum flow_status answer_table(struct answer *answer, size_t table, uint64_t from, size_t rows,
    struct flow_table **t, struct flow_error *err) NODISCARD;
