/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The pages of a chunk, one after the other.  The chunk's bytes are read bit by bit,
 * as pages are wanted, or those of some pages only; bodies are decompressed on demand.
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
	bool is_begun;		/* pages were asked for, or taken */
	uint64_t offset;	/* where `bytes` stand in the file */
	uint64_t end;		/* of the pages that may be taken, in the file */
	struct buf bytes;	/* with slack behind them */
	struct codec_state codec;
	struct cursor in;	/* those not yet taken; they may be in a buffer that was handed over */
};

/* Begins with a chunk (or another: memory is kept).  A source begins as zeros. */
void page_source_open(struct page_source *s, const struct pq_file *file,
    const struct file_chunk *chunk);
void page_source_release(struct page_source *s);

/* Pages are taken next from these bytes of the chunk, whole pages, instead of what follows. */
void page_source_range(struct page_source *s, uint64_t offset, uint64_t len);

/* Whether all pages that were asked for have been taken; false before the first one is. */
static inline bool
page_source_is_drained(const struct page_source *s)
{
	return s->is_begun && s->offset + cursor_offset(&s->in) == s->end;
}

/* Takes `len` bytes that stand right before the chunk's first page; before anything else is taken. */
enum flow_status page_source_before(struct page_source *s, uint64_t len, const uint8_t **bytes,
    struct flow_error *err) NODISCARD;

/* Takes a page: its header, and where its body stands, h->bytes of it, until the next is taken. */
enum flow_status page_source_next(struct page_source *s, struct page_header *h,
    const uint8_t **body, struct flow_error *err) NODISCARD;

/*
 * The same in two steps, where the body may not be wanted: it is not read with the header then, and may
 * be stepped over.  It begins at page_source_offset.
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
 * Hands over what the page taken last stands in: it stays as long as the buffer does, which has to be
 * until the source is opened again.  What was in that goes to the source, to be overwritten.
 */
void page_source_keep(struct page_source *s, struct buf *kept);

/*
 * Checks the page's checksum and gives its body: decompressed into `room`, or where it stands
 * if it is not compressed.  V2 levels stand before the values.  BITPACK_SLACK readable bytes are
 * behind it.  Valid until the next page is taken, and as long as room is left alone; with `kept` as
 * long as room alone is.
 */
enum flow_status page_source_unpack(struct page_source *s, const struct page_header *h,
    const uint8_t *body, struct buf *room, bool kept, struct cursor *out, struct flow_error *err)
    NODISCARD;

/* Where the page, or header, taken last ends in the file. */
int64_t page_source_offset(const struct page_source *s);
