/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/encoding/delta.h"

#include <stdlib.h>
#include <string.h>

#include "parquet/encoding/bitpack.h"
#include "tap.h"

struct padded {
	uint8_t bytes[64 + BITPACK_SLACK];
	size_t len;
};

/*
 * The second example of Encodings.md, 7 5 3 1 2 3 4 5, in the smallest block that it
 * allows: differences -2 -2 -2 1 1 1 1, less their least 0 0 0 3 3 3 3 in two bits.
 */
static const struct padded example = { { 0x80, 0x01, 0x04, 0x08, 0x0e,
	0x03, 0x02, 0x00, 0x00, 0x00, 0xc0, 0x3f }, 18 };
static const uint64_t example_values[8] = { 7, 5, 3, 1, 2, 3, 4, 5 };

static void
spec_example(void)
{
	struct cursor in = cursor_make(example.bytes, example.len);
	struct buf out = BUF_INIT;
	uint64_t back[8];

	is_uint(delta_count(in), 8);
	ok(delta_decode(&in, 8, back));
	is_mem(back, sizeof(back), example_values, sizeof(example_values));
	is_uint(cursor_left(&in), 0);
	delta_encode(example_values, 8, 32, &out);
	is_mem(out.data, out.len, example.bytes, example.len);
	buf_release(&out);
}

/* One value has a header only; none has one too. */
static void
tiny(void)
{
	static const uint8_t one[] = { 0x80, 0x01, 0x04, 0x01, 0x05 };
	static const uint8_t none[] = { 0x80, 0x01, 0x04, 0x00, 0x00 };
	const uint64_t value = (uint64_t)-3;
	struct buf out = BUF_INIT;
	struct cursor in;
	uint64_t back = 0;

	delta_encode(&value, 1, 64, &out);
	is_mem(out.data, out.len, one, sizeof(one));
	in = cursor_make(one, sizeof(one));
	ok(delta_decode(&in, 1, &back));
	is_int(back, -3);
	buf_clear(&out);
	delta_encode(&value, 0, 64, &out);
	is_mem(out.data, out.len, none, sizeof(none));
	in = cursor_make(none, sizeof(none));
	ok(delta_decode(&in, 0, &back));
	buf_release(&out);
}

static void
malformed(void)
{
	static const struct padded cases[] = {
		{ { 0 }, 0 },
		{ { 0x08, 0x01, 0x02, 0x00 }, 4 },		/* a block of 8 */
		{ { 0x80, 0x01, 0x00, 0x02, 0x00 }, 5 },	/* no miniblocks */
		{ { 0x80, 0x01, 0x05, 0x02, 0x00 }, 5 },	/* that do not divide it */
		{ { 0x80, 0x01, 0x20, 0x02, 0x00 }, 5 },	/* of four values */
		{ { 0x80, 0x80, 0x80, 0x80, 0x01, 0x04, 0x02, 0x00 }, 8 },
		{ { 0x80, 0x01, 0x04, 0x02, 0x00, 0x00, 0x41, 0, 0, 0 }, 10 },	/* 65 bits */
		{ { 0x80, 0x01, 0x04, 0x02, 0x00, 0x00, 0x02, 0, 0, 0, 0 }, 11 },	/* cut */
		{ { 0x80, 0x01, 0x04, 0x02, 0x00, 0x00, 0x02, 0 }, 8 },	/* cut widths */
		{ { 0x80, 0x01, 0x04, 0x02, 0x00 }, 5 },	/* no block */
		{ { 0x80, 0x01, 0x04, 0x03, 0x00, 0x00, 0, 0, 0, 0 }, 10 },	/* three, not two */
	};
	uint64_t out[2];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cursor in = cursor_make(cases[i].bytes, cases[i].len);

		ok(!delta_decode(&in, 2, out));
	}
}

static uint64_t seed = 88172645463325252;

static uint64_t
next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* Differences of at most so many bits, up and down; 64: extremes too. */
static void
fill(uint64_t *values, size_t n, unsigned bits)
{
	uint64_t mask = bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1, v = next_random();

	for (size_t i = 0; i < n; i++) {
		v += (next_random() & mask) - mask / 2;
		if (bits == 64 && i % 7 == 0)
			v = i % 2 == 0 ? (uint64_t)INT64_MAX : (uint64_t)INT64_MIN;
		values[i] = v;
	}
}

static bool
same(const uint64_t *values, size_t n, unsigned bits)
{
	struct buf out = BUF_INIT;
	uint64_t *back = malloc((n + 1) * sizeof(*back));
	uint64_t mask = bits == 32 ? UINT32_MAX : UINT64_MAX;
	bool good;
	struct cursor in;

	delta_encode(values, n, bits, &out);
	good = buf_reserve(&out, BITPACK_SLACK);
	memset(buf_end(&out), 0xff, BITPACK_SLACK);
	in = cursor_make(out.data, out.len);
	good = good && delta_count(in) == n && delta_decode(&in, n, back) && cursor_left(&in) == 0;
	for (size_t i = 0; i < n && good; i++)
		good = (back[i] & mask) == (values[i] & mask);
	free(back);
	buf_release(&out);
	return good;
}

