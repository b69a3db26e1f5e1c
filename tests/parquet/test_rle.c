/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/encoding/rle.h"

#include <stdlib.h>
#include <string.h>

#include "base/bitmap.h"
#include "parquet/encoding/bitpack.h"
#include "tap.h"

/* Bytes with the slack behind them that decoders ask for. */
struct padded {
	uint8_t bytes[64 + BITPACK_SLACK];
	size_t len;
};

static struct rle_decoder
decoder_of(const struct padded *p, unsigned width)
{
	struct rle_decoder d;

	rle_decoder_init(&d, cursor_make(p->bytes, p->len), width);
	return d;
}

/* Encodings.md: a repeated run of 1000 times 4 in 10 bits, then 0 to 7 packed in 10. */
static void
by_hand(void)
{
	static const struct padded in = { { 0xd0, 0x0f, 0x04, 0x00, 0x03,
		0x00, 0x04, 0x20, 0xc0, 0x00, 0x04, 0x14, 0x60, 0xc0, 0x01 }, 15 };
	struct rle_decoder d = decoder_of(&in, 10);
	uint32_t out[1008];
	size_t i, right = 0;

	ok(rle_decode(&d, 1008, out));
	for (i = 0; i < 1000; i++)
		right += out[i] == 4;
	for (; i < 1008; i++)
		right += out[i] == i - 1000;
	is_uint(right, 1008);
	ok(!rle_decode(&d, 1, out));
}

static void
zero_width(void)
{
	static const struct padded in = { { 0x10, 0x05 }, 2 };
	struct rle_decoder d = decoder_of(&in, 0);
	uint32_t out[24];

	memset(out, 0xff, sizeof(out));
	ok(rle_decode(&d, 24, out));
	is_uint(out[0], 0);
	is_uint(out[23], 0);
}

static void
malformed(void)
{
	static const struct padded cases[] = {
		{ { 0 }, 0 },				/* nothing */
		{ { 0x80 }, 1 },			/* a cut count */
		{ { 0x02 }, 1 },			/* a repetition without value */
		{ { 0x00, 0x01 }, 2 },			/* no values at all */
		{ { 0x03, 0x01, 0x02 }, 3 },		/* eight packed in too few bytes */
		{ { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0 }, 11 },
		{ { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, 11 },
	};
	uint32_t out[8];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rle_decoder d = decoder_of(&cases[i], 12), s = d;

		ok(!rle_decode(&d, 8, out));
		ok(!rle_skip(&s, 8));
	}
}

/* The encoder's shortest form of the two kinds of runs. */
static void
encoded_form(void)
{
	static const uint8_t run[] = { 0x90, 0x03, 0x05 };
	static const uint8_t packed[] = { 0x03, 0x88, 0xc6, 0xfa };
	uint32_t values[200];
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < 200; i++)
		values[i] = 5;
	rle_encode(values, 200, 3, &out);
	is_mem(out.data, out.len, run, sizeof(run));
	for (uint32_t i = 0; i < 8; i++)
		values[i] = i;
	buf_clear(&out);
	rle_encode(values, 8, 3, &out);
	is_mem(out.data, out.len, packed, sizeof(packed));
	buf_clear(&out);
	rle_encode(values, 0, 3, &out);
	is_uint(out.len, 0);
	buf_release(&out);
}

static uint32_t seed = 12345;

static uint32_t
next_random(void)
{
	seed = seed * 1664525 + 1013904223;
	return seed >> 8;
}

/* Runs and noise in turn. */
static void
fill(uint32_t *values, size_t n, unsigned width)
{
	uint32_t mask = width == 32 ? UINT32_MAX : (UINT32_C(1) << width) - 1;

	for (size_t i = 0; i < n;) {
		uint32_t value = next_random() * 257u & mask;
		size_t run = next_random() % 2 == 0 ? 1 : next_random() % 90;

		for (; run > 0 && i < n; run--)
			values[i++] = value;
	}
}

/* Decodes in pieces, stepping over some of them. */
static bool
same_in_pieces(struct buf *in, const uint32_t *values, size_t n, unsigned width)
{
	struct rle_decoder d;
	uint32_t out[100];

	rle_decoder_init(&d, cursor_make(in->data, in->len), width);
	for (size_t at = 0; at < n;) {
		size_t some = next_random() % 100;

		some = some < n - at ? some : n - at;
		if (next_random() % 3 == 0) {
			if (!rle_skip(&d, some))
				return false;
		} else if (!rle_decode(&d, some, out) ||
		    memcmp(out, values + at, some * sizeof(*out)) != 0) {
			return false;
		}
		at += some;
	}
	return true;
}

static void
round_trips(void)
{
	uint32_t values[3000];
	struct buf out = BUF_INIT;

	for (unsigned width = 1; width <= 32; width++) {
		size_t n = next_random() % 3000;
		bool same = true;

		fill(values, n, width);
		buf_clear(&out);
		rle_encode(values, n, width, &out);
		ok(buf_reserve(&out, BITPACK_SLACK));
		memset(buf_end(&out), 0xff, BITPACK_SLACK);
		for (int i = 0; i < 20; i++)
			same = same && same_in_pieces(&out, values, n, width);
		ok(same);
	}
	buf_release(&out);
}

