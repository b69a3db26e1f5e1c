/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/delta.h"

#include <string.h>

#include "parquet/bitpack.h"

#define BLOCK 128
#define MINIBLOCKS 4
#define MINIBLOCK (BLOCK / MINIBLOCKS)

/* What other writers' headers may say. */
#define BLOCK_MAX 65536

/* Blocks that an estimate looks at. */
#define SAMPLE_BLOCKS 8

static uint64_t
zigzag(int64_t v)
{
	return (uint64_t)v << 1 ^ (uint64_t)(v >> 63);
}

static int64_t
unzigzag(uint64_t v)
{
	return (int64_t)(v >> 1 ^ (0 - (v & 1)));
}

/* A difference in wrapping arithmetic of that width, sign-extended. */
static int64_t
difference(uint64_t a, uint64_t b, unsigned bits)
{
	return bits == 32 ? (int32_t)(uint32_t)(a - b) : (int64_t)(a - b);
}

/* Differences of n (1 to 128) values, less their least, which is returned. */
static int64_t
block_deltas(const uint64_t *values, uint64_t before, size_t n, unsigned bits, uint64_t *out)
{
	int64_t delta[BLOCK], least = INT64_MAX;
	uint64_t mask = bits == 32 ? UINT32_MAX : UINT64_MAX;
	size_t i;

	for (i = 0; i < n; i++) {
		delta[i] = difference(values[i], i == 0 ? before : values[i - 1], bits);
		least = delta[i] < least ? delta[i] : least;
	}
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

size_t
delta_estimate(const uint64_t *values, size_t n, unsigned bits)
{
	size_t blocks = n / BLOCK, step, i, bytes = 0, looked = 0, m;
	uint64_t deltas[BLOCK];

	if (blocks < 2)
		return n * bits / 8;
	step = blocks > SAMPLE_BLOCKS ? blocks / SAMPLE_BLOCKS : 1;
	for (i = 1; i + BLOCK <= n; i += step * BLOCK, looked++) {
		(void)block_deltas(values + i, values[i - 1], BLOCK, bits, deltas);
		bytes += 5 + MINIBLOCKS;
		for (m = 0; m < MINIBLOCKS; m++)
			bytes += MINIBLOCK / 8 * (size_t)miniblock_width(deltas + m * MINIBLOCK);
	}
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

/* One miniblock into out, at most n values; `last` runs on. */
static bool
decode_miniblock(struct cursor *in, unsigned width, size_t size, size_t n, int64_t least,
    uint64_t *last, uint64_t *out)
{
	uint64_t deltas[256], v = *last;
	size_t done = 0;

	if (width > 64)
		return false;
	while (done < size) {
		size_t m = size - done < 256 ? size - done : 256, i, want;
		const uint8_t *p = cursor_bytes(in, m / 8 * width);

		if (p == NULL)
			return false;
		want = done >= n ? 0 : n - done < m ? n - done : m;
		bitpack_unpack64(p, width, (want + 7) / 8 * 8, deltas);
		for (i = 0; i < want; i++)
			out[done + i] = v += deltas[i] + (uint64_t)least;
		done += m;
	}
	*last = v;
	return true;
}

bool
delta_decode(struct cursor *in, size_t n, uint64_t *out)
{
	struct header h;
	uint64_t last, m;
	size_t at = 1, size;

	if (!read_header(in, &h) || h.count != n)
		return false;
	if (n == 0)
		return true;
	size = (size_t)(h.block / h.miniblocks);
	last = out[0] = (uint64_t)h.first;
	while (at < n) {
		int64_t least = unzigzag(cursor_varint(in));
		const uint8_t *width = cursor_bytes(in, (size_t)h.miniblocks);

		if (width == NULL)
			return false;
		/* Miniblocks behind the last value have no bytes. */
		for (m = 0; m < h.miniblocks && at < n; m++, at += size)
			if (!decode_miniblock(in, width[m], size, n - at, least, &last, out + at))
				return false;
	}
	return true;
}
