/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Compares the rows of one column of a row group with the file's statements about them: statistics of the chunk
 * and of each page, and the Bloom filter.
 */

#include "parquet/file_read.h"
#include "record/batch.h"

/* The bounds that are claimed, and what the rows have. */
struct verify_range {
	struct pq_bounds bounds;
	uint64_t nulls;
	bool outside;		/* a value was outside the bounds */
};

struct verify_column {
	enum flow_type type;
	struct verify_range chunk, page;
	struct pq_pages *pages;		/* NULL: no page index */
	size_t next_page;
	uint64_t row, page_end;
	struct pq_bloom *bloom;		/* NULL: no filter */
	size_t plain_bytes;		/* of a number, as the filter hashes it; 0: texts */
	uint64_t *asked;		/* bitmap of the texts, by code, that were looked up in it */
	uint32_t asked_cap;		/* its capacity */
};

/* Begins a chunk, and checks the positions of its pages; *v is to be cleared, also on failure. */
enum flow_status verify_column_begin(struct verify_column *v, const struct pq_file *file,
    size_t group, size_t column, enum flow_type type, struct flow_error *err) NODISCARD;
/* The next rows.  FLOW_ECORRUPT, FLOW_ENOMEM. */
enum flow_status verify_column_rows(struct verify_column *v, const struct flow_column *c, size_t rows,
    struct flow_error *err) NODISCARD;
/* After the last one. */
enum flow_status verify_column_end(const struct verify_column *v, struct flow_error *err) NODISCARD;
/* Fine on zeros. */
void verify_column_clear(struct verify_column *v);
