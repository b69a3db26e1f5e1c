/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The pages of a chunk in order: all of them, or a range.  The chunk is read in windows, as pages are wanted;
 * bodies are decompressed on demand.
 *
 *	offset                                          end
 *	  |--- taken ---|------ in ------|-- not yet read --|
 *	  |------------ bytes -----------|
 */

#include <stdbool.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/status.h"
#include "parquet/codec/codec.h"
#include "parquet/file_inner.h"
#include "parquet/meta/page_header.h"

struct page_source {
	const struct pq_file *file;
	const struct file_chunk *chunk;
	bool is_begun;		/* pages were taken, or a range was set */
	uint64_t offset;	/* of `bytes` in the file */
	uint64_t end;		/* of the pages to take, in the file */
	struct buf bytes;	/* followed by slack */
	struct codec_state codec;
	struct cursor in;	/* bytes not yet taken; may lie in a buffer that was handed over */
};

/* Begins a chunk, and keeps memory of earlier ones.  A source begins as zeros. */
void page_source_open(struct page_source *s, const struct pq_file *file,
    const struct file_chunk *chunk);
void page_source_release(struct page_source *s);

/* Sets the range, whole pages of the chunk, that is taken next. */
void page_source_range(struct page_source *s, uint64_t offset, uint64_t len);

/* Whether all pages of the range have been taken; false before the first one. */
static inline bool
page_source_is_drained(const struct page_source *s)
{
	return s->is_begun && s->offset + cursor_offset(&s->in) == s->end;
}

/* Takes the `len` bytes right before the chunk's first page; only before anything else is taken. */
enum flow_status page_source_before(struct page_source *s, uint64_t len, const uint8_t **bytes,
    struct flow_error *err) NODISCARD;

/* Takes a page: its header, and its body of h->bytes, valid until the next is taken. */
enum flow_status page_source_next(struct page_source *s, struct page_header *h,
    const uint8_t **body, struct flow_error *err) NODISCARD;

/*
 * The same in two steps, if the body may not be wanted: then it is not read with the header, and can be skipped.
 * It begins at page_source_offset.
 */
enum flow_status page_source_header(struct page_source *s, struct page_header *h,
    struct flow_error *err) NODISCARD;
enum flow_status page_source_body(struct page_source *s, const struct page_header *h,
    const uint8_t **body, struct flow_error *err) NODISCARD;
void page_source_skip(struct page_source *s, const struct page_header *h);

/* Checks the page's checksum, if it has one; FLOW_ECORRUPT. */
enum flow_status page_source_check(const struct page_source *s, const struct page_header *h,
    const uint8_t *body, struct flow_error *err) NODISCARD;

/*
 * Swaps buffers with the caller: *kept gets the bytes of the last page, and has to live until the source is
 * opened again.  The source reuses the old buffer.
 */
void page_source_keep(struct page_source *s, struct buf *kept);

/*
 * Checks the page's checksum and gives its body: decompressed into `room`, or in place if it is not compressed.
 * V2 levels come before the values, BITPACK_SLACK readable bytes behind them.  Valid as long as room is unchanged
 * and no other page is taken; with `kept` only the former matters.
 */
enum flow_status page_source_unpack(struct page_source *s, const struct page_header *h,
    const uint8_t *body, struct buf *room, bool kept, struct cursor *out, struct flow_error *err)
    NODISCARD;

/* The end, in the file, of the last page or header taken. */
int64_t page_source_offset(const struct page_source *s);
