/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/group/groups_inner.h"

#define MIN_BUCKETS 8
/* Smaller tables grow fourfold: rehashing took 5 % of the time of pairs. */
#define SMALL_BUCKETS 1024

/* Rehashes to n buckets, more than there are. */
static enum flow_status
resize_buckets(struct group_part *p, size_t n)
{
	struct bucket *bucket = pages_alloc(n * sizeof(*bucket));

	if (bucket == NULL)
		return FLOW_ENOMEM;
	for (size_t k = 0; p->bucket != NULL && k <= p->mask; k++) {
		const struct bucket *old = &p->bucket[k];

		for (unsigned e = 0; e < BUCKET_PLACES && old->at[e] != 0; e++)
			bucket_place(bucket, n - 1, old->tag[e], old->tag[e], old->at[e]);
	}
	p->bytes += n * sizeof(*bucket) - groups_buckets_bytes(p);
	groups_buckets_free(p);
	p->bucket = bucket;
	p->mask = (uint32_t)(n - 1);
	return FLOW_OK;
}

static size_t
buckets_of(const struct group_part *p)
{
	return p->bucket != NULL ? (size_t)p->mask + 1 : 0;
}

static enum flow_status
grow_buckets(struct group_part *p)
{
	size_t have = buckets_of(p);

	return resize_buckets(p, have == 0 ? MIN_BUCKETS : have < SMALL_BUCKETS ? 4 * have : 2 * have);
}

enum flow_status
groups_expect(struct group_part *p, uint32_t count)
{
	size_t have = buckets_of(p), n = have > MIN_BUCKETS ? have : MIN_BUCKETS;

	while (n * BUCKET_LOAD < count && n <= UINT32_MAX / 2)
		n *= 2;
	return n > have ? resize_buckets(p, n) : FLOW_OK;
}

static inline bool
buckets_full(const struct group_part *p)
{
	return p->linked >= buckets_of(p) * BUCKET_LOAD;
}

static inline bool
key_equal(const uint64_t *group, const uint64_t *key, size_t step, size_t words)
{
	for (size_t w = 0; w < words; w++)
		if (group[w] != key[w * step])
			return false;
	return true;
}

/*
 * The number of a key's group; word w of the key is key[w * step].  UINT32_MAX: there is none, and *room is
 * the bucket to put it into.  The table must have buckets with room.
 */
static inline uint32_t
seek_number(const struct groups *g, const struct group_part *p, const uint64_t *key, size_t step,
    size_t words, uint32_t tag, struct bucket **room)
{
	for (size_t i = tag & p->mask;; i = (i + 1) & p->mask) {
		struct bucket *b = &p->bucket[i];

		for (unsigned match = bucket_match(b, tag); match != 0; match &= match - 1) {
			uint32_t at = b->at[__builtin_ctz(match)];

			if (at == 0)
				break;
			if (key_equal(groups_hashed_at(g, p, at - 1), key, step, words))
				return at - 1;
		}
		if (!bucket_full(b)) {
			*room = b;
			return UINT32_MAX;
		}
	}
}

/* The group itself; NULL if there is none. */
static inline uint64_t *
seek(const struct groups *g, const struct group_part *p, const uint64_t *key, size_t step,
    size_t words, uint32_t tag, struct bucket **room)
{
	uint32_t number = seek_number(g, p, key, step, words, tag, room);

	return number != UINT32_MAX ? groups_hashed_at(g, p, number) : NULL;
}

/* Finds or adds a group; word w of the key is key[w * step]. */
static inline uint64_t *
find(struct groups *g, struct group_part *p, const uint64_t *key, size_t step, size_t words,
    uint32_t tag)
{
	struct bucket *room = NULL;
	uint64_t *group;

	if (UNLIKELY(buckets_full(p)) && grow_buckets(p) != FLOW_OK)
		return NULL;
	group = seek(g, p, key, step, words, tag, &room);
	if (group != NULL)
		return group;
	group = groups_add(g, p, tag);
	if (group == NULL)
		return NULL;
	for (size_t w = 0; w < words; w++)
		group[w] = key[w * step];
	bucket_put(room, tag, p->count);
	p->linked++;
	return group;
}

/* Prefetches the first group with this tag in its home bucket, most likely the right one; NULL: none. */
static inline uint64_t *
likely_group(const struct groups *g, const struct group_part *p, uint32_t tag)
{
	uint32_t at = bucket_first(&p->bucket[tag & p->mask], tag);
	uint64_t *group;

	if (at == 0)
		return NULL;
	group = groups_hashed_at(g, p, at - 1);
	__builtin_prefetch(group, 1);
	return group;
}

