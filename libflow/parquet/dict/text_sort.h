/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Many texts in their order (base/text.h), as Parquet's sorted dictionaries want it. */

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/*
 * Writes the order of n texts: rank[i] is where texts[i] comes among those that differ, of which there
 * are *distinct.  False when out of memory.
 */
bool text_rank(const struct flow_text *texts, uint32_t n, uint32_t *rank, uint32_t *distinct);
