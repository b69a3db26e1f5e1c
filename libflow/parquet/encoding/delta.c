/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/encoding/delta.h"

#include <string.h>

#include "base/attr.h"
#include "base/zigzag.h"
#include "parquet/encoding/bitpack.h"

#define BLOCK 128
#define MINIBLOCKS 4
#define MINIBLOCK (BLOCK / MINIBLOCKS)

/* The largest block that is accepted of other writers. */
#define BLOCK_MAX 65536

/* The most values of a miniblock that is skipped at once; larger ones are decoded. */
#define SUM_MAX 128

/* Blocks that an estimate looks at. */
#define SAMPLE_BLOCKS 8

/* A difference in wrapping arithmetic of that width, sign-extended. */
static int64_t
difference(uint64_t a, uint64_t b, unsigned bits)
{
	return bits == 32 ? (int32_t)(uint32_t)(a - b) : (int64_t)(a - b);
}

/* Computes differences of n (1 to 128) values, minus the least of them, which is returned. */
static int64_t
block_deltas(const uint64_t *values, uint64_t before, size_t n, unsigned bits, uint64_t *out)
{
	int64_t delta[BLOCK], least = INT64_MAX;
	uint64_t mask = bits == 32 ? UINT32_MAX : UINT64_MAX;
	size_t i;

	delta[0] = difference(values[0], before, bits);
	for (i = 1; i < n; i++)
		delta[i] = difference(values[i], values[i - 1], bits);
	for (i = 0; i < n; i++)
		least = delta[i] < least ? delta[i] : least;
	for (i = 0; i < n; i++)
		out[i] = ((uint64_t)delta[i] - (uint64_t)least) & mask;
	memset(out + n, 0, (BLOCK - n) * sizeof(*out));
	return least;
}

static unsigned
miniblock_width(const uint64_t *deltas)
{
	uint64_t all = 0;
	size_t i;

	for (i = 0; i < MINIBLOCK; i++)
		all |= deltas[i];
	return bitpack_width(all);
}

static void
encode_block(const uint64_t *values, uint64_t before, size_t n, unsigned bits, struct buf *out)
{
	uint64_t deltas[BLOCK];
	uint8_t width[MINIBLOCKS] = { 0 };
	size_t m, used = (n + MINIBLOCK - 1) / MINIBLOCK;

	buf_append_varint(out, zigzag(block_deltas(values, before, n, bits, deltas)));
	for (m = 0; m < used; m++)
		width[m] = (uint8_t)miniblock_width(deltas + m * MINIBLOCK);
	buf_append(out, width, MINIBLOCKS);
	if (!buf_reserve(out, BLOCK * 8 + 8))
		return;
	for (m = 0; m < used; m++) {
		bitpack_pack64(deltas + m * MINIBLOCK, width[m], MINIBLOCK, buf_end(out));
		out->len += MINIBLOCK / 8 * (size_t)width[m];
	}
}

void
delta_encode(const uint64_t *values, size_t n, unsigned bits, struct buf *out)
{
	uint64_t first = n > 0 ? values[0] : 0;
	size_t i;

	buf_append_varint(out, BLOCK);
	buf_append_varint(out, MINIBLOCKS);
	buf_append_varint(out, n);
	buf_append_varint(out, zigzag(difference(first, 0, bits)));
	for (i = 1; i < n; i += BLOCK)
		encode_block(values + i, values[i - 1], n - i < BLOCK ? n - i : BLOCK, bits, out);
}

/* Bits in which some value differs from the first. */
static uint64_t
differing_bits(const uint64_t *values, size_t n)
{
	uint64_t first = n > 0 ? values[0] : 0, all = 0;
	size_t i;

	for (i = 0; i < n; i++)
		all |= values[i] ^ first;
	return all;
}

