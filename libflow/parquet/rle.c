/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/rle.h"

#include <string.h>

#include "base/attr.h"
#include "base/bitmap.h"
#include "parquet/bitpack.h"

/* A repetition this long is worth leaving a packed run for. */
#define RUN_MIN 24

static size_t
value_bytes(unsigned width)
{
	return (width + 7) / 8;
}

void
rle_encode_run(uint32_t value, size_t n, unsigned width, struct buf *out)
{
	uint8_t bytes[4];

	if (n == 0)
		return;
	buf_append_varint(out, (uint64_t)n << 1);
	store_le32(bytes, value);
	buf_append(out, bytes, value_bytes(width));
}

/* n is a multiple of 8, but for the last run of all, which is padded with zeros. */
static void
encode_packed(const uint32_t *values, size_t n, unsigned width, struct buf *out)
{
	size_t whole = n / 8 * 8, groups = (n + 7) / 8;
	uint32_t last[8] = { 0 };

	if (n == 0)
		return;
	buf_append_varint(out, (uint64_t)groups << 1 | 1);
	if (!buf_reserve(out, groups * width + 16))
		return;
	bitpack_pack32(values, width, whole, buf_end(out));
	out->len += whole / 8 * width;
	if (n > whole) {
		memcpy(last, values + whole, (n - whole) * sizeof(*last));
		bitpack_pack32(last, width, 8, buf_end(out));
		out->len += width;
	}
}

static size_t
run_length(const uint32_t *values, size_t n)
{
	size_t i = 1;

	while (i < n && values[i] == values[0])
		i++;
	return i;
}

void
rle_encode(const uint32_t *values, size_t n, unsigned width, struct buf *out)
{
	size_t packed = 0, i = 0;	/* values [packed, i) wait to be packed */

	while (i < n) {
		size_t run = run_length(values + i, n - i);
		/* A packed run ends on a multiple of eight: it takes some of the repetition. */
		size_t fill = (8 - (i - packed) % 8) % 8;

		if (run < RUN_MIN + fill) {
			i += run;
			continue;
		}
		encode_packed(values + packed, i + fill - packed, width, out);
		rle_encode_run(values[i], run - fill, width, out);
		i += run;
		packed = i;
	}
	encode_packed(values + packed, n - packed, width, out);
}

void
rle_decoder_init(struct rle_decoder *d, struct cursor in, unsigned width)
{
	*d = (struct rle_decoder){ .in = in, .width = width };
}

static bool
next_run(struct rle_decoder *d)
{
	uint64_t head = cursor_varint(&d->in);
	uint8_t bytes[4] = { 0 };
	const uint8_t *p;

	if (cursor_failed(&d->in) || head >> 1 == 0 || head >> 1 > UINT32_MAX)
		return false;
	d->packed = head & 1;
	d->left = d->packed ? (head >> 1) * 8 : head >> 1;
	if (d->packed)
		return true;
	p = cursor_bytes(&d->in, value_bytes(d->width));
	if (p == NULL)
		return false;
	memcpy(bytes, p, value_bytes(d->width));
	d->value = load_le32(bytes);
	return true;
}

/* Unpacks n values, a multiple of eight. */
static bool
unpack_some(struct rle_decoder *d, size_t n, uint32_t *out)
{
	const uint8_t *p = cursor_bytes(&d->in, n / 8 * d->width);

	if (p == NULL)
		return false;
	bitpack_unpack32(p, d->width, n, out);
	return true;
}

static size_t
take_spare(struct rle_decoder *d, size_t n, uint32_t *out)
{
	size_t have = d->spare_count - d->spare_at;

	if (have > n)
		have = n;
	if (out != NULL)
		memcpy(out, d->spare + d->spare_at, have * sizeof(*out));
	d->spare_at += (unsigned)have;
	return have;
}

VECTORIZED static void
repeat(uint32_t value, size_t n, uint32_t *out)
{
	size_t i;

	for (i = 0; i < n; i++)
		out[i] = value;
}

