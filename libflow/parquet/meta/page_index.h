/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Positions of a chunk's pages: OffsetIndex of parquet.thrift (PageIndex.md). */

#include "parquet/file_inner.h"

struct page_place {
	uint64_t offset;	/* of its header, in the file */
	uint64_t bytes;		/* header included */
	uint64_t first_row;	/* within the row group */
};

/* Begins as zeros. */
struct page_places {
	struct page_place *place;
	size_t count;		/* 0: the chunk has no offset index */
	size_t cap;
};

/*
 * Reads and checks the offset index of a chunk: pages follow each other within the chunk, and the first one
 * begins with row 0.  FLOW_EFORMAT, FLOW_EIO, FLOW_ENOMEM.
 */
enum flow_status page_places_read(struct page_places *places, const struct pq_file *file,
    const struct file_chunk *chunk, uint64_t rows, struct flow_error *err) NODISCARD;
void page_places_release(struct page_places *places);

/* The row after the last one of page i. */
static inline uint64_t
page_places_end(const struct page_places *places, size_t i, uint64_t rows)
{
	return i + 1 < places->count ? places->place[i + 1].first_row : rows;
}

/* A page's bounds in the column index, not decoded. */
struct page_range {
	bool null;		/* all rows are null */
	const char *min, *max;
	size_t min_len, max_len;
	int64_t nulls;		/* -1: unknown */
};

/* Of page i; texts are valid as long as the pages. */
const struct page_range *page_index_range(const struct pq_pages *pages, size_t i);

/* BoundaryOrder of parquet.thrift: the order of minimum and maximum from page to page. */
enum page_order {
	PAGE_ORDER_NONE,
	PAGE_ORDER_ASCENDING,
	PAGE_ORDER_DESCENDING,
};

int page_index_order(const struct pq_pages *pages);
