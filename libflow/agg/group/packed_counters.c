/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/group/packed_counters.h"

#include "agg/ask/measure.h"
#include "agg/ask/question.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* A row may count in the same (hidden) group for several alternatives of its key. */
#define MOST (UINT32_MAX / KEY_ALTS)
#define MOST_BYTES (UINT64_MAX / KEY_ALTS)
/* Per row, so that the sum of GROUP_ROWS rows cannot overflow. */
#define MOST_ROW_BYTES (UINT64_C(1) << 48)
/*
 * Bases are multiples of 12.4 days, so that most workers choose the same one.  There is room for at
 * least that before the first instant, and for at least 24 days after it.
 */
#define BASE_UNIT (UINT64_C(1) << 30)

/* Sums of values, and the bitwise or of all, to test their ranges at once. */
struct survey {
	uint64_t halves;	/* or of the values that must fit into 32 bits */
	uint64_t wide;		/* or of bytes */
	uint64_t flows, packets, bytes;
};

static inline void
line_write(const struct usual_columns *c, uint32_t r, uint64_t from, uint64_t *line)
{
	line[0] = UINT64_C(1) << 32;
	line[1] = c->flows[r] | c->packets[r] << 32;
	line[2] = (c->first[r] - from) | (c->last[r] - from) << 32;
	line[3] = c->bytes[r];
}

static void
lay_each(struct survey *s, const struct usual_columns *c, const struct rows *rows, uint64_t from,
    uint64_t *line)
{
	for (uint32_t i = 0; i < rows->n; i++) {
		uint32_t r = rows_at(rows, i);

		s->halves |= c->flows[r] | c->packets[r] | (c->first[r] - from) | (c->last[r] - from);
		s->wide |= c->bytes[r];
		s->flows += c->flows[r];
		s->packets += c->packets[r];
		s->bytes += c->bytes[r];
		line_write(c, r, from, line + (size_t)i * NARROW_WORDS);
	}
}

static inline uint64_t *
group_at(uint64_t *groups, int32_t number)
{
	return groups + (ptrdiff_t)number * NARROW_WORDS;
}

/* The number of row i's group: number[code[i]] or, without codes, number[i]. */
static inline int32_t
number_at(const int32_t *number, const uint32_t *code, uint32_t i)
{
	return code != NULL ? number[code[i]] : number[i];
}

/* The group number of a value of `width` bytes. */
static inline int32_t
small_number(const void *values, unsigned width, uint32_t i)
{
	return (width == 1 ? ((const uint8_t *)values)[i] : ((const uint16_t *)values)[i]) + 1;
}

#if defined(__x86_64__)
/* Rows that are packed together. */
#define TOGETHER 4

/* Bits for the places of first and last among a group's eight 32-bit halves. */
#define FIRST 0x10
#define LAST 0x20

static bool
vectors_usable(void)
{
	return __builtin_cpu_supports("avx2");
}

__attribute__((target("avx2"))) static inline __m256i
load(const uint64_t *p)
{
	return _mm256_loadu_si256((const void *)p);
}

__attribute__((target("avx2"))) static inline __m256i
or(__m256i a, __m256i b)
{
	return _mm256_or_si256(a, b);
}

__attribute__((target("avx2"))) static inline uint64_t
lane(__m256i v, unsigned i)
{
	uint64_t word[TOGETHER];

	_mm256_storeu_si256((void *)word, v);
	return word[i];
}