/* At least one value of the packed run, at most n. */
static size_t
decode_packed(struct rle_decoder *d, size_t n, uint32_t *out)
{
	size_t m = n < d->left ? n : (size_t)d->left, whole = m / 8 * 8;

	if (whole > 0) {
		if (!unpack_some(d, whole, out))
			return 0;
		d->left -= whole;
		return whole;
	}
	if (!unpack_some(d, 8, d->spare))
		return 0;
	d->left -= 8;
	d->spare_at = 0;
	d->spare_count = 8;
	return take_spare(d, n, out);
}

bool
rle_decode(struct rle_decoder *d, size_t n, uint32_t *out)
{
	while (n > 0) {
		size_t m = take_spare(d, n, out);

		if (m == 0) {
			if (d->left == 0 && !next_run(d))
				return false;
			if (d->packed) {
				m = decode_packed(d, n, out);
				if (m == 0)
					return false;
			} else {
				m = n < d->left ? n : (size_t)d->left;
				repeat(d->value, m, out);
				d->left -= m;
			}
		}
		out += m;
		n -= m;
	}
	return true;
}

bool
rle_skip(struct rle_decoder *d, size_t n)
{
	while (n > 0) {
		size_t m = take_spare(d, n, NULL);
		uint32_t eight[8];

		if (m == 0) {
			if (d->left == 0 && !next_run(d))
				return false;
			m = n < d->left ? n : (size_t)d->left;
			if (d->packed && m < 8) {
				m = decode_packed(d, m, eight);
				if (m == 0)
					return false;
			} else {
				m = d->packed ? m / 8 * 8 : m;
				if (d->packed)
					cursor_skip(&d->in, m / 8 * d->width);
				if (cursor_failed(&d->in))
					return false;
				d->left -= m;
			}
		}
		n -= m;
	}
	return true;
}

/* Copies n (up to 64) bits that begin at the first of `in`; returns how many are 1. */
static size_t
copy_bits(const uint8_t *in, size_t n, uint64_t *map, size_t at)
{
	uint64_t mask = n == 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1;
	uint64_t bits = load_le64(in) & mask;
	unsigned shift = at % 64;
	uint64_t *word = map + at / 64;

	word[0] = (word[0] & ~(mask << shift)) | bits << shift;
	if (shift + n > 64)
		word[1] = (word[1] & ~(mask >> (64 - shift))) | bits >> (64 - shift);
	return (size_t)__builtin_popcountll(bits);
}

/* What is left of a packed run, whole bytes of it: the bits stand in it as they do in a map. */
static size_t
packed_bits(struct rle_decoder *d, size_t n, uint64_t *map, size_t at, size_t *ones)
{
	size_t m = (n < d->left ? n : (size_t)d->left) / 8 * 8, done;
	const uint8_t *p = cursor_bytes(&d->in, m / 8);

	if (p == NULL)
		return 0;
	for (done = 0; done < m; done += 64)
		*ones += copy_bits(p + done / 8, m - done < 64 ? m - done : 64, map, at + done);
	d->left -= m;
	return m;
}

/* The rest of a byte, bit by bit. */
static size_t
spare_bits(struct rle_decoder *d, size_t n, uint64_t *map, size_t at, size_t *ones)
{
	uint32_t some[8];
	size_t m = n < 8 ? n : 8, i;

	if (!rle_decode(d, m, some))
		return 0;
	for (i = 0; i < m; i++) {
		if (some[i] != 0)
			bitmap_set(map, at + i);
		else
			bitmap_unset(map, at + i);
		*ones += some[i] != 0;
	}
	return m;
}

bool
rle_decode_bits(struct rle_decoder *d, size_t n, uint64_t *map, size_t at, size_t *ones)
{
	while (n > 0) {
		bool spare = d->spare_at < d->spare_count;
		size_t m;

		if (!spare && d->left == 0 && !next_run(d))
			return false;
		if (!spare && !d->packed) {
			m = n < d->left ? n : (size_t)d->left;
			if (d->value > 1)
				return false;
			bitmap_fill(map, at, at + m, d->value == 1);
			*ones += d->value == 1 ? m : 0;
			d->left -= m;
		} else if (!spare && n >= 8) {
			m = packed_bits(d, n, map, at, ones);
		} else {
			m = d->spare_count - d->spare_at;
			m = spare_bits(d, spare && m < n ? m : n, map, at, ones);
		}
		if (m == 0)
			return false;
		at += m;
		n -= m;
	}
	return true;
}
