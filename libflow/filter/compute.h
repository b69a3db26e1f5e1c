/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Predicates on a value computed from several columns. */

#include "filter/filter_program.h"
#include "record/name_set.h"

/* m &= the predicate, for rows in which the columns that it needs have values. */
void compute_filter(const struct predicate *p, const struct flow_batch *batch, uint8_t *m);

/* The same for HOUR and WEEKDAY, for SAMPLE, and for IF_NAME by these names (NULL: there are none). */
void clock_filter(const struct predicate *p, const struct flow_batch *batch, uint8_t *m);
void sample_filter(const struct predicate *p, const struct flow_batch *batch, uint8_t *m);
void name_filter(const struct predicate *p, const struct flow_names *names, const struct flow_batch *batch, uint8_t *m);
