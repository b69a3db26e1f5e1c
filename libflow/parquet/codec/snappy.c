/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/codec/snappy.h"

#include <string.h>

#include "base/cursor.h"

/* The lowest two bits of an element's first byte. */
enum element {
	LITERAL = 0,
	COPY_1 = 1,		/* 11-bit offset, 8 of them in the next byte */
	COPY_2 = 2,		/* 16-bit offset */
	COPY_4 = 3
};

/* From this value on, the length of a literal is in the 1 to 4 bytes that follow. */
#define LONG_LITERAL 60u

struct out {
	uint8_t *begin, *at, *end;
};

/* Length of a literal minus one: in the tag, or in the bytes after it. */
static size_t
literal_bytes(struct cursor *in, uint8_t tag)
{
	size_t len = tag >> 2, shift;
	unsigned extra;

	if (len < LONG_LITERAL)
		return len + 1;
	extra = (unsigned)len - LONG_LITERAL + 1;
	for (len = 0, shift = 0; extra > 0; extra--, shift += 8)
		len |= (size_t)cursor_u8(in) << shift;
	return len + 1;
}

static bool
take_literal(struct cursor *in, uint8_t tag, struct out *o)
{
	size_t len = literal_bytes(in, tag);
	const uint8_t *p;

	if (len > (size_t)(o->end - o->at))
		return false;
	p = cursor_bytes(in, len);
	if (p == NULL)
		return false;
	memcpy(o->at, p, len);
	o->at += len;
	return true;
}

/* Copies output from `offset` bytes ago; a copy longer than that repeats itself. */
static bool
repeat(struct out *o, size_t offset, size_t len)
{
	const uint8_t *from;

	if (offset == 0 || offset > (size_t)(o->at - o->begin) || len > (size_t)(o->end - o->at))
		return false;
	from = o->at - offset;
	if (offset >= len) {
		memcpy(o->at, from, len);
		o->at += len;
		return true;
	}
	while (len-- > 0)
		*o->at++ = *from++;
	return true;
}

static bool
take_element(struct cursor *in, struct out *o)
{
	uint8_t tag = cursor_u8(in);
	size_t len = (size_t)(tag >> 2) + 1, offset;

	switch ((enum element)(tag & 3)) {
	case LITERAL:
		return take_literal(in, tag, o);
	case COPY_1:
		len = (size_t)(tag >> 2 & 7) + 4;
		offset = (size_t)(tag >> 5) << 8 | cursor_u8(in);
		break;
	case COPY_2:
		offset = cursor_le16(in);
		break;
	case COPY_4:
	default:
		offset = cursor_le32(in);
		break;
	}
	return !cursor_failed(in) && repeat(o, offset, len);
}

bool
snappy_decompress(const void *bytes, size_t len, void *out, size_t out_len)
{
	struct cursor in = cursor_make(bytes, len);
	struct out o = { out, out, (uint8_t *)out + out_len };

	if (cursor_varint(&in) != out_len || cursor_failed(&in))
		return false;
	while (cursor_left(&in) > 0)
		if (!take_element(&in, &o))
			return false;
	return o.at == o.end;
}