/* Levels: the same bits and their number, in odd pieces and at odd places. */
static void
bits(void)
{
	uint32_t values[5000];
	uint64_t map[BITMAP_WORDS(5100)];
	struct buf out = BUF_INIT;
	struct rle_decoder d;
	size_t at = 0, ones = 0, want = 0, wrong = 0;

	fill(values, 5000, 1);
	for (size_t i = 0; i < 5000; i++)
		want += values[i];
	rle_encode(values, 5000, 1, &out);
	ok(buf_reserve(&out, BITPACK_SLACK));
	memset(buf_end(&out), 0xff, BITPACK_SLACK);
	memset(map, 0xaa, sizeof(map));
	rle_decoder_init(&d, cursor_make(out.data, out.len), 1);
	while (at < 5000) {
		size_t some = next_random() % 700;

		some = some < 5000 - at ? some : 5000 - at;
		ok(rle_decode_bits(&d, some, map, at + 37, &ones));
		at += some;
	}
	is_uint(ones, want);
	for (size_t i = 0; i < 5000; i++)
		wrong += bitmap_get(map, i + 37) != (values[i] != 0);
	/* What is around stays as it was. */
	for (size_t i = 0; i < 37; i++)
		wrong += bitmap_get(map, i) != (i % 2 == 1);
	for (size_t i = 5037; i < 5100; i++)
		wrong += bitmap_get(map, i) != (i % 2 == 1);
	is_uint(wrong, 0);
	buf_release(&out);
}

/* Steps over some bits and reads some, in turn; returns how often they were not those of the map. */
static size_t
skipped_wrong(struct cursor in, const uint64_t *map, size_t from, size_t to)
{
	uint64_t back[BITMAP_WORDS(3000)];
	struct rle_decoder d;
	size_t wrong = 0, at = from;

	rle_decoder_init(&d, in, 1);
	for (unsigned turn = 0; at < to && wrong == 0; turn++) {
		size_t some = next_random() % 700, ones = 0, want = 0;

		some = some < to - at ? some : to - at;
		for (size_t i = at; i < at + some; i++)
			want += bitmap_get(map, i);
		if (turn % 2 == 0)
			wrong += !rle_skip_bits(&d, some, &ones) || ones != want;
		else
			wrong += !rle_decode_bits(&d, some, back, at, &ones) || ones != want;
		for (size_t i = at; i < at + some && turn % 2 != 0; i++)
			wrong += bitmap_get(map, i) != bitmap_get(back, i);
		at += some;
	}
	return wrong;
}

/* A map, from any bit to any other, with long and short stretches of either. */
static void
encode_bits(void)
{
	uint64_t map[BITMAP_WORDS(3000)], back[BITMAP_WORDS(3000)];
	uint32_t values[3000];
	struct buf out = BUF_INIT;
	struct rle_decoder d;
	size_t wrong = 0;

	for (size_t round = 0; round < 200; round++) {
		size_t from = next_random() % 200, to = from + next_random() % 2700, ones = 0, want = 0;

		fill(values, 3000, 1);
		for (size_t i = 0; i < 3000; i++) {
			/* Every other round has whole words alike. */
			bool one = round % 2 == 0 ? values[i] != 0 : values[i / 300] != 0;

			bitmap_fill(map, i, i + 1, one);
			want += one && i >= from && i < to;
		}
		buf_clear(&out);
		rle_encode_bits(map, from, to, &out);
		if (!buf_reserve(&out, BITPACK_SLACK))
			return;
		rle_decoder_init(&d, cursor_make(out.data, out.len), 1);
		wrong += !rle_decode_bits(&d, to - from, back, from, &ones) || ones != want;
		for (size_t i = from; i < to; i++)
			wrong += bitmap_get(map, i) != bitmap_get(back, i);
		wrong += skipped_wrong(cursor_make(out.data, out.len), map, from, to);
	}
	is_uint(wrong, 0);
	buf_release(&out);
}

/* A definition level above 1 has no meaning in a flat column. */
static void
bits_malformed(void)
{
	static const struct padded run = { { 0x10, 0x02 }, 2 }, cut = { { 0x05, 0xff }, 2 };
	struct rle_decoder d = decoder_of(&run, 1);
	uint64_t map[1] = { 0 };
	size_t ones = 0;

	ok(!rle_decode_bits(&d, 8, map, 0, &ones));
	d = decoder_of(&run, 1);
	ok(!rle_skip_bits(&d, 8, &ones));
	d = decoder_of(&cut, 1);
	ok(!rle_decode_bits(&d, 16, map, 0, &ones));
	d = decoder_of(&cut, 1);
	ok(!rle_skip_bits(&d, 16, &ones));
}

int
main(void)
{
	by_hand();
	zero_width();
	malformed();
	encoded_form();
	round_trips();
	bits();
	encode_bits();
	bits_malformed();
	return tap_done();
}