/* Packs four rows as groups of one row: transposes 4 x 4 words. */
__attribute__((target("avx2"))) static inline void
turn(__m256i f, __m256i p, __m256i b, __m256i t, __m256i u, uint64_t *line)
{
	const __m256i one = _mm256_set1_epi64x((long long)(UINT64_C(1) << 32));
	__m256i fp = or(f, _mm256_slli_epi64(p, 32)), tu = or(t, _mm256_slli_epi64(u, 32));
	__m256i lo[2] = { _mm256_unpacklo_epi64(one, fp), _mm256_unpackhi_epi64(one, fp) };
	__m256i hi[2] = { _mm256_unpacklo_epi64(tu, b), _mm256_unpackhi_epi64(tu, b) };

	for (unsigned i = 0; i < 2; i++) {
		_mm256_storeu_si256((void *)(line + i * NARROW_WORDS),
		    _mm256_permute2x128_si256(lo[i], hi[i], 0x20));
		_mm256_storeu_si256((void *)(line + (i + 2) * NARROW_WORDS),
		    _mm256_permute2x128_si256(lo[i], hi[i], 0x31));
	}
}

/* Packs and surveys rows 0 .. n-1 of the columns; n is a multiple of TOGETHER. */
__attribute__((target("avx2"))) static void
lay_together(struct survey *s, const struct usual_columns *c, uint32_t n, uint64_t base,
    uint64_t *line)
{
	const __m256i from = _mm256_set1_epi64x((long long)base);
	__m256i halves = _mm256_setzero_si256(), wide = halves;
	__m256i flows = halves, packets = halves, bytes = halves;

	for (uint32_t i = 0; i < n; i += TOGETHER) {
		__m256i f = load(c->flows + i), p = load(c->packets + i), b = load(c->bytes + i);
		__m256i t = _mm256_sub_epi64(load(c->first + i), from);
		__m256i u = _mm256_sub_epi64(load(c->last + i), from);

		halves = or(halves, or(or(f, p), or(t, u)));
		wide = or(wide, b);
		flows = _mm256_add_epi64(flows, f);
		packets = _mm256_add_epi64(packets, p);
		bytes = _mm256_add_epi64(bytes, b);
		turn(f, p, b, t, u, line + (size_t)i * NARROW_WORDS);
	}
	for (unsigned i = 0; i < TOGETHER; i++) {
		s->halves |= lane(halves, i);
		s->wide |= lane(wide, i);
		s->flows += lane(flows, i);
		s->packets += lane(packets, i);
		s->bytes += lane(bytes, i);
	}
}

/* Sums do not carry into the next counter, so whole words are added. */
__attribute__((target("avx2"))) static inline __m256i
joined(__m256i group, __m256i row)
{
	__m256i sum = _mm256_add_epi64(group, row);

	sum = _mm256_blend_epi32(sum, _mm256_min_epu32(group, row), FIRST);
	return _mm256_blend_epi32(sum, _mm256_max_epu32(group, row), LAST);
}

__attribute__((target("avx2"))) static inline void
add_line(uint64_t *group, __m256i row)
{
	_mm256_storeu_si256((void *)group, joined(load(group), row));
}

/* Inlined with `code` known to be NULL or not. */
__attribute__((target("avx2"), always_inline)) static inline void
add_together(const uint64_t *line, uint32_t n, uint64_t *groups, const int32_t *number,
    const uint32_t *code)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t ahead = i + PREFETCH_ROWS < n ? i + PREFETCH_ROWS : i;

		__builtin_prefetch(group_at(groups, number_at(number, code, ahead)), 1);
		add_line(group_at(groups, number_at(number, code, i)),
		    load(line + (size_t)i * NARROW_WORDS));
	}
}

__attribute__((target("avx2"))) static void
add_numbered(const uint64_t *line, uint32_t n, uint64_t *groups, const int32_t *number)
{
	add_together(line, n, groups, number, NULL);
}

__attribute__((target("avx2"))) static void
add_coded(const uint64_t *line, uint32_t n, uint64_t *groups, const int32_t *number,
    const uint32_t *code)
{
	add_together(line, n, groups, number, code);
}

