/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* --distribution: classes of all rows of a query, counted by as many threads as it has. */

#include "common/query.h"
#include "flow.h"

/* *out is to be freed (flow_distribution_free).  CLI_OK, or CLI_FAILURE after a message. */
int distributions_make(struct query *query, struct flow_distribution **out);
