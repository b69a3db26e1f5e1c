/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/bitmap.h"

void
bitmap_fill(uint64_t *map, size_t from, size_t to, bool value)
{
	while (from < to) {
		size_t word = from / 64;
		size_t last = (word + 1) * 64 < to ? (word + 1) * 64 : to;
		size_t width = last - from;
		uint64_t mask = width == 64 ? ~UINT64_C(0) :
		    ((UINT64_C(1) << width) - 1) << (from % 64);

		if (value)
			map[word] |= mask;
		else
			map[word] &= ~mask;
		from = last;
	}
}

size_t
bitmap_count(const uint64_t *map, size_t bits)
{
	size_t words = bits / 64, n = 0, i;

	for (i = 0; i < words; i++)
		n += (size_t)__builtin_popcountll(map[i]);
	if (bits % 64 != 0)
		n += (size_t)__builtin_popcountll(map[words] &
		    ((UINT64_C(1) << (bits % 64)) - 1));
	return n;
}
