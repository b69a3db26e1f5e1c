/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Which way the rows of two-way groupings run (enum flow_agg_pairing). */

#include "agg/group/groups.h"

/* Turns the groups of a part whose first flow ran, or whose server is, at the other end. */
void orient_part(struct groups *g, unsigned part);
