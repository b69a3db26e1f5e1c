/* SPDX-License-Identifier: BSD-2-Clause */
#include "nfdump/merge_sieve.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "common/cli.h"
#include "nfdump/merge_key.h"

/* Sums; with ten million groups each is of two or three. */
#define SUMS ((size_t)1 << 22)

/* Sums by their highest bits, to find a bound: 8 bits below the first one. */
#define CLASSES (65 * 256)

/* Groups that a guessed bound leaves: so many times the wanted ones, and so many more. */
#define GUESS_TIMES 16
#define GUESS_MORE 4096

enum measure {
	MEASURE_FLOWS,
	MEASURE_PACKETS,
	MEASURE_BYTES,
};

struct merge_sieve {
	struct nfdump_keys keys;
	bool two_way;
	enum measure measure;
	uint64_t top, least;
	_Atomic uint64_t *sum;
	atomic_bool beyond;		/* a sum does not fit: every group may reach any bound */
	struct merge_key *maker;	/* of the second pass */
	struct flow_selection some;
};

/* The first pass of one thread. */
struct counting {
	struct merge_sieve *sieve;
	struct query *query;
	struct nfdump_totals *totals;	/* of each thread */
	atomic_bool failed;
};

static bool
find_measure(const char *order, enum measure *measure)
{
	static const char *const word[] = { [MEASURE_FLOWS] = "flows", [MEASURE_PACKETS] = "packets",
		[MEASURE_BYTES] = "bytes" };

	for (size_t i = 0; i < ARRAY_LEN(word); i++) {
		size_t len = strlen(word[i]);

		if (strncmp(order, word[i], len) == 0 && (order[len] == '\0' || strcmp(order + len, ":d") == 0)) {
			*measure = (enum measure)i;
			return true;
		}
	}
	return false;
}

int
merge_sieve_new(const struct nfdump_keys *keys, bool two_way, const char *order, uint64_t top,
    struct merge_sieve **sieve)
{
	struct merge_sieve *s;
	enum measure measure;

	*sieve = NULL;
	if (top == 0 || top > SUMS / 64 || !find_measure(order, &measure))
		return CLI_OK;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return cli_fail("out of memory");
	s->keys = *keys;
	s->two_way = two_way;
	s->measure = measure;
	s->top = top;
	s->sum = calloc(SUMS, sizeof(*s->sum));
	s->maker = merge_key_new_hashed(keys);
	if (s->sum == NULL || s->maker == NULL) {
		merge_sieve_free(s);
		return cli_fail("out of memory");
	}
	*sieve = s;
	return CLI_OK;
}

void
merge_sieve_free(struct merge_sieve *s)
{
	if (s == NULL)
		return;
	free(s->sum);
	merge_key_free(s->maker);
	free(s);
}

static uint64_t
hash_words(const uint64_t *words, size_t n)
{
	uint64_t h = 0;

	for (size_t i = 0; i < n; i++)
		h = hash_mix128(h, words[i]);
	return h;
}

/* Where a key's sum is; that of its answers is the same if these may join its group. */
static _Atomic uint64_t *
sum_of(const struct merge_sieve *s, const uint64_t *words, size_t n)
{
	uint64_t other[MERGE_KEY_WORDS], h = hash_words(words, n);

	if (s->two_way) {
		merge_key_turn(words, other);
		h += hash_words(other, n);
	}
	return &s->sum[(size_t)(h >> 20) & (SUMS - 1)];
}

static uint64_t
measured(const struct merge_sieve *s, const struct nfdump_counters *c)
{
	if (s->measure == MEASURE_FLOWS)
		return c->flows;
	return s->measure == MEASURE_PACKETS ? nfdump_sum(c->packets, c->out_packets) :
	    nfdump_sum(c->bytes, c->out_bytes);
}

