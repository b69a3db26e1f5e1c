/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A bucket of a hash table is one cache line: eight entries, filled from the front, whose tags are
 * compared at once.  If an entry's home bucket is full, it is in the next bucket with room (linear
 * probing).  A table has 2^n buckets, from pages_alloc, and is never full.  Probing single slots
 * instead made pairs 10 % slower, as its branches cannot be predicted.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define BUCKET_PLACES 8
/* The most entries per bucket, on average over a table. */
#define BUCKET_LOAD (BUCKET_PLACES * 3 / 4)

struct bucket {
	uint32_t tag[BUCKET_PLACES];
	uint32_t at[BUCKET_PLACES];	/* the entry's value; 0: free */
};

static inline bool
bucket_full(const struct bucket *b)
{
	return b->at[BUCKET_PLACES - 1] != 0;
}

/* Bit i: word[i] is `want`. */
static inline unsigned
bucket_words(const uint32_t word[BUCKET_PLACES], uint32_t want)
{
#if defined(__SSE2__)
	const __m128i same = _mm_set1_epi32((int)want), *have = (const void *)word;
	unsigned low = (unsigned)_mm_movemask_ps(_mm_castsi128_ps(_mm_cmpeq_epi32(have[0], same)));
	unsigned high = (unsigned)_mm_movemask_ps(_mm_castsi128_ps(_mm_cmpeq_epi32(have[1], same)));

	return low | high << 4;
#else
	unsigned match = 0;

	for (unsigned i = 0; i < BUCKET_PLACES; i++)
		match |= (unsigned)(word[i] == want) << i;
	return match;
#endif
}

/* Bit i: place i has this tag.  For tag 0 free places match, too. */
static inline unsigned
bucket_match(const struct bucket *b, uint32_t tag)
{
	return bucket_words(b->tag, tag);
}

/*
 * The value of the first entry with this tag; 0: none here.  Branch-free: with many new keys a branch cannot
 * be predicted.
 */
static inline uint32_t
bucket_first(const struct bucket *b, uint32_t tag)
{
	unsigned match = bucket_match(b, tag);
	uint32_t at = b->at[__builtin_ctz(match | 1u << (BUCKET_PLACES - 1))];

	return match != 0 ? at : 0;
}

/* Adds an entry to a bucket that is not full. */
static inline void
bucket_put(struct bucket *b, uint32_t tag, uint32_t at)
{
	unsigned i = (unsigned)__builtin_ctz(bucket_words(b->at, 0));

	b->tag[i] = tag;
	b->at[i] = at;
}

/* Adds an entry to a table (mask: its buckets - 1), in the first bucket with room from its home on. */
static inline void
bucket_place(struct bucket *table, size_t mask, size_t home, uint32_t tag, uint32_t at)
{
	size_t i = home & mask;

	while (bucket_full(&table[i]))
		i = (i + 1) & mask;
	bucket_put(&table[i], tag, at);
}
