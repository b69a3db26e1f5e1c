/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The pages of a chunk, one after the other.  The chunk's bytes are read at once,
 * when the first page is wanted; bodies are decompressed on demand.
 */

#include <stdbool.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/status.h"
#include "parquet/file.h"
#include "parquet/page_header.h"

struct page_source {
	const struct pq_file *file;
	const struct file_chunk *chunk;
	bool is_loaded;		/* the chunk's bytes are in `bytes`, with slack behind them */
	struct buf bytes;
	struct cursor in;	/* pages not yet taken */
};

/* Begins with a chunk (or another: memory is kept).  A source begins as zeros. */
void page_source_open(struct page_source *s, const struct pq_file *file,
    const struct file_chunk *chunk);
void page_source_release(struct page_source *s);

/* Takes a page: its header, and where its body stands, h->bytes of it. */
enum flow_status page_source_next(struct page_source *s, struct page_header *h,
    const uint8_t **body, struct flow_error *err) NODISCARD;

/*
 * Checks the page's checksum and gives its body: decompressed into `room`, or where it stands
 * in the chunk if it is not compressed.  V2 levels stand before the values.  BITPACK_SLACK
 * readable bytes are behind it.  Valid until open, and as long as room is left alone.
 */
enum flow_status page_source_unpack(const struct page_source *s, const struct page_header *h,
    const uint8_t *body, struct buf *room, struct cursor *out, struct flow_error *err) NODISCARD;

/* Where the page taken last ends in the file, for messages. */
int64_t page_source_offset(const struct page_source *s);