/* Loads are prefetched in two steps, first buckets, then groups, as the second needs the first. */
static void
prefetch_buckets(const struct groups *g, const uint64_t *hash, const uint16_t *row, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct group_part *p = &g->part[groups_part_of(hash[row[i]])];

		if (p->bucket != NULL)
			__builtin_prefetch(&p->bucket[(uint32_t)hash[row[i]] & p->mask]);
	}
}

static void
likely_groups(const struct groups *g, const uint64_t *hash, const uint16_t *row, size_t n,
    uint64_t **out)
{
	for (size_t i = 0; i < n; i++) {
		const struct group_part *p = &g->part[groups_part_of(hash[row[i]])];

		out[row[i]] = p->bucket != NULL ? likely_group(g, p, (uint32_t)hash[row[i]]) : NULL;
	}
}

/*
 * Tries the cache of recently found groups for rows from .. to-1; most hit it if groups are few (statistics
 * of ASes took a third longer without).  The other rows' numbers go to `row`.
 */
static size_t
find_recent(const struct groups *g, const uint64_t *key, const uint64_t *hash, size_t from, size_t to,
    uint64_t **out, uint16_t *row)
{
	size_t n = 0;

	for (size_t i = from; i < to; i++) {
		const struct group_recent *r = &g->recent[hash[i] % GROUP_RECENT];

		if (g->recent_pause == 0 && r->tag == (uint32_t)hash[i] && r->group != NULL &&
		    key_equal(r->group, key + i, GROUP_ROWS, g->words))
			out[i] = r->group;
		else
			row[n++] = (uint16_t)i;
	}
	return n;
}

/* With many groups, the cache of recent ones is tried only once in this many calls. */
#define RECENT_PAUSE 64

void
groups_judge_recent(struct groups *g, size_t rows, size_t missed)
{
	if (g->recent_pause > 0)
		g->recent_pause--;
	else if (missed > rows / 2)
		g->recent_pause = RECENT_PAUSE;
}

/* The group of row i; out[i] is the prefetched candidate. */
static inline uint64_t *
find_row(struct groups *g, const uint64_t *key, const uint64_t *hash, size_t i, size_t words,
    uint64_t **out)
{
	if (out[i] != NULL && key_equal(out[i], key + i, GROUP_ROWS, words))
		return out[i];
	return find(g, &g->part[groups_part_of(hash[i])], key + i, GROUP_ROWS, words,
	    (uint32_t)hash[i]);
}

static enum flow_status
find_rows(struct groups *g, const uint64_t *key, const uint64_t *hash, const uint16_t *row, size_t n,
    uint64_t **out)
{
	for (size_t k = 0; k < n; k++) {
		size_t i = row[k];

		if (g->words == 1)
			out[i] = find_row(g, key, hash, i, 1, out);
		else if (g->words == 2)
			out[i] = find_row(g, key, hash, i, 2, out);
		else
			out[i] = find_row(g, key, hash, i, g->words, out);
		if (UNLIKELY(out[i] == NULL))
			return FLOW_ENOMEM;
		if (g->recent_pause <= 1)
			g->recent[hash[i] % GROUP_RECENT] =
			    (struct group_recent){ out[i], (uint32_t)hash[i] };
	}
	return FLOW_OK;
}

#define STEP_ROWS 16

/* Rows that missed the cache, in one stage of the pipeline. */
struct step {
	uint16_t row[STEP_ROWS];
	size_t rows;
};

/*
 * A software pipeline: buckets are prefetched two steps before rows are found, likely groups one step, so
 * that loads overlap with the work on earlier rows.
 */
enum flow_status
groups_find(struct groups *g, const uint64_t *key, const uint64_t *hash, size_t n, uint64_t **out)
{
	struct step ring[3];
	size_t steps = (n + STEP_ROWS - 1) / STEP_ROWS, missed = 0;

	for (size_t k = 0; k < steps + 2; k++) {
		if (k < steps) {
			struct step *s = &ring[k % 3];
			size_t from = k * STEP_ROWS, to = from + STEP_ROWS < n ? from + STEP_ROWS : n;

			s->rows = find_recent(g, key, hash, from, to, out, s->row);
			prefetch_buckets(g, hash, s->row, s->rows);
			missed += s->rows;
		}
		if (k >= 1 && k <= steps)
			likely_groups(g, hash, ring[(k - 1) % 3].row, ring[(k - 1) % 3].rows, out);
		if (k >= 2 && find_rows(g, key, hash, ring[(k - 2) % 3].row, ring[(k - 2) % 3].rows,
		    out) != FLOW_OK)
			return FLOW_ENOMEM;
	}
	groups_judge_recent(g, n, missed);
	return FLOW_OK;
}

