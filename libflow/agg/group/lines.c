/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/group/lines.h"

#include "agg/ask/measure.h"

#if defined(__x86_64__)
#include <immintrin.h>

/* Rows that are turned into lines together. */
#define TOGETHER 4

/* Where the slots lie in a line with a key of one word. */
#define SUMS 0x1e	/* rows, flows, packets, bytes */
#define EARLIEST 0x20
#define LATEST 0x40

bool
lines_usable(void)
{
	return __builtin_cpu_supports("avx512f");
}

/*
 * A line and a row: sums stop at the greatest number, and the key has 0 added to it.  What depends
 * on the comparison comes last, as rows of one group have to wait for each other.
 */
__attribute__((target("avx512f"))) static inline __m512i
joined(__m512i line, __m512i row, __mmask8 sums, __mmask8 earliest, __mmask8 latest)
{
	__m512i sum = _mm512_add_epi64(line, row);
	__mmask8 over = _mm512_mask_cmplt_epu64_mask(sums, sum, row);

	sum = _mm512_mask_min_epu64(sum, earliest, line, row);
	sum = _mm512_mask_max_epu64(sum, latest, line, row);
	return _mm512_mask_set1_epi64(sum, over, -1);
}

__attribute__((target("avx512f"))) static inline void
add_line(uint64_t *state, __m512i row, unsigned words)
{
	void *line = state - words;
	unsigned up = words - 1;

	if (words == 2)
		row = _mm512_maskz_alignr_epi64(0xfe, row, row, LINE_WORDS - 1);
	_mm512_store_si512(line, joined(_mm512_load_si512(line), row, (__mmask8)(SUMS << up),
	    (__mmask8)(EARLIEST << up), (__mmask8)(LATEST << up)));
}

/* Rows' halves of a line: 0, 1, flows, packets and bytes, first, last, 0. */
struct halves {
	__m256i low[TOGETHER], high[TOGETHER];
};

/* Four rows of the columns into lines. */
__attribute__((target("avx512f"))) static inline struct halves
turn(const uint64_t *flows, const uint64_t *packets, const uint64_t *bytes, const uint64_t *first,
    const uint64_t *last)
{
	const __m256i one = _mm256_set_epi64x(1, 0, 1, 0);
	const __m256i bias = _mm256_set1_epi64x((long long)SLOT_TIME_BIAS);
	__m256i f = _mm256_loadu_si256((const void *)flows);
	__m256i p = _mm256_loadu_si256((const void *)packets);
	__m256i b = _mm256_loadu_si256((const void *)bytes);
	__m256i t = _mm256_xor_si256(_mm256_loadu_si256((const void *)first), bias);
	__m256i u = _mm256_xor_si256(_mm256_loadu_si256((const void *)last), bias);
	__m256i fp[2] = { _mm256_unpacklo_epi64(f, p), _mm256_unpackhi_epi64(f, p) };
	__m256i bt[2] = { _mm256_unpacklo_epi64(b, t), _mm256_unpackhi_epi64(b, t) };
	__m256i u0[2] = { _mm256_unpacklo_epi64(u, _mm256_setzero_si256()),
	    _mm256_unpackhi_epi64(u, _mm256_setzero_si256()) };
	struct halves h;

	for (unsigned i = 0; i < 2; i++) {
		h.low[i] = _mm256_permute2x128_si256(one, fp[i], 0x20);
		h.low[i + 2] = _mm256_permute2x128_si256(one, fp[i], 0x31);
		h.high[i] = _mm256_permute2x128_si256(bt[i], u0[i], 0x20);
		h.high[i + 2] = _mm256_permute2x128_si256(bt[i], u0[i], 0x31);
	}
	return h;
}

__attribute__((target("avx512f"))) static inline void
add_together(const struct usual_columns *c, uint32_t i, uint64_t *const *state, unsigned words)
{
	struct halves h = turn(c->flows + i, c->packets + i, c->bytes + i, c->first + i, c->last + i);

	for (unsigned k = 0; k < TOGETHER; k++)
		add_line(state[i + k], _mm512_inserti64x4(_mm512_castsi256_si512(h.low[k]), h.high[k], 1),
		    words);
}

__attribute__((target("avx512f"))) static inline void
add_rows(const struct usual_columns *c, uint32_t n, uint64_t *const *state, unsigned words)
{
	uint32_t i = 0;

	for (; i + LINES_AHEAD + TOGETHER <= n; i += TOGETHER) {
		for (unsigned k = 0; k < TOGETHER; k++)
			__builtin_prefetch(state[i + LINES_AHEAD + k], 1);
		add_together(c, i, state, words);
	}
	for (; i < n; i++)
		add_line(state[i], _mm512_set_epi64(0, (long long)(c->last[i] ^ SLOT_TIME_BIAS),
		    (long long)(c->first[i] ^ SLOT_TIME_BIAS), (long long)c->bytes[i],
		    (long long)c->packets[i], (long long)c->flows[i], 1, 0), words);
}

__attribute__((target("avx512f"))) void
lines_add(const struct flow_batch *batch, const struct rows *rows, uint64_t *const *state,
    unsigned words)
{
	const struct usual_columns c = usual_columns_from(batch, rows->from);

	if (words == 1)
		add_rows(&c, rows->n, state, 1);
	else
		add_rows(&c, rows->n, state, 2);
}
#else
bool
lines_usable(void)
{
	return false;
}

void
lines_add(const struct flow_batch *batch, const struct rows *rows, uint64_t *const *state,
    unsigned words)
{
	UNUSED(batch);
	UNUSED(rows);
	UNUSED(state);
	UNUSED(words);
}
#endif
