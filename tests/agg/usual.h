/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Batches of the columns of the usual slots, for tests of what adds them up. */

#include <string.h>

#include "record/batch.h"

#define USUAL_ROWS 300

struct usual {
	uint64_t flows[USUAL_ROWS], packets[USUAL_ROWS], bytes[USUAL_ROWS];
	uint64_t first[USUAL_ROWS], last[USUAL_ROWS];
};

/* Makes a batch of the columns, which outlive it. */
static inline void
usual_batch(const struct usual *c, struct flow_batch *batch)
{
	const struct {
		enum flow_field field;
		const uint64_t *values;
	} all[] = {
		{ FLOW_FIELD_FLOWS, c->flows }, { FLOW_FIELD_PACKETS, c->packets },
		{ FLOW_FIELD_BYTES, c->bytes }, { FLOW_FIELD_FIRST, c->first },
		{ FLOW_FIELD_LAST, c->last },
	};

	memset(batch, 0, sizeof(*batch));
	batch->rows = USUAL_ROWS;
	for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++) {
		batch->column[all[k].field].form = FLOW_FORM_FLAT;
		batch->column[all[k].field].values = all[k].values;
	}
}
