/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What an interface, AS or the like is billed for: the percentile of its rates
 * in equal bins of time, in and out apart, the higher of the two.
 */

#include "agg/table/result.h"

struct bill {
	const uint64_t *group;		/* its key */
	uint64_t bytes[2];		/* in, out */
	double most_bps[2];		/* rate of the fullest bin */
	double percentile_bps[2];	/* rate of the bin that counts */
};

/* Makes the rows of a billing view; they are freed with the result. */
enum flow_status billing_fill(struct flow_agg_result *r, size_t view) NODISCARD;

/* Orders bills: what is billed, whose bits sort as it does. */
uint64_t billing_rank(const struct bill *b);

/* Rows [from, from + rows) of them into a table without columns. */
enum flow_status billing_table(const struct flow_agg_result *r, size_t view, uint64_t from,
    size_t rows, struct flow_table *t) NODISCARD;