/* Inlined with constant `width`, and `other` known to be NULL or not. */
__attribute__((target("avx2"), always_inline)) static inline void
add_small(const uint64_t *line, uint32_t n, uint64_t *groups, const void *values, const void *other,
    unsigned width)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t ahead = i + PREFETCH_ROWS < n ? i + PREFETCH_ROWS : i;
		int32_t a = small_number(values, width, i), b;
		__m256i row = load(line + (size_t)i * NARROW_WORDS);

		__builtin_prefetch(group_at(groups, small_number(values, width, ahead)), 1);
		add_line(group_at(groups, a), row);
		if (other == NULL)
			continue;
		b = small_number(other, width, i);
		__builtin_prefetch(group_at(groups, small_number(other, width, ahead)), 1);
		add_line(group_at(groups, a == b ? -1 : b), row);
	}
}

__attribute__((target("avx2"))) static void
add_small_together(const uint64_t *line, uint32_t n, uint64_t *groups, const void *values,
    const void *other, unsigned width)
{
	if (width == 1)
		add_small(line, n, groups, values, other, 1);
	else if (other == NULL)
		add_small(line, n, groups, values, NULL, 2);
	else
		add_small(line, n, groups, values, other, 2);
}
#endif

/* Packs and surveys the rows. */
static struct survey
lay(const struct flow_batch *batch, const struct rows *rows, uint64_t base, uint64_t *line)
{
	/* An instant before the base wraps around to more than 32 bits. */
	const uint64_t from = base ^ SLOT_TIME_BIAS;
	struct usual_columns c = usual_columns_from(batch, 0);
	struct rows rest = *rows;
	struct survey s = { .halves = 0 };

#if defined(__x86_64__)
	if (rows->row == NULL && vectors_usable()) {
		const struct usual_columns here = usual_columns_from(batch, rows->from);
		uint32_t n = rows->n / TOGETHER * TOGETHER;

		lay_together(&s, &here, n, from, line);
		line += (size_t)n * NARROW_WORDS;
		rest.from += n;
		rest.n -= n;
	}
#endif
	lay_each(&s, &c, &rest, from, line);
	return s;
}

uint64_t
narrow_base(uint64_t first)
{
	return first < 2 * BASE_UNIT ? 0 : first / BASE_UNIT * BASE_UNIT - BASE_UNIT;
}

static bool
is_small(const struct narrow_range *range)
{
	return range->rows <= MOST && range->flows <= MOST && range->packets <= MOST &&
	    range->bytes <= MOST_BYTES;
}

enum narrow_fit
narrow_admit(struct narrow_range *range, const struct flow_batch *batch, const struct rows *rows,
    uint64_t *line)
{
	struct narrow_range more = *range;
	struct survey s;

	if (rows->n == 0)
		return NARROW_FITS;
	if (!usual_columns_whole(batch, rows))
		return NARROW_NEVER;
	if (!more.based) {
		const uint64_t *first = batch->column[FLOW_FIELD_FIRST].values;

		more.base = narrow_base(first[rows_at(rows, 0)] ^ SLOT_TIME_BIAS);
		more.based = true;
	}
	s = lay(batch, rows, more.base, line);
	if (s.halves > UINT32_MAX || s.wide >= MOST_ROW_BYTES)
		return NARROW_NEVER;
	more.rows += rows->n;
	more.flows += s.flows;
	more.packets += s.packets;
	more.bytes += s.bytes;
	if (!is_small(&more))
		return NARROW_FULL;
	*range = more;
	return NARROW_FITS;
}

bool
narrow_combine(struct narrow_range *range, const struct narrow_range *more)
{
	if (!more->based)
		return true;
	if (range->based && range->base != more->base)
		return false;
	range->based = true;
	range->base = more->base;
	range->rows += more->rows;
	range->flows += more->flows;
	range->packets += more->packets;
	range->bytes = range->bytes > UINT64_MAX - more->bytes ? UINT64_MAX :
	    range->bytes + more->bytes;
	return is_small(range);
}

