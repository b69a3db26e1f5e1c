/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/dict/lz4_piece.h"

#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"

/* A length of 15 continues in the bytes that follow. */
#define LONG 15
#define MATCH_MIN 4

/* Bytes of a long match that are copied at a time. */
#define PIECE 16

/* A sequence without a long length: up to 14 literals, a match of up to 18 bytes. */
#define SHORT_LITERALS 16
#define SHORT_MATCH 18
#define SHORT_IN (1 + SHORT_LITERALS + 2)
#define SHORT_OUT (LONG - 1 + SHORT_MATCH)

/* The state: [in, in_end) is still to be read; [begin, out) of [begin, out_end) is written. */
struct lz4 {
	const uint8_t *in, *in_end;
	uint8_t *begin, *out, *out_end;
};

static inline bool
add_length(struct lz4 *b, size_t *len)
{
	uint8_t more = 255;

	while (more == 255) {
		if (b->in == b->in_end)
			return false;
		more = *b->in++;
		*len += more;
	}
	return true;
}

static inline bool
copy_literals(struct lz4 *b, size_t len)
{
	if (len == LONG && !add_length(b, &len))
		return false;
	if ((size_t)(b->in_end - b->in) < len || (size_t)(b->out_end - b->out) < len)
		return false;
	if (len > 0)
		memcpy(b->out, b->in, len);
	b->in += len;
	b->out += len;
	return true;
}

/* Copies a match in order, as it may overlap its copy.  A match never ends the block: literals do. */
static inline bool
copy_match(struct lz4 *b, size_t offset, size_t len)
{
	const uint8_t *from = b->out - offset;
	uint8_t *end;

	if (len == LONG && !add_length(b, &len))
		return false;
	len += MATCH_MIN;
	if (offset == 0 || offset > (size_t)(b->out - b->begin) || (size_t)(b->out_end - b->out) <= len)
		return false;
	end = b->out + len;
	/* The last copy may write beyond the match, but not beyond the room. */
	for (; offset >= PIECE && b->out < end && b->out_end - b->out >= PIECE; from += PIECE) {
		memcpy(b->out, from, PIECE);
		b->out += PIECE;
	}
	if (b->out > end)
		b->out = end;
	while (b->out < end)
		*b->out++ = *from++;
	return true;
}

/* Decodes one sequence of any length; a sequence without match ends the block. */
static inline bool
any_sequence(struct lz4 *b)
{
	size_t token, offset;

	if (b->in == b->in_end)
		return false;
	token = *b->in++;
	if (!copy_literals(b, token >> 4))
		return false;
	if (b->in == b->in_end)
		return b->out == b->out_end;
	if (b->in_end - b->in < 2)
		return false;
	offset = load_le16(b->in);
	b->in += 2;
	return copy_match(b, offset, token & LONG);
}

/*
 * Decodes a short sequence that is far enough from both ends for copies of fixed lengths; false, with nothing
 * done, for any other.
 */
static inline bool
short_sequence(struct lz4 *b)
{
	size_t literals, match, offset;
	const uint8_t *from;

	if (b->in_end - b->in < SHORT_IN || b->out_end - b->out <= SHORT_OUT)
		return false;
	literals = *b->in >> 4;
	match = *b->in & LONG;
	if (literals == LONG || match == LONG)
		return false;
	offset = load_le16(b->in + 1 + literals);
	if (UNLIKELY(offset < 8 || offset > literals + (size_t)(b->out - b->begin)))
		return false;
	memcpy(b->out, b->in + 1, SHORT_LITERALS);
	b->in += 1 + literals + 2;
	b->out += literals;
	from = b->out - offset;
	/* The offset is at least 8: copies of eight bytes do not overlap. */
	memcpy(b->out, from, 8);
	memcpy(b->out + 8, from + 8, 8);
	memcpy(b->out + 16, from + 16, 2);
	b->out += match + MATCH_MIN;
	return true;
}

/* Decodes sequences up to `end`; false if none ends there, or one is malformed. */
static bool
sequences(struct lz4 *block, const uint8_t *end)
{
	struct lz4 b = *block;	/* a local copy stays in registers */

	while (b.in < end)
		if (!short_sequence(&b) && !any_sequence(&b))
			return false;
	*block = b;
	return b.in == end;
}

/* Reads the token at b->in and the length of its literals; b->in then is at these. */
static bool
take_literals(struct lz4 *b, size_t *len)
{
	if (b->in == b->in_end)
		return false;
	*len = *b->in++ >> 4;
	return *len != LONG || add_length(b, len);
}

/* Decodes the first sequence of a piece: its own literals, from `own` on, and its match. */
static bool
first_sequence(struct lz4 *b, const uint8_t *own)
{
	size_t token = b->in < b->in_end ? *b->in : 0u, len = 0, offset;

	if (!take_literals(b, &len) || own < b->in || (size_t)(own - b->in) > len)
		return false;
	len -= (size_t)(own - b->in);
	if ((size_t)(b->in_end - own) < len + 2 || (size_t)(b->out_end - b->out) < len)
		return false;
	memcpy(b->out, own, len);
	offset = load_le16(own + len);
	b->in = own + len + 2;
	b->out += len;
	return copy_match(b, offset, token & LONG);
}

/* Decodes the last literals of a piece, which are part of the next piece's first sequence. */
static bool
last_literals(struct lz4 *b)
{
	size_t len = 0, own;

	if (!take_literals(b, &len))
		return false;
	own = (size_t)(b->in_end - b->in);
	if (own > len || own != (size_t)(b->out_end - b->out))
		return false;
	memcpy(b->out, b->in, own);
	return true;
}

bool
lz4_piece_decompress(const uint8_t *in, const struct lz4_piece *piece, const struct lz4_piece *next,
    uint8_t *out)
{
	struct lz4 b = { in, in + (next->literals - piece->in), out, out, out + (next->out - piece->out) };
	const uint8_t *end = in + (next->in - piece->in);

	if (!first_sequence(&b, in + (piece->literals - piece->in)) || !sequences(&b, end))
		return false;
	return next->in == next->literals ? b.out == b.out_end : last_literals(&b);
}
