/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Growable bytes.  Reserve once, then append unchecked: hot loops call
 * buf_reserve for a known upper bound and write at buf_end.
 *
 * A buffer that could not grow remembers it (`failed`): later appends are
 * ignored, so a long sequence of appends is checked once at its end.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/attr.h"
#include "base/status.h"

struct buf {
	uint8_t *data;
	size_t len;
	size_t cap;
	bool failed;
};

#define BUF_INIT { NULL, 0, 0, false }

void buf_init(struct buf *b);
/* Frees the bytes; the buffer is empty and usable afterwards. */
void buf_release(struct buf *b);
/* Forgets contents and failure, keeps the memory. */
static inline void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->failed = false;
}

/* Makes room for `extra` more bytes; false (and b->failed) when out of memory. */
bool buf_grow(struct buf *b, size_t extra);

static inline bool
buf_reserve(struct buf *b, size_t extra)
{
	if (LIKELY(!b->failed && b->cap - b->len >= extra))
		return true;
	return buf_grow(b, extra);
}

/* Where the next byte goes; valid until the next reserve. */
static inline uint8_t *
buf_end(struct buf *b)
{
	return b->data + b->len;
}

void buf_append(struct buf *b, const void *bytes, size_t len);
void buf_append_u8(struct buf *b, uint8_t v);
void buf_append_le16(struct buf *b, uint16_t v);
void buf_append_le32(struct buf *b, uint32_t v);
void buf_append_le64(struct buf *b, uint64_t v);
void buf_append_be16(struct buf *b, uint16_t v);
void buf_append_be32(struct buf *b, uint32_t v);
void buf_append_be64(struct buf *b, uint64_t v);
/* Unsigned LEB128, as in Thrift and Parquet. */
void buf_append_varint(struct buf *b, uint64_t v);
/* A NUL-terminated text, without its NUL. */
void buf_append_text(struct buf *b, const char *text);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* FLOW_OK, or FLOW_ENOMEM if any append failed. */
static inline enum flow_status
buf_status(const struct buf *b)
{
	return b->failed ? FLOW_ENOMEM : FLOW_OK;
}
