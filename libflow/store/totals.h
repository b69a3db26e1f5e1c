/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Sums over rows, and their JSON form, the value of flow.stats. */

#include "base/buf.h"
#include "record/batch.h"
#include "store/writer.h"

void store_totals_init(struct flow_totals *totals);
void store_totals_add_batch(struct flow_totals *totals, const struct flow_batch *batch);
void store_totals_add(struct flow_totals *totals, const struct flow_totals *more);

/* What was lost before it reached the file. */
struct store_loss {
	uint64_t sequence_gaps, kernel_drops;
	bool unknown;		/* only some rows of other files are in it, whose losses are not its own */
};

void store_totals_to_json(const struct flow_totals *totals, const struct store_loss *loss,
    struct buf *out);

/* False, with outputs unchanged, if the text lacks any of the sums. */
bool store_totals_from_json(const char *text, size_t len, struct flow_totals *totals,
    struct store_loss *loss);
