/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What a row group that is to be written holds: between what makes one and writer.c. */

#include "parquet/chunk_write.h"
#include "record/field.h"
#include "store/writer.h"

struct flow_group {
	struct flow_totals totals;
	size_t rows;
	struct pq_chunk *chunk[FLOW_FIELD_COUNT];
};
