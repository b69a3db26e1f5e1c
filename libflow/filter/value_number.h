/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Predicates on one column of numbers, over a whole batch at once. */

#include "filter/mask.h"
#include "filter/filter_program.h"

/* m &= the predicate (NUMBER or BITS) on a FLAT column; the caller handles nulls. */
void number_filter(const struct predicate *p, const struct flow_column *c, uint8_t *m,
    uint8_t spare[static 2][MASK_ROWS], size_t rows);

/* m &= lo <= code <= hi */
void number_filter_codes(const uint32_t *codes, uint32_t lo, uint32_t hi, uint8_t *m, size_t rows);
