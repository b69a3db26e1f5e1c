/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Bytewise order of texts, as Parquet's statistics and sorted dictionaries want it. */

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* <0, 0, >0 */
int text_compare(const struct flow_text *a, const struct flow_text *b);

/*
 * Writes the order of n texts: rank[i] is where texts[i] comes.  Equal texts keep their
 * order.  False when out of memory.
 */
bool text_rank(const struct flow_text *texts, uint32_t n, uint32_t *rank);