bool
delta_fits(const uint64_t *values, size_t n, unsigned bits, unsigned width)
{
	uint64_t deltas[BLOCK], all = 0;
	size_t i, k;

	/* Values that agree but for the lowest b bits differ by less than 2^b, two differences by less than 2^(b+1). */
	if (bitpack_width(differing_bits(values, n)) < width)
		return true;
	for (i = 1; i < n && bitpack_width(all) <= width; i += BLOCK) {
		(void)block_deltas(values + i, values[i - 1], n - i < BLOCK ? n - i : BLOCK, bits, deltas);
		for (k = 0; k < BLOCK; k++)
			all |= deltas[k];
	}
	return bitpack_width(all) <= width;
}

size_t
delta_estimate(const uint64_t *values, size_t n, unsigned bits)
{
	size_t blocks = n / BLOCK, step, i, bytes = 0, looked = 0, m;
	uint64_t deltas[BLOCK];

	if (blocks < 2)
		return n * bits / 8;
	step = blocks > SAMPLE_BLOCKS ? blocks / SAMPLE_BLOCKS : 1;
	i = 1;
	do {
		(void)block_deltas(values + i, values[i - 1], BLOCK, bits, deltas);
		bytes += 5 + MINIBLOCKS;
		for (m = 0; m < MINIBLOCKS; m++)
			bytes += MINIBLOCK / 8 * (size_t)miniblock_width(deltas + m * MINIBLOCK);
		i += step * BLOCK;
		looked++;
	} while (i + BLOCK <= n);
	return bytes * blocks / looked;
}

struct header {
	uint64_t block, miniblocks, count;
	int64_t first;
};

static bool
read_header(struct cursor *in, struct header *h)
{
	h->block = cursor_varint(in);
	h->miniblocks = cursor_varint(in);
	h->count = cursor_varint(in);
	h->first = unzigzag(cursor_varint(in));
	return !cursor_failed(in) && h->block > 0 && h->block <= BLOCK_MAX && h->block % 128 == 0 &&
	    h->miniblocks > 0 && h->block % h->miniblocks == 0 &&
	    h->block / h->miniblocks % 32 == 0;
}

uint64_t
delta_count(struct cursor in)
{
	struct header h;

	return read_header(&in, &h) ? h.count : 0;
}

bool
delta_decoder_init(struct delta_decoder *d, struct cursor in, uint64_t *count)
{
	struct header h;

	*d = (struct delta_decoder){ .in = in };
	if (!read_header(&d->in, &h))
		return false;
	*count = h.count;
	d->miniblocks = d->miniblock = h.miniblocks;
	d->units_each = h.block / h.miniblocks / DELTA_UNIT;
	if (h.count > 0) {
		d->left = h.count - 1;
		d->last = d->spare[0] = (uint64_t)h.first;
		d->spare_count = 1;
	}
	return true;
}

/* Goes to the next miniblock; after the last one of a block to the next block. */
static bool
next_miniblock(struct delta_decoder *d)
{
	if (++d->miniblock >= d->miniblocks) {
		d->least = unzigzag(cursor_varint(&d->in));
		d->width = cursor_bytes(&d->in, (size_t)d->miniblocks);
		d->miniblock = 0;
	}
	d->units = d->units_each;
	return d->width != NULL && d->width[d->miniblock] <= 64;
}

/*
 * Decodes the next unit: DELTA_UNIT values, of which those after the page's last one are garbage. Differences of
 * at most 32 bits, the usual case, take the fast path.
 */
static bool
decode_unit(struct delta_decoder *d, uint64_t *out)
{
	uint64_t v = d->last, least;
	uint32_t narrow[DELTA_UNIT];
	const uint8_t *p;
	unsigned width, i;

	if (d->units == 0 && !next_miniblock(d))
		return false;
	width = d->width[d->miniblock];
	least = (uint64_t)d->least;
	p = cursor_bytes(&d->in, DELTA_UNIT / 8 * (size_t)width);
	if (p == NULL)
		return false;
	if (width == 0) {
		for (i = 0; i < DELTA_UNIT; i++)
			out[i] = v += least;
	} else if (width <= DELTA_UNIT_WIDTH && delta_unit_usable()) {
		v = delta_unit_decode(p, width, v, least, out);
	} else if (width <= 32) {
		bitpack_unpack32(p, width, DELTA_UNIT, narrow);
		for (i = 0; i < DELTA_UNIT; i++)
			out[i] = v += narrow[i] + least;
	} else {
		bitpack_unpack64(p, width, DELTA_UNIT, out);
		for (i = 0; i < DELTA_UNIT; i++)
			out[i] = v += out[i] + least;
	}
	d->last = v;
	d->units--;
	return true;
}

