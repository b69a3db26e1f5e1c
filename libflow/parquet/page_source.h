/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The pages of a chunk, one after the other.  The chunk's bytes are read bit by bit,
 * as pages are wanted, or those of some pages only, when they are asked for; bodies are
 * decompressed on demand.
 *
 *	offset                                          end
 *	  |--- taken ---|------ in ------|-- not yet read --|
 *	  |------------ bytes -----------|
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
	bool is_loaded;		/* pages were asked for, or taken */
	uint64_t offset;	/* where `bytes` stand in the file */
	uint64_t end;		/* of the pages that may be taken, in the file */
	struct buf bytes;	/* with slack behind them */
	struct cursor in;	/* those not yet taken; they may be in a buffer that was handed over */
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
	return s->is_loaded && s->offset + cursor_offset(&s->in) == s->end;
}

/* Takes a page: its header, and where its body stands, h->bytes of it, until the next is taken. */
enum flow_status page_source_next(struct page_source *s, struct page_header *h,
    const uint8_t **body, struct flow_error *err) NODISCARD;

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
enum flow_status page_source_unpack(const struct page_source *s, const struct page_header *h,
    const uint8_t *body, struct buf *room, bool kept, struct cursor *out, struct flow_error *err)
    NODISCARD;

/* Where the page taken last ends in the file, for messages. */
int64_t page_source_offset(const struct page_source *s);
