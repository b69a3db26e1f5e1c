/* SPDX-License-Identifier: BSD-2-Clause */
/* Values are what the packed differences before them add up to. */
#include "parquet/encoding/delta_unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "parquet/encoding/bitpack.h"
#include "tap.h"

/* Differences of some bits, random or the greatest, in memory that ends with them. */
static bool
right(unsigned width, uint64_t before, uint64_t least, bool greatest)
{
	uint64_t diff[DELTA_UNIT], most = (UINT64_C(1) << width) - 1, want[DELTA_UNIT], sum = before;
	uint64_t got[DELTA_UNIT + 1];
	uint8_t packed[DELTA_UNIT * 8], *exact = malloc(DELTA_UNIT / 8 * (size_t)width);
	bool equal;

	for (unsigned i = 0; i < DELTA_UNIT; i++) {
		diff[i] = greatest ? most : hash_mix64(before + i) & most;
		sum += diff[i];
		want[i] = sum + (i + 1) * least;
	}
	bitpack_pack64(diff, width, DELTA_UNIT, packed);
	memcpy(exact, packed, DELTA_UNIT / 8 * (size_t)width);
	got[DELTA_UNIT] = 0x55;
	sum = delta_unit_decode(exact, width, before, least, got);
	equal = sum == want[DELTA_UNIT - 1] && memcmp(got, want, sizeof(want)) == 0 && got[DELTA_UNIT] == 0x55;
	free(exact);
	return equal;
}

int
main(void)
{
	static const uint64_t start[] = { 0, 1, 1700000000000, UINT64_MAX, UINT64_C(1) << 63 };
	/* As they are in pages: little, none, and below zero. */
	static const uint64_t least[] = { 0, 7, UINT64_MAX, 0 - UINT64_C(123456789012), UINT64_C(1) << 63 };
	/* Differences 1, 2, 3, 0, 1, ... of two bits, less 2: by hand. */
	static const uint8_t two[] = { 0x39, 0x39, 0x39, 0x39, 0x39, 0x39, 0x39, 0x39 };
	uint64_t out[DELTA_UNIT];

	if (!delta_unit_usable()) {
		tap_skip("this machine has no such vector operations");
		return tap_done();
	}
	is_uint(delta_unit_decode(two, 2, 100, 0 - UINT64_C(2), out), 84);
	is_uint(out[0], 99);
	is_uint(out[1], 99);
	is_uint(out[2], 100);
	is_uint(out[3], 98);
	is_uint(out[31], 84);
	for (unsigned width = 1; width <= DELTA_UNIT_WIDTH; width++)
		for (unsigned s = 0; s < 5; s++)
			for (unsigned l = 0; l < 5; l++)
				ok(right(width, start[s], least[l], false) &&
				    right(width, start[s], least[l], true));
	return tap_done();
}
