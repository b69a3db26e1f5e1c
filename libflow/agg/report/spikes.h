/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Time bins in which a group has far more bytes than usual, i.e. than its
 * average in all other bins of the period.
 */

#include "agg/table/result.h"

struct spike {
	const uint64_t *group;	/* key and bin */
	uint64_t bytes;
	double amount;		/* bytes scaled to a whole bin, if the period cuts this one */
	double usual;		/* average bytes of a whole bin in the other time */
};

/* Makes the rows of a view of spikes; they are freed with the result. */
enum flow_status spikes_fill(struct flow_agg_result *r, size_t view) NODISCARD;

/* The sort key of a spike: the excess as bits of the same order. */
uint64_t spikes_rank(const struct spike *s);

/* Adds columns, and rows [from, from + rows) of the spikes, to an empty table. */
enum flow_status spikes_table(const struct flow_agg_result *r, size_t view, uint64_t from,
    size_t rows, struct flow_table *t) NODISCARD;
