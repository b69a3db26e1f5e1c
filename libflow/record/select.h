/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Which rows of a batch passed: ascending row numbers, or all of them. */

#include <stdbool.h>
#include <stdint.h>

#include "record/batch.h"

struct flow_selection {
	bool all;		/* rows 0 .. count-1; `row` is not filled then */
	uint32_t count;
	uint16_t row[FLOW_BATCH_ROWS];
};

static inline void
flow_selection_all(struct flow_selection *sel, size_t rows)
{
	sel->all = true;
	sel->count = (uint32_t)rows;
}

/* The i-th selected row. */
static inline uint32_t
flow_selection_row(const struct flow_selection *sel, uint32_t i)
{
	return sel->all ? i : sel->row[i];
}
