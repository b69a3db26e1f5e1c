/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Sums over rows, and their form as the value of flow.stats. */

#include "base/buf.h"
#include "record/batch.h"
#include "store/writer.h"

void store_totals_init(struct flow_totals *totals);
void store_totals_add_batch(struct flow_totals *totals, const struct flow_batch *batch);
void store_totals_add(struct flow_totals *totals, const struct flow_totals *more);

/* What a file lost, beside what it holds. */
struct store_loss {
	uint64_t sequence_gaps, kernel_drops;
	bool unknown;		/* the file holds some rows of others, and what was lost was not of these */
};

void store_totals_to_json(const struct flow_totals *totals, const struct store_loss *loss,
    struct buf *out);

/* False, and outputs untouched, if the text lacks any of the sums. */
bool store_totals_from_json(const char *text, size_t len, struct flow_totals *totals,
    struct store_loss *loss);
