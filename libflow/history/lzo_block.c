/* SPDX-License-Identifier: BSD-2-Clause */
#include "history/lzo_block.h"

#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"

/* A length too large for its instruction continues in the bytes behind; a valid block never reaches this one. */
#define LENGTH_MAX ((size_t)1 << 30)

/* The distance that marks the end of the block. */
#define END_DISTANCE 16384

/* The match of an instruction, and the number of literals that follow it. */
struct match {
	size_t len, distance;
	unsigned literals;	/* 0 to 3 that follow */
};

struct lzo {
	const uint8_t *in, *in_end;
	uint8_t *begin, *out, *end;
	bool failed;
};

static uint8_t
take_byte(struct lzo *z)
{
	if (UNLIKELY(z->in == z->in_end)) {
		z->failed = true;
		return 0;
	}
	return *z->in++;
}

static unsigned
take_le16(struct lzo *z)
{
	unsigned v;

	if (UNLIKELY(z->in_end - z->in < 2)) {
		z->failed = true;
		return 0;
	}
	v = load_le16(z->in);
	z->in += 2;
	return v;
}

/* A length: `bits` of the instruction, or, if these are zero, `full` plus what the following bytes add. */
static size_t
take_length(struct lzo *z, unsigned bits, size_t full)
{
	size_t len = full;
	uint8_t b;

	if (bits != 0)
		return bits;
	while ((b = take_byte(z)) == 0 && !z->failed && len < LENGTH_MAX)
		len += 255;
	return len + b;
}

static void
copy_literals(struct lzo *z, size_t n)
{
	if (UNLIKELY(n > (size_t)(z->in_end - z->in) || n > (size_t)(z->end - z->out))) {
		z->failed = true;
		return;
	}
	memcpy(z->out, z->in, n);
	z->in += n;
	z->out += n;
}

/* Source and target may overlap: the bytes just written are then repeated. */
static void
copy_match(struct lzo *z, const struct match *m)
{
	const uint8_t *from;
	size_t n = m->len;

	if (UNLIKELY(m->distance > (size_t)(z->out - z->begin) || n > (size_t)(z->end - z->out))) {
		z->failed = true;
		return;
	}
	from = z->out - m->distance;
	if (m->distance >= n) {
		memcpy(z->out, from, n);
		z->out += n;
		return;
	}
	if (m->distance >= 8) {
		for (; n >= 8; n -= 8, from += 8, z->out += 8)
			memcpy(z->out, from, 8);
	}
	while (n-- > 0)
		*z->out++ = *from++;
}

/* An instruction of 16 and more. */
static struct match
long_match(struct lzo *z, uint8_t code)
{
	struct match m;
	unsigned more;

	if (code >= 64) {
		m.len = code >= 128 ? 5 + (code >> 5 & 3) : 3 + (code >> 5 & 1);
		m.distance = ((size_t)take_byte(z) << 3) + (code >> 2 & 7) + 1;
		m.literals = code & 3;
		return m;
	}
	m.len = 2 + (code >= 32 ? take_length(z, code & 31, 31) : take_length(z, code & 7, 7));
	more = take_le16(z);
	m.literals = more & 3;
	m.distance = code >= 32 ? (more >> 2) + 1 : END_DISTANCE + ((size_t)(code & 8) << 11) + (more >> 2);
	return m;
}

/* An instruction below 16 after 1 to 3 literals, or after a run of 4 and more (run). */
static struct match
short_match(struct lzo *z, uint8_t code, bool run)
{
	return (struct match){ .len = run ? 3 : 2, .literals = code & 3,
		.distance = ((size_t)take_byte(z) << 2) + (code >> 2) + (run ? 2049 : 1) };
}

bool
lzo_block_decompress(const uint8_t *in, size_t len, uint8_t *out, size_t room, size_t *out_len)
{
	struct lzo z = { in, in + len, out, out, out + room, false };
	unsigned state = 0;	/* literals before the next instruction; 4: four and more */
	bool ended = false;

	if (len > 0 && in[0] > 17) {
		z.in++;
		copy_literals(&z, in[0] - 17U);
		state = in[0] - 17U < 4 ? in[0] - 17U : 4;
	}
	while (!z.failed && !ended) {
		uint8_t code = take_byte(&z);
		struct match m;

		if (code < 16 && state == 0) {
			copy_literals(&z, 3 + take_length(&z, code, 15));
			state = 4;
			continue;
		}
		m = code < 16 ? short_match(&z, code, state == 4) : long_match(&z, code);
		ended = code >= 16 && code < 32 && m.distance == END_DISTANCE;
		if (z.failed || ended)
			break;
		copy_match(&z, &m);
		if (!z.failed && m.literals > 0)
			copy_literals(&z, m.literals);
		state = m.literals;
	}
	*out_len = (size_t)(z.out - out);
	return ended && !z.failed && z.in == z.in_end;
}
