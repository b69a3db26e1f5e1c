/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Follows the rows of one column of a row group, and compares them with what the file says of them:
 * statistics of the chunk and of each page, and its Bloom filter.
 */

#include "parquet/file_read.h"
#include "record/batch.h"

/* What rows are compared with, and what they turned out to be. */
struct verify_range {
	struct pq_bounds bounds;
	uint64_t nulls;
	bool outside;		/* a value beyond the bounds */
};

struct verify_column {
	enum flow_type type;
	struct verify_range chunk, page;
	struct pq_pages *pages;		/* NULL: it has no page index */
	size_t next_page;
	uint64_t row, page_end;
	struct pq_bloom *bloom;		/* NULL: it has none */
	size_t plain_bytes;		/* of a number as the filter knows it; 0: it is none */
	uint64_t *asked;		/* bitmap of the texts that the filter was asked for */
	uint32_t asked_cap;		/* how many it has room for */
};

/* Begins with a chunk, and checks the places of its pages; *v is to be cleared, also on failure. */
enum flow_status verify_column_begin(struct verify_column *v, const struct pq_file *file,
    size_t group, size_t column, enum flow_type type, struct flow_error *err) NODISCARD;
/* The next rows.  FLOW_ECORRUPT, FLOW_ENOMEM. */
enum flow_status verify_column_rows(struct verify_column *v, const struct flow_column *c, size_t rows,
    struct flow_error *err) NODISCARD;
/* After the last one. */
enum flow_status verify_column_end(const struct verify_column *v, struct flow_error *err) NODISCARD;
/* Fine on zeros. */
void verify_column_clear(struct verify_column *v);
