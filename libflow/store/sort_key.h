/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Rows' keys in an order (store/sort.h). */

#include "store/sort.h"

/*
 * A number whose unsigned order is the order asked for; absent values are the largest.  (Of unsigned
 * numbers of 64 bits the two that come last count as equal.)
 */
uint64_t sort_key(const struct flow_sort_order *order, const struct flow_batch *b, size_t row);
