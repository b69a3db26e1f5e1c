/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Bytes of keys in time bins, for bills: from groupings whose last part
 * is the bin.
 */

#include "agg/table/result.h"

enum { BINS_IN, BINS_OUT };

struct bin_item {
	const uint64_t *group;
	uint64_t bin;		/* biased */
	uint64_t bytes[2];
};

/* The key without its last part, the bin, for comparisons. */
struct bin_order {
	const struct flow_agg_result *result;
	struct grouping key;
};

struct bin_order bin_order(const struct flow_agg_result *r, const struct grouping *g);

/* Appends all groups of g: bytes[way] is slot 1 and, if `both`, the other direction's slot 2. */
void bins_list(const struct groups *g, int way, bool both, struct bin_item *list, size_t *n);

/* Sorts by key, in any order of keys, then by bin. */
void bins_sort(struct bin_item *list, size_t n, struct bin_order *o);

/* Whether two groups have the same key, whatever their bins. */
bool bins_same_key(const struct bin_order *o, const uint64_t *a, const uint64_t *b);

/*
 * The period of groupings with equal bins (`more` may be NULL).  An open side, and in a series also
 * a side beyond which there are flows, is moved to the first or last bin with a group.
 */
struct bin_range bins_range(const struct flow_agg_result *r, const struct groups *g, const struct groups *more);

/* The time of a bin within the range; its width if it is outside. */
uint64_t bins_length_ms(const struct bin_range *range, uint64_t bin);
