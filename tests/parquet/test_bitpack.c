/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/encoding/bitpack.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define COUNT 264

/* The example of Encodings.md: 0 to 7 in three bits each. */
static void
spec_example(void)
{
	static const uint8_t want[3] = { 0x88, 0xc6, 0xfa };
	static const uint32_t values[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	uint8_t packed[3 + BITPACK_SLACK] = { 0 };
	uint32_t back[8];

	bitpack_pack32(values, 3, 8, packed);
	is_mem(packed, 3, want, 3);
	bitpack_unpack32(packed, 3, 8, back);
	is_mem(back, sizeof(back), values, sizeof(values));
}

static void
widths(void)
{
	is_uint(bitpack_width(0), 0);
	is_uint(bitpack_width(1), 1);
	is_uint(bitpack_width(2), 2);
	is_uint(bitpack_width(255), 8);
	is_uint(bitpack_width(256), 9);
	is_uint(bitpack_width(UINT64_MAX), 64);
}

/* Bit i * width + b of the bytes, by definition. */
static bool
bits_stand_where_they_should(const uint8_t *packed, const uint64_t *values, unsigned width)
{
	for (size_t i = 0; i < COUNT; i++) {
		for (unsigned b = 0; b < width; b++) {
			size_t bit = i * width + b;

			if (((unsigned)packed[bit / 8] >> bit % 8 & 1) != (values[i] >> b & 1))
				return false;
		}
	}
	return true;
}

static void
fill(uint64_t *values, unsigned width)
{
	uint64_t mask = width == 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1, v = 88172645463325252;

	for (size_t i = 0; i < COUNT; i++) {
		v ^= v << 13;
		v ^= v >> 7;
		v ^= v << 17;
		values[i] = (i % 9 == 0 ? UINT64_MAX : v) & mask;
	}
}

static void
every_width(void)
{
	uint64_t values[COUNT], back[COUNT];
	uint32_t narrow[COUNT], narrow_back[COUNT];

	for (unsigned width = 0; width <= 64; width++) {
		/* Of exactly the size that the contract names. */
		size_t bytes = COUNT / 8 * width;
		uint8_t *packed = calloc(1, bytes + BITPACK_SLACK);

		fill(values, width);
		bitpack_pack64(values, width, COUNT, packed);
		ok(bits_stand_where_they_should(packed, values, width));
		/* What stands behind the values must not matter. */
		memset(packed + bytes, 0xff, BITPACK_SLACK);
		bitpack_unpack64(packed, width, COUNT, back);
		is_mem(back, sizeof(back), values, sizeof(values));
		for (size_t i = 0; width <= 32 && i < COUNT; i++)
			narrow[i] = (uint32_t)values[i];
		if (width <= 32) {
			memset(packed, 0, bytes);
			bitpack_pack32(narrow, width, COUNT, packed);
			ok(bits_stand_where_they_should(packed, values, width));
			memset(packed + bytes, 0xff, BITPACK_SLACK);
			for (size_t n = 0; n <= COUNT; n += 8) {
				memset(narrow_back, 0xa5, sizeof(narrow_back));
				bitpack_unpack32(packed, width, n, narrow_back);
				if (memcmp(narrow_back, narrow, n * sizeof(*narrow)) != 0 ||
				    (n < COUNT && narrow_back[n] != 0xa5a5a5a5))
					ok(false);
			}
		}
		free(packed);
	}
}

/* Sums of values that are all as large as they can be, and of a mixture. */
static void
sums(void)
{
	static const size_t counts[] = { 0, 8, 32, 64, 1024 };
	uint64_t values[COUNT], want;

	for (unsigned width = 0; width <= 32; width++) {
		size_t bytes = 1024 / 8 * (size_t)width;
		uint8_t *packed = malloc(bytes + BITPACK_SLACK);

		memset(packed, 0xff, bytes + BITPACK_SLACK);
		for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
			is_uint(bitpack_sum32(packed, width, counts[i]),
			    ((UINT64_C(1) << width) - 1) * counts[i]);
		fill(values, width);
		bitpack_pack64(values, width, COUNT, packed);
		want = 0;
		for (size_t i = 0; i < COUNT; i++)
			want += values[i];
		is_uint(bitpack_sum32(packed, width, COUNT), want);
		free(packed);
	}
}

int
main(void)
{
	spec_example();
	widths();
	every_width();
	sums();
	return tap_done();
}
