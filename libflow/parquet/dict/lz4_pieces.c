/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/dict/lz4_pieces.h"

#include "parquet/codec/codec.h"

/* A length of 15 continues in the bytes that follow, up to the first that is not 255. */
#define LONG 15u

/* A sequence of a block made by liblz4. */
struct sequence {
	size_t at, literals;	/* offsets of the token and of the literals */
	size_t len;		/* of the literals */
	uint8_t match;		/* the token's part of the match length */
};

void
lz4_pieces_release(struct lz4_pieces *p)
{
	buf_release(&p->one);
	buf_release(&p->end);
}

/* A length from the token's part and the bytes at *at. */
static size_t
read_length(const struct buf *b, size_t *at, size_t len)
{
	uint8_t more = 255;

	if (len < LONG)
		return len;
	while (more == 255) {
		more = b->data[(*at)++];
		len += more;
	}
	return len;
}

static struct sequence
read_sequence(const struct buf *b, size_t at)
{
	struct sequence s = { .at = at, .literals = at + 1, .match = b->data[at] & LONG };

	s.len = read_length(b, &s.literals, b->data[at] >> 4);
	return s;
}

/* Only the last sequence has none. */
static bool
has_match(const struct buf *b, const struct sequence *s)
{
	return s->literals + s->len < b->len;
}

static struct sequence
last_sequence(const struct buf *b, struct sequence s)
{
	while (has_match(b, &s)) {
		size_t at = s.literals + s.len + 2;

		(void)read_length(b, &at, s.match);
		s = read_sequence(b, at);
	}
	return s;
}

/* Appends the token and the length bytes that precede literals. */
static void
append_head(struct buf *out, size_t literals, uint8_t match)
{
	buf_append_u8(out, (uint8_t)((literals < LONG ? literals : LONG) << 4 | match));
	if (literals < LONG)
		return;
	for (literals -= LONG; literals >= 255; literals -= 255)
		buf_append_u8(out, 255);
	buf_append_u8(out, (uint8_t)literals);
}

static uint32_t
block_bytes(const struct lz4_pieces *p)
{
	return (uint32_t)(p->out->len - p->begin);
}

enum flow_status
lz4_pieces_add(struct lz4_pieces *p, int level, const void *bytes, size_t len,
    struct lz4_piece *piece)
{
	struct sequence first, last;
	enum flow_status st;

	buf_clear(&p->one);
	st = codec_compress(PQ_LZ4_RAW, level, NULL, bytes, len, &p->one);
	if (st != FLOW_OK)
		return st;
	first = read_sequence(&p->one, 0);
	last = last_sequence(&p->one, first);
	if (last.at == first.at)
		return FLOW_END;
	piece->out = (uint32_t)p->raw_bytes;
	piece->in = block_bytes(p);
	append_head(p->out, p->end.len + first.len, first.match);
	buf_append(p->out, p->end.data, p->end.len);
	piece->literals = block_bytes(p);
	buf_append(p->out, p->one.data + first.literals, last.at - first.literals);
	buf_clear(&p->end);
	buf_append(&p->end, p->one.data + last.literals, last.len);
	p->raw_bytes += len;
	return p->end.failed ? FLOW_ENOMEM : buf_status(p->out);
}

enum flow_status
lz4_pieces_end(struct lz4_pieces *p, struct lz4_piece *next)
{
	append_head(p->out, p->end.len, 0);
	buf_append(p->out, p->end.data, p->end.len);
	*next = (struct lz4_piece){ block_bytes(p), block_bytes(p), (uint32_t)p->raw_bytes };
	return buf_status(p->out);
}