static void
round_trips(void)
{
	static const size_t counts[] = { 0, 1, 2, 31, 32, 33, 34, 127, 128, 129, 130, 257, 5000 };
	uint64_t values[5000];

	for (unsigned bits = 1; bits <= 64; bits++) {
		fill(values, 5000, bits);
		ok(same(values, 5000, 64));
		ok(same(values, 5000, 32));
	}
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		ok(same(values, counts[i], 64));
}

/* Reads runs of `step` values, and skips as many between them: what is read must be what was written. */
static bool
same_with_skips(const uint64_t *values, size_t n, unsigned bits, size_t step)
{
	struct buf out = BUF_INIT;
	uint64_t mask = bits == 32 ? UINT32_MAX : UINT64_MAX, back[600], count = 0;
	struct delta_decoder d;
	bool good;

	delta_encode(values, n, bits, &out);
	good = buf_reserve(&out, BITPACK_SLACK);
	memset(buf_end(&out), 0xff, BITPACK_SLACK);
	good = good && delta_decoder_init(&d, cursor_make(out.data, out.len), &count) && count == n;
	for (size_t at = 0; at < n && good; ) {
		size_t some = n - at < step ? n - at : step;

		good = delta_decoder_skip(&d, some);
		at += some;
		some = n - at < step ? n - at : step;
		good = good && delta_decoder_next(&d, some, back);
		for (size_t i = 0; i < some && good; i++)
			good = (back[i] & mask) == (values[at + i] & mask);
		at += some;
	}
	good = good && !delta_decoder_skip(&d, 1) && !delta_decoder_next(&d, 1, back);
	buf_release(&out);
	return good;
}

static void
skips(void)
{
	static const size_t steps[] = { 1, 2, 31, 32, 33, 63, 64, 65, 127, 128, 129, 600 };
	uint64_t values[5000];

	for (unsigned bits = 1; bits <= 64; bits++) {
		fill(values, 5000, bits);
		for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
			ok(same_with_skips(values, 5000, 64, steps[i]));
			ok(same_with_skips(values, 4991, 32, steps[i]));
		}
	}
}

/* A page that is cut within its second miniblock: its values cannot be stepped over. */
static void
cut_skip(void)
{
	static const struct padded cut = { { 0x80, 0x01, 0x04, 0x80, 0x01, 0x00, 0x00,
		0x01, 0x01, 0x01, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, 18 };
	struct delta_decoder d;
	uint64_t count = 0, value = 0;

	ok(delta_decoder_init(&d, cursor_make(cut.bytes, cut.len), &count));
	is_uint(count, 128);
	ok(delta_decoder_skip(&d, 32));
	ok(delta_decoder_next(&d, 1, &value));
	is_uint(value, 32);
	ok(!delta_decoder_skip(&d, 1));
}

/* Blocks as other writers cut them: 256 values, two miniblocks of 128, the last half empty. */
static void
other_blocks(void)
{
	struct buf in = BUF_INIT;
	uint64_t back[200];
	struct cursor c;
	size_t right = 0;

	buf_append_varint(&in, 256);
	buf_append_varint(&in, 2);
	buf_append_varint(&in, 200);
	buf_append_varint(&in, 20);	/* 10 */
	buf_append_varint(&in, 1);	/* least difference -1 */
	buf_append_u8(&in, 0);		/* always -1 */
	buf_append_u8(&in, 8);		/* -1 + 3 */
	for (size_t i = 0; i < 128; i++)
		buf_append_u8(&in, 3);
	ok(buf_reserve(&in, BITPACK_SLACK));
	c = cursor_make(in.data, in.len);
	ok(delta_decode(&c, 200, back));
	for (size_t i = 0; i < 200; i++)
		right += (int64_t)back[i] == (i <= 128 ? 10 - (int64_t)i : -118 + 2 * ((int64_t)i - 128));
	is_uint(right, 200);
	is_uint(cursor_left(&c), 0);
	buf_release(&in);
}

/* Of constant steps almost nothing is left, of noise hardly less than plain. */
static void
estimates(void)
{
	uint64_t values[5000];

	for (size_t i = 0; i < 5000; i++)
		values[i] = i * 3;
	ok(delta_estimate(values, 5000, 64) < 500);
	fill(values, 5000, 64);
	ok(delta_estimate(values, 5000, 64) > 39000);
}

/* Values that grow by 3, and once by 2^bit more, which is what that difference is above the least. */
static void
fits(void)
{
	uint64_t values[300];
	unsigned bit, i;

	for (bit = 2; bit < 40; bit++) {
		for (i = 0; i < 300; i++)
			values[i] = UINT64_C(1764500000000) + 3 * i + (i >= 150 ? UINT64_C(1) << bit : 0);
		ok(delta_fits(values, 300, 64, bit + 1));
		ok(!delta_fits(values, 300, 64, bit));
	}
	ok(delta_fits(values, 0, 64, 1));
	ok(delta_fits(values, 1, 64, 1));
	for (i = 0; i < 300; i++)
		values[i] = (UINT64_C(1) << 41) - 150 + i;
	ok(delta_fits(values, 300, 64, 2));
	for (i = 0; i < 300; i++)
		values[i] = i % 2 == 0 ? 0 : UINT64_C(1) << 60;
	ok(!delta_fits(values, 300, 64, 60));
}

int
main(void)
{
	spec_example();
	tiny();
	malformed();
	round_trips();
	skips();
	cut_skip();
	other_blocks();
	estimates();
	fits();
	return tap_done();
}