static uint64_t
greater(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

void
narrow_cover(struct narrow_range *range, const uint64_t *group)
{
	range->rows = greater(range->rows, narrow_rows(group));
	range->flows = greater(range->flows, group[1] & UINT32_MAX);
	range->packets = greater(range->packets, group[1] >> 32);
	range->bytes = greater(range->bytes, group[3]);
}

bool
narrow_has_room(const struct narrow_range *range)
{
	return range->rows <= MOST / 2 && range->flows <= MOST / 2 && range->packets <= MOST / 2 &&
	    range->bytes <= MOST_BYTES / 2;
}

void
narrow_init(uint64_t *group, uint32_t number)
{
	group[0] = number;
	group[1] = 0;
	group[2] = UINT32_MAX;
	group[3] = 0;
}

void
narrow_state(const uint64_t *group, uint64_t base, uint64_t *state)
{
	bool some = narrow_rows(group) != 0;

	state[0] = narrow_rows(group);
	state[1] = group[1] & UINT32_MAX;
	state[2] = group[1] >> 32;
	state[3] = group[3];
	state[4] = some ? base + (group[2] & UINT32_MAX) : UINT64_MAX;
	state[5] = some ? base + (group[2] >> 32) : 0;
}

struct narrow_sums
narrow_sum(const uint64_t *groups, uint32_t count)
{
	struct narrow_sums s = { .first = UINT32_MAX };

	for (uint32_t i = 0; i < count; i++, groups += NARROW_WORDS) {
		uint64_t first = groups[2] & UINT32_MAX, last = groups[2] >> 32;

		s.rows += narrow_rows(groups);
		s.flows += groups[1] & UINT32_MAX;
		s.packets += groups[1] >> 32;
		s.bytes += groups[3];
		s.first = first < s.first ? first : s.first;
		s.last = greater(s.last, last);
	}
	return s;
}

void
narrow_join(uint64_t *into, const uint64_t *from)
{
	uint64_t first[2] = { into[2] & UINT32_MAX, from[2] & UINT32_MAX };
	uint64_t last[2] = { into[2] >> 32, from[2] >> 32 };

	into[0] += narrow_rows(from) << 32;
	into[1] += from[1];
	into[2] = first[first[1] < first[0]] | greater(last[0], last[1]) << 32;
	into[3] += from[3];
}

void
narrow_add_portable(const uint64_t *line, uint32_t n, uint64_t *groups, const int32_t *number,
    const uint32_t *code)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t ahead = i + PREFETCH_ROWS < n ? i + PREFETCH_ROWS : i;

		__builtin_prefetch(group_at(groups, number_at(number, code, ahead)), 1);
		narrow_join(group_at(groups, number_at(number, code, i)),
		    line + (size_t)i * NARROW_WORDS);
	}
}

void
narrow_add(const uint64_t *line, uint32_t n, uint64_t *groups, const int32_t *number,
    const uint32_t *code)
{
#if defined(__x86_64__)
	if (vectors_usable()) {
		if (code != NULL)
			add_coded(line, n, groups, number, code);
		else
			add_numbered(line, n, groups, number);
		return;
	}
#endif
	narrow_add_portable(line, n, groups, number, code);
}

void
narrow_add_small_portable(const uint64_t *line, uint32_t n, uint64_t *groups, const void *values,
    const void *other, unsigned width)
{
	for (uint32_t i = 0; i < n; i++) {
		const uint64_t *row = line + (size_t)i * NARROW_WORDS;
		int32_t a = small_number(values, width, i), b;

		narrow_join(group_at(groups, a), row);
		if (other == NULL)
			continue;
		b = small_number(other, width, i);
		narrow_join(group_at(groups, a == b ? -1 : b), row);
	}
}

void
narrow_add_small(const uint64_t *line, uint32_t n, uint64_t *groups, const void *values,
    const void *other, unsigned width)
{
#if defined(__x86_64__)
	if (vectors_usable()) {
		add_small_together(line, n, groups, values, other, width);
		return;
	}
#endif
	narrow_add_small_portable(line, n, groups, values, other, width);
}
