/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Bytes of keys in bins of time, as bills and spikes list them: groupings whose
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

/* By key, then by bin. */
void bins_sort(struct bin_item *list, size_t n, struct bin_order *o);
bool bins_same_key(const struct bin_order *o, const struct bin_item *a, const struct bin_item *b);

/* Bins of that width from the first to the last of all. */
uint64_t bins_count(const struct bin_item *list, size_t n, int64_t width_ms);