static size_t
take_spare(struct delta_decoder *d, size_t n, uint64_t *out)
{
	size_t have = d->spare_count - d->spare_at;

	if (have > n)
		have = n;
	memcpy(out, d->spare + d->spare_at, have * sizeof(*out));
	d->spare_at += (unsigned)have;
	return have;
}

bool
delta_decoder_next(struct delta_decoder *d, size_t n, uint64_t *out)
{
	while (n > 0) {
		size_t m = take_spare(d, n, out);

		if (m == 0) {
			if (d->left == 0)
				return false;
			m = d->left < DELTA_UNIT ? (size_t)d->left : DELTA_UNIT;
			if (!decode_unit(d, n >= DELTA_UNIT ? out : d->spare))
				return false;
			d->left -= m;
			if (n < DELTA_UNIT) {
				d->spare_at = 0;
				d->spare_count = (unsigned)m;
				m = 0;
			}
		}
		out += m;
		n -= m;
	}
	return true;
}

/* The sum of a miniblock's differences, each minus the least. */
static uint64_t
miniblock_sum(const uint8_t *p, unsigned width, size_t n)
{
	uint64_t wide[SUM_MAX], sum = 0;
	size_t i;

	if (width <= 32)
		return bitpack_sum32(p, width, n);
	bitpack_unpack64(p, width, n, wide);
	for (i = 0; i < n; i++)
		sum += wide[i];
	return sum;
}

/* Whether a block begins here that lies within the next n values and is small enough to be skipped at once. */
static bool
is_block(const struct delta_decoder *d, size_t n)
{
	uint64_t each = d->units_each * DELTA_UNIT;

	return d->units == 0 && d->miniblock + 1 >= d->miniblocks && each <= SUM_MAX &&
	    n >= each * d->miniblocks && d->left >= each * d->miniblocks;
}

/*
 * Skips a block: only its last value is needed, which is a sum in any order.  Returns the number of its values, 0
 * if it is malformed.
 */
static size_t
skip_block(struct delta_decoder *d)
{
	size_t each = (size_t)d->units_each * DELTA_UNIT, n = each * (size_t)d->miniblocks, i;
	struct cursor in = d->in;
	uint64_t sum = n * (uint64_t)unzigzag(cursor_varint(&in));
	const uint8_t *width = cursor_bytes(&in, (size_t)d->miniblocks), *p;

	for (i = 0; i < d->miniblocks; i++) {
		p = width != NULL && width[i] <= 64 ? cursor_bytes(&in, each / 8 * width[i]) : NULL;
		if (p == NULL)
			return 0;
		sum += miniblock_sum(p, width[i], each);
	}
	d->in = in;
	d->last += sum;
	d->left -= n;
	return n;
}

bool
delta_decoder_skip(struct delta_decoder *d, size_t n)
{
	uint64_t some[DELTA_UNIT];

	while (n > 0) {
		size_t spare = d->spare_count - d->spare_at, m = spare > 0 ? spare : DELTA_UNIT;

		if (spare == 0 && is_block(d, n)) {
			m = skip_block(d);
			if (m == 0)
				return false;
		} else {
			m = m < n ? m : n;
			if (!delta_decoder_next(d, m, some))
				return false;
		}
		n -= m;
	}
	return true;
}

bool
delta_decode(struct cursor *in, size_t n, uint64_t *out)
{
	struct delta_decoder d;
	uint64_t count;

	if (!delta_decoder_init(&d, *in, &count) || count != n || !delta_decoder_next(&d, n, out))
		return false;
	/* The last miniblock with values is complete; those after it have no bytes. */
	if (d.units > 0)
		cursor_skip(&d.in, (size_t)d.units * (DELTA_UNIT / 8) * d.width[d.miniblock]);
	*in = d.in;
	return !cursor_failed(in);
}
