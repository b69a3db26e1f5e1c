/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* An encoded row group that is to be written: shared by its makers and writer.c. */

#include "parquet/chunk_write.h"
#include "record/field.h"
#include "store/writer.h"

struct flow_group {
	struct flow_totals totals;
	size_t rows;
	struct pq_chunk *chunk[FLOW_FIELD_STORED];
};

/* As flow_group_encode, of a batch whose texts are in dictionaries already (flow_dictify). */
enum flow_status group_encode(const struct flow_batch *batch, const struct flow_writer_options *options,
    struct flow_group **group, struct flow_error *err) NODISCARD;
