/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps are those of decimal_digits8 (base/decimal.h), each as a loop over
 * lanes of fixed width and count, which compilers turn into vector code:
 *
 *	32 bits   [ v / 10^4 | v % 10^4 ]         two lanes of each number
 *	32 bits   [ q | r << 16 ]                 by 100, in each lane
 *	16 bits   [ tens | units << 8 ]           by 10
 *
 * Lane order is that of a little-endian machine; others take the plain way.
 */
#include "output/digits.h"

#include "base/decimal.h"

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__

/* Lanes below 10^4 to four digits each. */
static inline void
split_lanes(uint32_t *lane, size_t n)
{
	uint16_t half[4 * OUTPUT_CHUNK];

	for (size_t i = 0; i < n; i++) {
		uint32_t q = lane[i] * 10486 >> 20;

		lane[i] = q | (lane[i] - 100 * q) << 16;
	}
	memcpy(half, lane, 4 * n);
	for (size_t i = 0; i < 2 * n; i++) {
		uint16_t q = (uint16_t)((uint16_t)(half[i] * 103) >> 10);

		half[i] = (uint16_t)(q | (uint16_t)(half[i] - 10 * q) << 8);
	}
	memcpy(lane, half, 4 * n);
}

void
digits_below8(const uint32_t v[static OUTPUT_CHUNK], char *out, uint32_t stride,
    uint32_t len[static OUTPUT_CHUNK])
{
	uint32_t lane[2 * OUTPUT_CHUNK];

	for (size_t i = 0; i < OUTPUT_CHUNK; i++) {
		uint32_t high = v[i] / 10000;

		lane[2 * i] = high;
		lane[2 * i + 1] = v[i] - 10000 * high;
	}
	split_lanes(lane, ARRAY_LEN(lane));
	for (size_t i = 0; i < OUTPUT_CHUNK; i++, out += stride) {
		uint64_t digits = load_le64(&lane[2 * i]);
		unsigned skip = (unsigned)__builtin_ctzll(digits | UINT64_C(1) << 56) & ~7u;

		store_le64(out, (digits | UINT64_C(0x3030303030303030)) >> skip);
		len[i] = 8 - skip / 8;
	}
}

void
digits_below4(const uint32_t v[static OUTPUT_CHUNK], char *out, uint32_t stride,
    uint32_t len[static OUTPUT_CHUNK])
{
	uint32_t lane[OUTPUT_CHUNK];

	memcpy(lane, v, sizeof(lane));
	split_lanes(lane, ARRAY_LEN(lane));
	for (size_t i = 0; i < OUTPUT_CHUNK; i++, out += stride) {
		unsigned skip = (unsigned)__builtin_ctz(lane[i] | UINT32_C(1) << 24) & ~7u;

		store_le32(out, (lane[i] | UINT32_C(0x30303030)) >> skip);
		len[i] = 4 - skip / 8;
	}
}

#else

void
digits_below8(const uint32_t v[static OUTPUT_CHUNK], char *out, uint32_t stride,
    uint32_t len[static OUTPUT_CHUNK])
{
	for (size_t i = 0; i < OUTPUT_CHUNK; i++)
		len[i] = (uint32_t)decimal_below8(v[i], out + i * stride);
}

void
digits_below4(const uint32_t v[static OUTPUT_CHUNK], char *out, uint32_t stride,
    uint32_t len[static OUTPUT_CHUNK])
{
	for (size_t i = 0; i < OUTPUT_CHUNK; i++)
		len[i] = (uint32_t)decimal_below4(v[i], out + i * stride);
}

#endif
