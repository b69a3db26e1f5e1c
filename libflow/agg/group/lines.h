/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Rows into groups that are one line of the cache each: its key, one or two words, then the usual
 * slots.  A row is laid out as such a line too, so that it is added by one vector operation for
 * all sums, one for the earliest and one for the latest instant, instead of by six loads, sums
 * and stores: statistics of ports take a tenth less time.
 */

#include "agg/group/row_list.h"

/* Words of a line. */
#define LINE_WORDS 8

/* Rows between the request for a group's memory and its use. */
#define LINES_AHEAD 48

/* Whether this machine has what lines_add needs; else rows are added slot by slot. */
bool lines_usable(void);

/*
 * Adds the rows, which lie one behind the other, to the slots at state[i]: rows, flows, packets,
 * bytes, first, last (struct slots, plain), `words` (1 or 2) words behind the start of a line.
 * The batch has all five columns, without nulls.
 */
void lines_add(const struct flow_batch *batch, const struct rows *rows, uint64_t *const *state,
    unsigned words);
