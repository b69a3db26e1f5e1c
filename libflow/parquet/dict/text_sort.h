/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Ranks many texts in their order (base/text.h), for Parquet's sorted dictionaries. */

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/*
 * rank[i] becomes the position of texts[i] among the distinct texts, of which there are *distinct.  False when
 * out of memory.
 */
bool text_rank(const struct flow_text *texts, uint32_t n, uint32_t *rank, uint32_t *distinct);
