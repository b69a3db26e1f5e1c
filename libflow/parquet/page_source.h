/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The pages of a chunk, one after the other.  The chunk's bytes are read at once,
 * when the first page is wanted, or those of some pages only, when they are asked for;
 * bodies are decompressed on demand.
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
	bool is_loaded;		/* bytes of the chunk are in `bytes`, with slack behind them */
	bool is_partial;	/* not all of them: others may take their place */
	uint64_t offset;	/* where they stand in the file */
	struct buf bytes;
	struct cursor in;	/* pages not yet taken */
};

/* Begins with a chunk (or another: memory is kept).  A source begins as zeros. */
void page_source_open(struct page_source *s, const struct pq_file *file,
    const struct file_chunk *chunk);
void page_source_release(struct page_source *s);

/*
 * Reads bytes of the chunk that are whole pages; they are taken next, instead of what was
 * loaded before.
 */
enum flow_status page_source_load(struct page_source *s, uint64_t offset, uint64_t len,
    struct flow_error *err) NODISCARD;

/* Whether all pages that were asked for have been taken; false before the first one is. */
static inline bool
page_source_is_drained(const struct page_source *s)
{
	return s->is_loaded && cursor_left(&s->in) == 0;
}

/* Takes a page: its header, and where its body stands, h->bytes of it. */
enum flow_status page_source_next(struct page_source *s, struct page_header *h,
    const uint8_t **body, struct flow_error *err) NODISCARD;

/* Checks the page's checksum, if it has one; FLOW_ECORRUPT. */
enum flow_status page_source_check(const struct page_source *s, const struct page_header *h,
    const uint8_t *body, struct flow_error *err) NODISCARD;

/*
 * Hands over what the pages taken so far, and those loaded with them, stand in: they stay as long as
 * the buffer does.  What was in it goes to the source, to be overwritten.
 */
void page_source_keep(struct page_source *s, struct buf *kept);

/*
 * Checks the page's checksum and gives its body: decompressed into `room`, or where it stands
 * in the chunk if it is not compressed.  V2 levels stand before the values.  BITPACK_SLACK
 * readable bytes are behind it.  Valid until open or load, and as long as room is left alone;
 * with `kept` as long as room alone is.
 */
enum flow_status page_source_unpack(const struct page_source *s, const struct page_header *h,
    const uint8_t *body, struct buf *room, bool kept, struct cursor *out, struct flow_error *err)
    NODISCARD;

/* Where the page taken last ends in the file, for messages. */
int64_t page_source_offset(const struct page_source *s);
