/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/encoding/rle.h"

#include <string.h>

#include "base/attr.h"
#include "base/bitmap.h"
#include "parquet/encoding/bitpack.h"

/* A shorter repetition does not end a packed run. */
#define RUN_MIN 24

/* Bits that are skipped at a time if ones have to be counted. */
#define SKIP_BITS 256

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

/* n is a multiple of 8, except in the last run, which is padded with zeros. */
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

/* Whether eight values are equal: in steps of eight, this finds any run of RUN_MIN, whatever its offset. */
static bool
is_uniform(const uint32_t *v)
{
	uint64_t pair[4];

	memcpy(pair, v, sizeof(pair));
	return v[0] == v[1] && ((pair[0] ^ pair[1]) | (pair[0] ^ pair[2]) | (pair[0] ^ pair[3])) == 0;
}

void
rle_encode(const uint32_t *values, size_t n, unsigned width, struct buf *out)
{
	size_t packed = 0, i = 0;	/* values from `packed` on are not encoded yet */

	while (i + 8 <= n) {
		size_t start = i, end = i + 8, fill;

		if (!is_uniform(values + i)) {
			i += 8;
			continue;
		}
		while (start > packed && values[start - 1] == values[i])
			start--;
		while (end < n && values[end] == values[i])
			end++;
		i = end;
		/* A packed run holds a multiple of eight values: fill it with some of the repetition. */
		fill = (8 - (start - packed) % 8) % 8;
		if (end - start < RUN_MIN + fill)
			continue;
		encode_packed(values + packed, start + fill - packed, width, out);
		rle_encode_run(values[start], end - start - fill, width, out);
		packed = end;
	}
	encode_packed(values + packed, n - packed, width, out);
}

/* 64 bits from any position of a map; those from `end` on are 0. */
static uint64_t
bits_at(const uint64_t *map, size_t at, size_t end)
{
	uint64_t bits = map[at / 64] >> (at % 64);

	if (at % 64 != 0 && (at / 64 + 1) * 64 < end)
		bits |= map[at / 64 + 1] << (64 - at % 64);
	return end - at >= 64 ? bits : bits & ((UINT64_C(1) << (end - at)) - 1);
}

static void
pack_bits(const uint64_t *map, size_t from, size_t to, struct buf *out)
{
	size_t groups = (to - from + 7) / 8, at;

	if (to == from)
		return;
	buf_append_varint(out, (uint64_t)groups << 1 | 1);
	if (!buf_reserve(out, groups + 8))
		return;
	for (at = from; at < to; at += 64)
		store_le64(buf_end(out) + (at - from) / 8, bits_at(map, at, to));
	out->len += groups;
}

void
rle_encode_bits(const uint64_t *map, size_t from, size_t to, struct buf *out)
{
	size_t packed = from, at = from;

	while (at < to) {
		uint64_t bits = bits_at(map, at, to);
		size_t end = at + 64;

		if (bits != 0 && bits != UINT64_MAX) {
			at = end;
			continue;
		}
		while (end < to && to - end >= 64 && bits_at(map, end, to) == bits)
			end += 64;
		/* A partial word of zeros belongs to the packed bits before it. */
		if (end > to)
			break;
		pack_bits(map, packed, at, out);
		rle_encode_run(bits != 0, end - at, 1, out);
		packed = at = end;
	}
	pack_bits(map, packed, to, out);
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

static void
repeat(uint32_t value, size_t n, uint32_t *out)
{
	size_t i;

	for (i = 0; i < n; i++)
		out[i] = value;
}

/* Decodes at least one value of the packed run, at most n. */
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

/* Copies n (at most 64) bits from the first bit of `in`; returns the number of ones. */
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

/* Copies whole bytes of the packed run: its bits have the order of a map's. */
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

/* Copies the rest of a byte, bit by bit. */
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

bool
rle_skip_bits(struct rle_decoder *d, size_t n, size_t *ones)
{
	uint64_t map[BITMAP_WORDS(SKIP_BITS)] = { 0 };
	size_t m;

	while (n > 0) {
		bool repeated = d->spare_at == d->spare_count && d->left > 0 && !d->packed &&
		    d->value <= 1;

		if (repeated) {
			m = n < d->left ? n : (size_t)d->left;
			*ones += d->value == 1 ? m : 0;
			d->left -= m;
		} else {
			m = n < SKIP_BITS ? n : SKIP_BITS;
			if (!rle_decode_bits(d, m, map, 0, ones))
				return false;
		}
		n -= m;
	}
	return true;
}
