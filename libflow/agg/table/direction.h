/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Decides the direction of rows in two-way groupings (enum flow_agg_pairing). */

#include "agg/group/groups.h"

/* Reverses the groups of a part whose first flow had the other direction, or whose server is at the wrong end. */
void orient_part(struct groups *g, unsigned part);
