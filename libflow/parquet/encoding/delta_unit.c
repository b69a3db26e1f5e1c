/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/encoding/delta_unit.h"

#include "base/attr.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define LANES 16
#define VECTORS "avx512f,avx512bw,avx512dq,avx512vbmi"

bool
delta_unit_usable(void)
{
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
	    __builtin_cpu_supports("avx512dq") &&
	    __builtin_cpu_supports("avx512vbmi");
}

/* Prefix sums of 16 lanes: adds the lane 1, 2, 4 and 8 before. */
__attribute__((target(VECTORS))) static inline __m512i
sums(__m512i v)
{
	const __m512i none = _mm512_setzero_si512();

	v = _mm512_add_epi32(v, _mm512_alignr_epi32(v, none, LANES - 1));
	v = _mm512_add_epi32(v, _mm512_alignr_epi32(v, none, LANES - 2));
	v = _mm512_add_epi32(v, _mm512_alignr_epi32(v, none, LANES - 4));
	return _mm512_add_epi32(v, _mm512_alignr_epi32(v, none, LANES - 8));
}

/*
 * Sixteen at a time, in registers between unpacking and adding: unpacking eight at a time and adding one by one
 * took twice as long.
 */
__attribute__((target(VECTORS))) uint64_t
delta_unit_decode(const uint8_t *packed, unsigned width, uint64_t before, uint64_t least,
    uint64_t out[DELTA_UNIT])
{
	const __m512i lane = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
	const __m512i nth = _mm512_set_epi64(8, 7, 6, 5, 4, 3, 2, 1);
	const __m512i lowest = _mm512_set4_epi32(0x0c0c0c0c, 0x08080808, 0x04040404, 0x00000000);
	const __mmask64 there = (UINT64_C(1) << (LANES / 8 * width)) - 1;
	__m512i bit = _mm512_mullo_epi32(lane, _mm512_set1_epi32((int)width));
	__m512i shift = _mm512_and_si512(bit, _mm512_set1_epi32(7));
	/* The four bytes that hold the bits of each lane. */
	__m512i byte = _mm512_add_epi8(_mm512_shuffle_epi8(_mm512_srli_epi32(bit, 3), lowest),
	    _mm512_set1_epi32(0x03020100));
	__m512i mask = _mm512_set1_epi32((1 << width) - 1);
	__m512i each = _mm512_set1_epi64((long long)least);
	__m512i low = _mm512_add_epi64(_mm512_set1_epi64((long long)before),
	    _mm512_mullo_epi64(nth, each));
	__m512i high = _mm512_add_epi64(low, _mm512_slli_epi64(each, 3));
	uint64_t last = before + DELTA_UNIT * least;

	for (unsigned i = 0; i < DELTA_UNIT; i += LANES, packed += LANES / 8 * width) {
		__m512i v = _mm512_permutexvar_epi8(byte, _mm512_maskz_loadu_epi8(there, packed)), step;

		v = sums(_mm512_and_si512(_mm512_srlv_epi32(v, shift), mask));
		step = _mm512_maskz_permutexvar_epi32(0x5555, _mm512_set1_epi32(LANES - 1), v);
		last += (uint32_t)_mm_cvtsi128_si32(_mm512_castsi512_si128(step));
		step = _mm512_add_epi64(step, _mm512_slli_epi64(each, 4));
		_mm512_storeu_si512(out + i,
		    _mm512_add_epi64(low, _mm512_cvtepu32_epi64(_mm512_castsi512_si256(v))));
		_mm512_storeu_si512(out + i + LANES / 2,
		    _mm512_add_epi64(high, _mm512_cvtepu32_epi64(_mm512_extracti64x4_epi64(v, 1))));
		low = _mm512_add_epi64(low, step);
		high = _mm512_add_epi64(high, step);
	}
	return last;
}
#else
bool
delta_unit_usable(void)
{
	return false;
}

uint64_t
delta_unit_decode(const uint8_t *packed, unsigned width, uint64_t before, uint64_t least,
    uint64_t out[DELTA_UNIT])
{
	UNUSED(packed);
	UNUSED(width);
	UNUSED(least);
	UNUSED(out);
	return before;
}
#endif
