/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Bytes of keys in bins of time, as bills list them: groupings whose
 * last part is the bin.
 */

#include "agg/table/result.h"

enum { BINS_IN, BINS_OUT };

struct bin_item {
	const uint64_t *group;
	uint64_t bin;		/* biased */
	uint64_t bytes[2];
};

/* The key without its last part, the bin; for comparisons. */
struct bin_order {
	const struct flow_agg_result *result;
	struct grouping key;
};

struct bin_order bin_order(const struct flow_agg_result *r, const struct grouping *g);

/* Appends all groups of g with the bytes of slot 1, going `way`, and of slot 2, the other way. */
void bins_list(const struct groups *g, int way, bool both, struct bin_item *list, size_t *n);

/* One key's bins one behind the other, ascending; keys in any order. */
void bins_sort(struct bin_item *list, size_t n, struct bin_order *o);

/* Whether two groups are of one key, whatever their bins. */
bool bins_same_key(const struct bin_order *o, const uint64_t *a, const uint64_t *b);

/*
 * The period of groupings of equal bins (`more` may be NULL); where it is open, and in a series
 * where a flow lies before or after it, from the first or to
 * the last bin that has a group.
 */
struct bin_range bins_range(const struct flow_agg_result *r, const struct groups *g, const struct groups *more);

/* How long a bin is within the range, > 0 where it touches it. */
uint64_t bins_length_ms(const struct bin_range *range, uint64_t bin);
