/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Bills an interface, AS or the like: the percentile of its rates in equal time
 * bins, for in and out separately; the higher of the two is billed.
 */

#include "agg/table/result.h"

struct bill {
	const uint64_t *group;		/* its key */
	uint64_t bytes[2];		/* in, out */
	double most_bps[2];		/* the highest rate of a bin */
	double percentile_bps[2];	/* the rate at the percentile */
};

/* Makes the rows of a billing view; they are freed with the result. */
enum flow_status billing_fill(struct flow_agg_result *r, size_t view) NODISCARD;

/* The sort key of a bill: the bits of the billed rate, which have its order. */
uint64_t billing_rank(const struct bill *b);

/* Adds columns, and rows [from, from + rows) of the bills, to an empty table. */
enum flow_status billing_table(const struct flow_agg_result *r, size_t view, uint64_t from,
    size_t rows, struct flow_table *t) NODISCARD;
