/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/bytes.h"

#define BUF_MIN_BYTES 256

void
buf_init(struct buf *b)
{
	memset(b, 0, sizeof(*b));
}

void
buf_release(struct buf *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}

bool
buf_grow(struct buf *b, size_t extra)
{
	size_t need, cap;
	uint8_t *data;

	if (b->failed)
		return false;
	if (extra > SIZE_MAX / 2 - b->len) {
		b->failed = true;
		return false;
	}
	need = b->len + extra;
	cap = b->cap < BUF_MIN_BYTES ? BUF_MIN_BYTES : b->cap;
	while (cap < need)
		cap += cap / 2;
	data = realloc(b->data, cap);
	if (data == NULL) {
		b->failed = true;
		return false;
	}
	b->data = data;
	b->cap = cap;
	return true;
}

void
buf_append(struct buf *b, const void *bytes, size_t len)
{
	if (len == 0 || !buf_reserve(b, len))
		return;
	memcpy(buf_end(b), bytes, len);
	b->len += len;
}

void
buf_append_u8(struct buf *b, uint8_t v)
{
	buf_append(b, &v, 1);
}

#define APPEND(name, type, store)                  \
	void buf_append_##name(struct buf *b, type v) \
	{                                          \
		uint8_t raw[sizeof(type)];         \
                                                   \
		store(raw, v);                     \
		buf_append(b, raw, sizeof(raw));   \
	}

APPEND(le16, uint16_t, store_le16)
APPEND(le32, uint32_t, store_le32)
APPEND(le64, uint64_t, store_le64)
APPEND(be16, uint16_t, store_be16)
APPEND(be32, uint32_t, store_be32)
APPEND(be64, uint64_t, store_be64)

void
buf_append_varint(struct buf *b, uint64_t v)
{
	uint8_t raw[10];
	size_t n = 0;

	while (v >= 0x80) {
		raw[n++] = (uint8_t)(v | 0x80);
		v >>= 7;
	}
	raw[n++] = (uint8_t)v;
	buf_append(b, raw, n);
}

void
buf_append_text(struct buf *b, const char *text)
{
	buf_append(b, text, strlen(text));
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int need;

	va_start(ap, fmt);
	need = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (need < 0 || !buf_reserve(b, (size_t)need + 1))
		return;
	va_start(ap, fmt);
	(void)vsnprintf((char *)buf_end(b), (size_t)need + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)need;
}