static enum flow_status
count_rows(struct merge_sieve *s, struct merge_key *maker, const struct flow_batch *batch,
    const struct flow_selection *sel, struct nfdump_totals *totals)
{
	size_t n = merge_key_words(maker);
	const uint64_t *words;
	enum flow_status st = merge_key_make(maker, batch, sel, &words);

	for (uint32_t i = 0; i < sel->count && st == FLOW_OK; i++) {
		struct nfdump_counters c;
		uint64_t more, before;

		nfdump_counters_get(batch, flow_selection_row(sel, i), &c);
		nfdump_totals_add(totals, &c);
		more = measured(s, &c);
		before = atomic_fetch_add_explicit(sum_of(s, words + i * n, n), more, memory_order_relaxed);
		if (before > UINT64_MAX - more)
			s->beyond = true;
	}
	return st;
}

static void
count_all(void *context, unsigned thread)
{
	struct counting *c = context;
	struct merge_key *maker = merge_key_new_hashed(&c->sieve->keys);
	struct flow_fieldset wanted = { { 0 } };
	const struct flow_selection *sel;
	const struct flow_batch *batch;
	struct query_worker *w;
	bool good = maker != NULL;
	size_t task;

	nfdump_counters_fields(&wanted);
	nfdump_keys_fields(&c->sieve->keys, &wanted);
	w = query_worker_new_of(c->query, &wanted);
	good = good && w != NULL;
	while (good && query_take(w, &task))
		while (good && query_next(w, &batch, &sel))
			good = count_rows(c->sieve, maker, batch, sel, &c->totals[thread]) == FLOW_OK;
	if (!good)
		c->failed = true;
	query_worker_free(w);
	merge_key_free(maker);
}

int
merge_sieve_count(struct merge_sieve *s, struct query *query, struct nfdump_totals *totals)
{
	unsigned threads = query_threads(query);
	struct counting c = { .sieve = s, .query = query };

	c.totals = calloc(threads, sizeof(*c.totals));
	if (c.totals == NULL)
		return cli_fail("out of memory");
	query_run_told(query, threads, count_all, &c);
	for (unsigned i = 0; i < threads; i++)
		nfdump_totals_join(totals, &c.totals[i]);
	free(c.totals);
	if (c.failed)
		return cli_fail("out of memory");
	query_rewind(query);
	return CLI_OK;
}

/* A number's first bit and the eight below it. */
static size_t
class_of(uint64_t n)
{
	unsigned bits = n == 0 ? 0 : 64 - (unsigned)__builtin_clzll(n);

	return (size_t)bits << 8 | (size_t)(bits > 9 ? n >> (bits - 9) & 0xff : n & 0xff);
}

static uint64_t
least_of_class(size_t c)
{
	unsigned bits = (unsigned)(c >> 8);

	return bits > 9 ? (UINT64_C(0x100) | (c & 0xff)) << (bits - 9) :
	    bits == 9 ? UINT64_C(0x100) | (c & 0xff) : c & 0xff;
}

void
merge_sieve_guess(struct merge_sieve *s)
{
	uint32_t *count = calloc(CLASSES, sizeof(*count));
	uint64_t wanted = s->top * GUESS_TIMES + GUESS_MORE, have = 0;
	size_t c = CLASSES;

	s->least = 0;
	if (count == NULL || s->beyond) {
		free(count);
		return;
	}
	for (size_t i = 0; i < SUMS; i++)
		count[class_of(s->sum[i])]++;
	while (c > 0 && have < wanted)
		have += count[--c];
	s->least = least_of_class(c);
	free(count);
}

void
merge_sieve_bound(struct merge_sieve *s, uint64_t least)
{
	s->least = s->beyond ? 0 : least;
}

uint64_t
merge_sieve_least(const struct merge_sieve *s)
{
	return s->least;
}

enum flow_status
merge_sieve_select(struct merge_sieve *s, const struct flow_batch *batch, const struct flow_selection *sel,
    const struct flow_selection **some)
{
	size_t n = merge_key_words(s->maker);
	const uint64_t *words;
	enum flow_status st;
	uint32_t count = 0;

	*some = sel;
	if (s->least == 0)
		return FLOW_OK;
	st = merge_key_make(s->maker, batch, sel, &words);
	if (st != FLOW_OK)
		return st;
	for (uint32_t i = 0; i < sel->count; i++) {
		s->some.row[count] = (uint16_t)flow_selection_row(sel, i);
		count += *sum_of(s, words + i * n, n) >= s->least;
	}
	s->some.count = count;
	s->some.all = false;
	*some = &s->some;
	return FLOW_OK;
}
