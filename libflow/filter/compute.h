/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Predicates on what several columns make together. */

#include "filter/filter_program.h"

/* m &= the predicate, for rows in which the columns that it needs have values. */
void compute_filter(const struct predicate *p, const struct flow_batch *batch, uint8_t *m);
