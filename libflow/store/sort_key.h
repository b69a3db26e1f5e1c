/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Sort keys of rows (store/sort.h). */

#include "store/sort.h"

/*
 * A number whose unsigned order is the order asked for; absent values are the largest.  (Of a 64-bit unsigned
 * column the two values that come last compare as equal.)
 */
uint64_t sort_key(const struct flow_sort_by *order, const struct flow_batch *b, size_t row);

/*
 * For an order by an address: the keys of all entries of the column's dictionary, allocated, as many rows share
 * an entry; *entry is NULL for any other order.  False when out of memory.
 */
bool sort_key_entries(const struct flow_sort_by *order, const struct flow_batch *b, uint64_t **entry) NODISCARD;

/* As sort_key, but looked up in these entries. */
static inline uint64_t
sort_key_by(const struct flow_sort_by *order, const struct flow_batch *b, const uint64_t *entry, size_t row)
{
	const struct flow_column *c;

	if (entry == NULL)
		return sort_key(order, b, row);
	c = &b->column[order->field];
	return flow_column_has(c, row) ? entry[c->codes[row]] : order->key == FLOW_SORT_ADDR_HAS;
}
