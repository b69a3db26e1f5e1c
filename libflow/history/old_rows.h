/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Records of a part of an old file, one batch at a time, and counts of everything that was met. */

#include <stdint.h>

#include "base/status.h"
#include "history/old_damage.h"
#include "history/row_table.h"
#include "record/batch.h"

/* Records that become the rows of a batch. */
struct old_records {
	size_t count;			/* at most FLOW_BATCH_ROWS */
	const uint8_t *p[FLOW_BATCH_ROWS];
	const void *form[FLOW_BATCH_ROWS];	/* how to read the record (nfdump's map); NULL: it tells itself */
};

/* Every record that blocks and headers count is in one of these. */
struct old_counts {
	uint64_t flows;		/* became rows */
	uint64_t others;	/* describe exporters, or other things that are no flows */
	struct old_damage damage;
};
