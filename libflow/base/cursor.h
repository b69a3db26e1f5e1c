/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A bounded reader with sticky failure.  Reading past the end sets `failed`,
 * returns zero and never touches memory outside, so a parser reads all its
 * fields in a row and tests cursor_failed once.
 *
 *	begin          pos                    end
 *	  |--- consumed --|------- left ---------|
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/bytes.h"

struct cursor {
	const uint8_t *begin;
	const uint8_t *pos;
	const uint8_t *end;
	bool failed;
};

/* `data` may be NULL where `len` is 0. */
static inline struct cursor
cursor_make(const void *data, size_t len)
{
	const uint8_t *p = data;

	return (struct cursor){ p, p, len > 0 ? p + len : p, false };
}

static inline bool
cursor_failed(const struct cursor *c)
{
	return c->failed;
}

static inline size_t
cursor_left(const struct cursor *c)
{
	return c->failed ? 0 : (size_t)(c->end - c->pos);
}

/* Bytes consumed so far: the offset for an error message. */
static inline size_t
cursor_offset(const struct cursor *c)
{
	return (size_t)(c->pos - c->begin);
}

/* The next `len` bytes, consumed; NULL (and failure) if they are not there. */
static inline const uint8_t *
cursor_bytes(struct cursor *c, size_t len)
{
	const uint8_t *p = c->pos;

	if (UNLIKELY(c->failed || (size_t)(c->end - c->pos) < len)) {
		c->failed = true;
		return NULL;
	}
	c->pos += len;
	return p;
}

static inline void
cursor_skip(struct cursor *c, size_t len)
{
	(void)cursor_bytes(c, len);
}

/* A cursor over the next `len` bytes, consumed here; failed if they are not there. */
static inline struct cursor
cursor_sub(struct cursor *c, size_t len)
{
	const uint8_t *p = cursor_bytes(c, len);
	struct cursor sub = { p, p, p, true };

	if (p != NULL) {
		sub.end = p + len;
		sub.failed = false;
	}
	return sub;
}

static inline uint8_t
cursor_u8(struct cursor *c)
{
	const uint8_t *p = cursor_bytes(c, 1);

	return p != NULL ? *p : 0;
}

#define CURSOR_READ(name, bits)                                        \
	static inline uint##bits##_t cursor_##name(struct cursor *c)   \
	{                                                              \
		const uint8_t *p = cursor_bytes(c, bits / 8);          \
                                                                       \
		return p != NULL ? load_##name(p) : 0;                 \
	}

CURSOR_READ(le16, 16)
CURSOR_READ(le32, 32)
CURSOR_READ(le64, 64)
CURSOR_READ(be16, 16)
CURSOR_READ(be32, 32)
CURSOR_READ(be64, 64)
#undef CURSOR_READ

/* Unsigned LEB128 of at most 64 bits; more than ten bytes is a failure. */
static inline uint64_t
cursor_varint(struct cursor *c)
{
	uint64_t v = 0;
	unsigned shift;

	/* Most numbers take one byte. */
	if (LIKELY(!c->failed && c->pos < c->end && *c->pos < 0x80))
		return *c->pos++;
	for (shift = 0; shift < 64; shift += 7) {
		uint8_t b = cursor_u8(c);

		v |= (uint64_t)(b & 0x7f) << shift;
		if ((b & 0x80) == 0)
			return c->failed ? 0 : v;
	}
	c->failed = true;
	return 0;
}
