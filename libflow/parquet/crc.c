/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/crc.h"

#include <zlib.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static uint32_t
crc_plain(uint32_t crc, const uint8_t *p, size_t len)
{
	return (uint32_t)crc32_z(crc, p, len);
}

#if defined(__x86_64__)
/* Folding is not worth its setup for shorter pages. */
#define FOLD_MIN 256

/*
 * Folding: 16 bytes, a polynomial over two elements, can be moved n bits further on without changing the
 * remainder: multiply its halves by x to that power, modulo the CRC's polynomial.  Four such lanes run side by
 * side through the page; zlib finishes what is left of it.  12 GB/s, where zlib's tables make 1.3: checking costs
 * 0.2 ns a value instead of as much as all the decoding.
 *
 * The multipliers, bits reversed: x^(8 * 64 + 32) and x^(8 * 64 - 32), the same for 16 bytes, and for 256.
 */
#define X_2080 0x11542778a
#define X_2016 0x1322d1430
#define X_544 0x154442bd4
#define X_480 0x1c6e41596
#define X_160 0x1751997d0
#define X_96 0x0ccaa009e

__attribute__((target("pclmul,sse4.1"))) static inline __m128i
fold(__m128i lane, __m128i by, __m128i next)
{
	return _mm_xor_si128(_mm_xor_si128(_mm_clmulepi64_si128(lane, by, 0x00),
	    _mm_clmulepi64_si128(lane, by, 0x11)), next);
}

static inline __m128i
load(const uint8_t *p)
{
	return _mm_loadu_si128((const void *)p);
}

/* Folds the rest of the page, of any length, into the lanes, and these into one; zlib finishes. */
__attribute__((target("pclmul,sse4.1"))) static uint32_t
finish_lanes(__m128i lane[4], const uint8_t *p, size_t len)
{
	const __m128i by64 = _mm_set_epi64x(X_480, X_544), by16 = _mm_set_epi64x(X_96, X_160);
	uint8_t folded[16];
	unsigned i;

	for (; len >= 64; p += 64, len -= 64)
		for (i = 0; i < 4; i++)
			lane[i] = fold(lane[i], by64, load(p + 16 * i));
	for (i = 1; i < 4; i++)
		lane[i] = fold(lane[i - 1], by16, lane[i]);
	_mm_storeu_si128((void *)folded, lane[3]);
	/* Continues from a register of zeros; zlib inverts it. */
	return crc_plain(crc_plain(UINT32_MAX, folded, sizeof(folded)), p, len);
}

__attribute__((target("pclmul,sse4.1"))) static uint32_t
crc_folded(const uint8_t *p, size_t len)
{
	__m128i lane[4];

	for (unsigned i = 0; i < 4; i++)
		lane[i] = load(p + 16 * i);
	/* The CRC register starts as ones: XOR them into the first bytes. */
	lane[0] = _mm_xor_si128(lane[0], _mm_cvtsi32_si128(-1));
	return finish_lanes(lane, p + 64, len - 64);
}

/* The same with lanes of 64 bytes, four multiplications in one instruction: 54 GB/s. */
#define WIDE_MIN 1024
#define WIDE __attribute__((target("vpclmulqdq,avx512f,pclmul,sse4.1")))

WIDE static inline __m512i
fold_wide(__m512i lanes, __m512i by, __m512i next)
{
	return _mm512_ternarylogic_epi64(_mm512_clmulepi64_epi128(lanes, by, 0x00),
	    _mm512_clmulepi64_epi128(lanes, by, 0x11), next, 0x96);
}

WIDE static uint32_t
crc_folded_wide(const uint8_t *p, size_t len)
{
	const __m512i by256 = _mm512_broadcast_i32x4(_mm_set_epi64x(X_2016, X_2080));
	const __m512i by64 = _mm512_broadcast_i32x4(_mm_set_epi64x(X_480, X_544));
	__m512i lanes[4];
	__m128i lane[4];
	unsigned i;

	for (i = 0; i < 4; i++)
		lanes[i] = _mm512_loadu_si512(p + 64 * i);
	lanes[0] = _mm512_xor_si512(lanes[0], _mm512_zextsi128_si512(_mm_cvtsi32_si128(-1)));
	for (p += 256, len -= 256; len >= 256; p += 256, len -= 256)
		for (i = 0; i < 4; i++)
			lanes[i] = fold_wide(lanes[i], by256, _mm512_loadu_si512(p + 64 * i));
	for (i = 1; i < 4; i++)
		lanes[i] = fold_wide(lanes[i - 1], by64, lanes[i]);
	_mm512_storeu_si512(lane, lanes[3]);
	return finish_lanes(lane, p, len);
}

static bool
can_fold(void)
{
	return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
}

static bool
can_fold_wide(void)
{
	return __builtin_cpu_supports("vpclmulqdq") && __builtin_cpu_supports("avx512f");
}

bool
crc_page_by(enum crc_way way, const void *bytes, size_t len, uint32_t *crc)
{
	if (way == CRC_FOLDED_WIDE && len >= WIDE_MIN && can_fold() && can_fold_wide())
		*crc = crc_folded_wide(bytes, len);
	else if (way == CRC_FOLDED && len >= FOLD_MIN && can_fold())
		*crc = crc_folded(bytes, len);
	else if (way == CRC_PLAIN)
		*crc = crc_plain(0, bytes, len);
	else
		return false;
	return true;
}
#else
bool
crc_page_by(enum crc_way way, const void *bytes, size_t len, uint32_t *crc)
{
	if (way == CRC_PLAIN)
		*crc = crc_plain(0, bytes, len);
	return way == CRC_PLAIN;
}
#endif

uint32_t
crc_page(const void *bytes, size_t len)
{
	uint32_t crc = 0;

	if (!crc_page_by(CRC_FOLDED_WIDE, bytes, len, &crc) &&
	    !crc_page_by(CRC_FOLDED, bytes, len, &crc))
		(void)crc_page_by(CRC_PLAIN, bytes, len, &crc);
	return crc;
}