#define IN_TOGETHER 64

/*
 * Takes the first group of each tag in its home bucket (group 0 if there is none) and compares keys.  Keys
 * that do not match go to `left`; returns their number.  The part must have groups.
 */
static inline size_t
find_likely(const struct groups *g, const struct group_part *p, const uint64_t *key,
    const uint32_t *tag, size_t n, size_t words, uint64_t **out, uint8_t left[IN_TOGETHER])
{
	size_t lefts = 0;
	uint32_t at;

	for (size_t i = 0; i < n; i++) {
		at = bucket_first(&p->bucket[tag[i] & p->mask], tag[i]);
		out[i] = groups_hashed_at(g, p, at != 0 ? at - 1 : 0);
		__builtin_prefetch(out[i], 1);
	}
	for (size_t i = 0; i < n; i++) {
		uint64_t other = 0;

		for (size_t w = 0; w < words; w++)
			other |= out[i][w] ^ key[i * words + w];
		left[lefts] = (uint8_t)i;
		lefts += other != 0;
	}
	return lefts;
}

/*
 * groups_find_in for at most IN_TOGETHER keys, in separate short loops.  Inlined with constant
 * `words`.
 */
__attribute__((always_inline)) static inline enum flow_status
find_in(struct groups *g, struct group_part *p, const uint64_t *key, const uint32_t *tag, size_t n,
    size_t words, uint64_t **out)
{
	uint8_t left[IN_TOGETHER];
	size_t lefts = 0;

	for (size_t i = 0; i < n; i++)
		__builtin_prefetch(&p->bucket[tag[i] & p->mask]);
	if (p->count > 0)
		lefts = find_likely(g, p, key, tag, n, words, out, left);
	else
		for (; lefts < n; lefts++)
			left[lefts] = (uint8_t)lefts;
	for (size_t k = 0; k < lefts; k++) {
		size_t i = left[k];

		out[i] = find(g, p, key + i * words, 1, words, tag[i]);
		if (UNLIKELY(out[i] == NULL))
			return FLOW_ENOMEM;
	}
	return FLOW_OK;
}

enum flow_status
groups_find_in(struct groups *g, struct group_part *p, const uint64_t *key, const uint32_t *tag,
    size_t n, uint64_t **out)
{
	enum flow_status st = p->bucket != NULL ? FLOW_OK : grow_buckets(p);

	for (size_t from = 0; from < n && st == FLOW_OK; from += IN_TOGETHER) {
		size_t m = n - from < IN_TOGETHER ? n - from : IN_TOGETHER;
		const uint64_t *k = key + from * g->words;

		if (g->words == 1)
			st = find_in(g, p, k, tag + from, m, 1, out + from);
		else if (g->words == 2)
			st = find_in(g, p, k, tag + from, m, 2, out + from);
		else
			st = find_in(g, p, k, tag + from, m, g->words, out + from);
	}
	return st;
}

void
groups_prefetch(const struct groups *g, const struct group_part *p, const uint32_t *tag, size_t n)
{
	if (p->bucket == NULL)
		return;
	for (size_t i = 0; i < n; i++)
		__builtin_prefetch(&p->bucket[tag[i] & p->mask]);
	for (size_t i = 0; i < n; i++)
		(void)likely_group(g, p, tag[i]);
}

void
groups_numbers(const struct groups *g, const struct group_part *p, const uint64_t *key,
    const uint32_t *tag, size_t n, uint32_t *number)
{
	struct bucket *room;

	groups_prefetch(g, p, tag, n);
	for (size_t i = 0; i < n; i++)
		number[i] = seek_number(g, p, &key[i * g->words], 1, g->words, tag[i], &room);
}

enum flow_status
groups_find_one(struct groups *g, struct group_part *p, const uint64_t *key, uint32_t tag,
    uint64_t **out)
{
	*out = find(g, p, key, 1, g->words, tag);
	return *out != NULL ? FLOW_OK : FLOW_ENOMEM;
}

enum flow_status
groups_link(struct groups *g, struct group_part *p, uint32_t number, uint32_t tag, uint64_t **same)
{
	struct bucket *room = NULL;

	if (buckets_full(p) && grow_buckets(p) != FLOW_OK)
		return FLOW_ENOMEM;
	*same = seek(g, p, groups_hashed_at(g, p, number), 1, g->words, tag, &room);
	if (*same != NULL)
		return FLOW_OK;
	bucket_put(room, tag, number + 1);
	p->linked++;
	return FLOW_OK;
}
