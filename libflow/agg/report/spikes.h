/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Bins of time in which a group has far more bytes than it usually has: than
 * its average over all the other bins of the period.
 */

#include "agg/table/result.h"

struct spike {
	const uint64_t *group;	/* key and bin */
	uint64_t bytes;
	double amount;		/* what they are in a whole bin, if the period cuts this one */
	double usual;		/* bytes that a whole bin has on the average of the other time */
};

/* Makes the rows of a view of spikes; they are freed with the result. */
enum flow_status spikes_fill(struct flow_agg_result *r, size_t view) NODISCARD;

/* Orders spikes: the excess, in bits that sort as it does. */
uint64_t spikes_rank(const struct spike *s);

/* Rows [from, from + rows) of them into a table without columns. */
enum flow_status spikes_table(const struct flow_agg_result *r, size_t view, uint64_t from,
    size_t rows, struct flow_table *t) NODISCARD;
