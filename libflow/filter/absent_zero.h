/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Option zero_if_absent of filter.h: 0 stands for values that are absent, as in files of nfdump. */

#include "filter/ast.h"

/*
 * Lets conditions on numbers be true of absent values if they are true of 0.  nfdump stores values by groups of
 * several: of a group, 0 is stored for what was not sent, and a condition on a group that a flow lacks is false.  So
 * an absent value is 0 here where the flow has another value of its group; ASes, forwarding status and engines are in
 * every flow.
 *
 * Changes the tree in place; false when out of memory.
 */
bool absent_zero(struct arena *arena, struct node *root) NODISCARD;
