/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/groups.h"

#include <stdlib.h>
#include <string.h>

#include "agg/lines.h"
#include "agg/pages.h"

#define MIN_BUCKETS 8
/*
 * Runs of hashed groups stay below the size from which pages_alloc asks for huge pages: those gain
 * nothing here, as groups are looked for ahead of their use, and where a host takes free memory back
 * from its guests they cost four times as much to map (5-tuples: 2.6 instead of 2.1 s).
 */
#define MAX_RUN_DENSE ((size_t)4 << 20)
#define MAX_RUN_HASHED ((size_t)1 << 20)

/* Words of a group: of whole lines where that costs little. */
static uint32_t
whole_stride(const struct groups *g)
{
	uint32_t stride = g->words + g->grouping->slots.count;

	if (stride % LINE_WORDS >= LINE_WORDS * 3 / 4)
		stride = (uint32_t)((stride + LINE_WORDS - 1) / LINE_WORDS * LINE_WORDS);
	return stride;
}

void
groups_init(struct groups *g, const struct grouping *grouping)
{
	memset(g, 0, sizeof(*g));
	g->grouping = grouping;
	g->words = grouping->dense ? 1 : grouping->words;
	g->narrow = grouping->dense && grouping->slots.plain && grouping->spread_ms == 0;
	g->stride = g->narrow ? NARROW_WORDS : whole_stride(g);
	for (size_t i = 0; i < grouping->slots.count; i++)
		g->fresh[i] = grouping->slots.slot[i].op == SLOT_MIN ? UINT64_MAX : 0;
}

static size_t
buckets_bytes(const struct group_part *p)
{
	return p->bucket != NULL ? ((size_t)p->mask + 1) * sizeof(*p->bucket) : 0;
}

static void
buckets_free(struct group_part *p)
{
	if (p->moved_buckets.p != NULL)
		spool_free(&p->moved_buckets);
	else
		pages_free(p->bucket, buckets_bytes(p));
	p->bucket = NULL;
}

static void
runs_free(struct group_part *p)
{
	for (uint32_t i = 0; i < p->runs; i++)
		pages_free(p->run[i].start, p->run[i].bytes);
	free(p->run);
	p->run = NULL;
	p->runs = 0;
	p->left = 0;
}

void
groups_part_release(struct groups *g, unsigned part)
{
	struct group_part *p = &g->part[part];

	runs_free(p);
	free(p->block);
	buckets_free(p);
	spool_free(&p->moved);
	memset(p, 0, sizeof(*p));
}

void
groups_forget(struct groups *g)
{
	memset(g->recent, 0, sizeof(g->recent));
}

void
groups_release(struct groups *g)
{
	for (unsigned i = 0; i < GROUP_PARTS; i++)
		groups_part_release(g, i);
	pages_free(g->nowhere, g->stride * sizeof(*g->nowhere));
	g->nowhere = NULL;
}

size_t
groups_bytes(const struct groups *g)
{
	size_t bytes = 0;

	for (unsigned i = 0; i < GROUP_PARTS; i++)
		bytes += g->part[i].bytes;
	return bytes;
}

static void
state_init(const struct groups *g, uint64_t *state)
{
	if (g->grouping->slots.plain)
		memcpy(state, g->fresh, NARROW_SLOTS * sizeof(*state));
	else
		memcpy(state, g->fresh, g->grouping->slots.count * sizeof(*state));
}

/* A group of a dense grouping. */
static void
dense_init(const struct groups *g, uint64_t *group, uint32_t number)
{
	if (g->narrow) {
		narrow_init(group, number);
		return;
	}
	group[0] = number;
	state_init(g, groups_state(g, group));
}

static size_t
block_bytes(const struct groups *g)
{
	size_t tags = g->grouping->dense ? 0 : GROUP_BLOCK * sizeof(uint32_t);

	return (size_t)GROUP_BLOCK * g->stride * sizeof(uint64_t) + tags;
}

/* Makes room for one more element of a list that is full at each power of two. */
static enum flow_status
list_grow(void **list, uint32_t used, size_t size)
{
	void *more;

	if ((used & (used - 1)) != 0)
		return FLOW_OK;
	more = realloc(*list, (used > 0 ? 2 * (size_t)used : 1) * size);
	if (more == NULL)
		return FLOW_ENOMEM;
	*list = more;
	return FLOW_OK;
}

/* A new run, as large as all before it, so that small tables stay small. */
static enum flow_status
run_add(struct groups *g, struct group_part *p)
{
	size_t most = g->grouping->dense ? MAX_RUN_DENSE : MAX_RUN_HASHED;
	size_t block = block_bytes(g), bytes = p->bytes > block ? p->bytes : block;
	void *list = p->run, *start;

	if (bytes > most)
		bytes = most > block ? most : block;
	bytes -= bytes % block;
	if (list_grow(&list, p->runs, sizeof(*p->run)) != FLOW_OK)
		return FLOW_ENOMEM;
	p->run = list;
	start = pages_alloc_unset(bytes);
	if (start == NULL)
		return FLOW_ENOMEM;
	p->run[p->runs++] = (struct group_run){ start, bytes };
	p->free = start;
	p->left = bytes;
	p->bytes += bytes;
	return FLOW_OK;
}

/* One more block at the end of a part. */
static enum flow_status
block_add(struct groups *g, struct group_part *p)
{
	void *list = p->block;

	if (p->left == 0 && run_add(g, p) != FLOW_OK)
		return FLOW_ENOMEM;
	if (list_grow(&list, p->blocks, sizeof(*p->block)) != FLOW_OK)
		return FLOW_ENOMEM;
	p->block = list;
	p->block[p->blocks++] = p->free;
	p->free += block_bytes(g);
	p->left -= block_bytes(g);
	return FLOW_OK;
}

enum flow_status
groups_dense_reserve(struct groups *g, uint32_t count)
{
	struct group_part *p = &g->part[0];

	if (grouping_has_nowhere(g->grouping) && g->nowhere == NULL) {
		g->nowhere = pages_alloc(g->stride * sizeof(*g->nowhere));
		if (g->nowhere == NULL)
			return FLOW_ENOMEM;
		dense_init(g, g->nowhere, 0);
	}
	while (p->count < count) {
		if (block_add(g, p) != FLOW_OK)
			return FLOW_ENOMEM;
		p->count += GROUP_BLOCK;
		for (uint32_t i = p->count - GROUP_BLOCK; i < p->count; i++)
			dense_init(g, groups_at(g, p, i), i);
	}
	return FLOW_OK;
}

/* The groups of `from`, which has the same ones narrow. */
static void
widen_all(struct groups *g, const struct groups *from)
{
	const struct group_part *p = &g->part[0], *q = &from->part[0];

	for (uint32_t i = 0; i < q->count; i++)
		narrow_state(groups_at(from, q, i), g->base, groups_state(g, groups_at(g, p, i)));
	if (from->nowhere != NULL)
		narrow_state(from->nowhere, g->base, groups_state(g, g->nowhere));
}

enum flow_status
groups_widen(struct groups *g)
{
	struct groups old = *g;
	enum flow_status st;

	if (!g->narrow)
		return FLOW_OK;
	g->narrow = false;
	g->stride = whole_stride(g);
	memset(&g->part[0], 0, sizeof(g->part[0]));
	g->nowhere = NULL;
	st = groups_dense_reserve(g, old.part[0].count);
	if (st == FLOW_OK)
		widen_all(g, &old);
	groups_release(&old);
	return st;
}

void
groups_cover(const struct groups *g, struct narrow_range *range)
{
	for (uint32_t i = 0; i < g->part[0].count; i++)
		narrow_cover(range, groups_at(g, &g->part[0], i));
	if (g->nowhere != NULL)
		narrow_cover(range, g->nowhere);
}

static enum flow_status
grow_buckets(struct group_part *p)
{
	size_t n = p->bucket != NULL ? 2 * ((size_t)p->mask + 1) : MIN_BUCKETS;
	struct bucket *bucket = pages_alloc(n * sizeof(*bucket));

	if (bucket == NULL)
		return FLOW_ENOMEM;
	for (size_t k = 0; p->bucket != NULL && k <= p->mask; k++) {
		const struct bucket *old = &p->bucket[k];

		for (unsigned e = 0; e < BUCKET_PLACES && old->at[e] != 0; e++)
			bucket_place(bucket, n - 1, old->tag[e], old->tag[e], old->at[e]);
	}
	p->bytes += n * sizeof(*bucket) - buckets_bytes(p);
	buckets_free(p);
	p->bucket = bucket;
	p->mask = (uint32_t)(n - 1);
	return FLOW_OK;
}

static inline bool
buckets_full(const struct group_part *p)
{
	return p->bucket == NULL || p->linked >= ((size_t)p->mask + 1) * BUCKET_LOAD;
}

/* A new group at the end of a part; its key is the caller's to fill. */
static uint64_t *
group_add(struct groups *g, struct group_part *p, uint32_t tag)
{
	uint64_t *group;
	uint32_t i = p->count;

	if (i / GROUP_BLOCK == p->blocks && block_add(g, p) != FLOW_OK)
		return NULL;
	group = p->block[i / GROUP_BLOCK];
	((uint32_t *)(group + (size_t)GROUP_BLOCK * g->stride))[i % GROUP_BLOCK] = tag;
	group += (size_t)(i % GROUP_BLOCK) * g->stride;
	state_init(g, group + g->words);
	p->count++;
	return group;
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
 * The group of a key, whose word w is key[w * step]; NULL if there is none: *room is the bucket for
 * it then.  There are buckets, not all of them full.
 */
static inline uint64_t *
seek(const struct groups *g, const struct group_part *p, const uint64_t *key, size_t step,
    size_t words, uint32_t tag, struct bucket **room)
{
	for (size_t i = tag & p->mask;; i = (i + 1) & p->mask) {
		struct bucket *b = &p->bucket[i];

		for (unsigned match = bucket_match(b, tag); match != 0; match &= match - 1) {
			uint32_t at = b->at[__builtin_ctz(match)];
			uint64_t *group;

			if (at == 0)
				break;
			group = groups_at(g, p, at - 1);
			if (key_equal(group, key, step, words))
				return group;
		}
		if (!bucket_full(b)) {
			*room = b;
			return NULL;
		}
	}
}

/* Word w of the key is key[w * step]. */
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
	group = group_add(g, p, tag);
	if (group == NULL)
		return NULL;
	for (size_t w = 0; w < words; w++)
		group[w] = key[w * step];
	bucket_put(room, tag, p->count);
	p->linked++;
	return group;
}

/* The group that a tag most likely leads to, asked for; NULL where its home tells of none. */
static inline uint64_t *
likely_group(const struct groups *g, const struct group_part *p, uint32_t tag)
{
	uint32_t at = bucket_first(&p->bucket[tag & p->mask], tag);
	uint64_t *group;

	if (at == 0)
		return NULL;
	group = groups_at(g, p, at - 1);
	__builtin_prefetch(group, 1);
	return group;
}

/* The loads that finding rows' groups will need are started in two steps, as one needs the other. */
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
 * Rows from .. to-1 whose groups were found of late: most of them, where groups are few (statistics
 * of ASes took a third of their time longer without).  The other rows' numbers go to `row`.
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

/* Where groups are many, looking there first is only tried now and then. */
#define RECENT_PAUSE 64

static void
recent_judge(struct groups *g, size_t rows, size_t missed)
{
	if (g->recent_pause > 0)
		g->recent_pause--;
	else if (missed > rows / 2)
		g->recent_pause = RECENT_PAUSE;
}

/* The group of row i; out[i] is the likely one. */
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

/* Some rows of a call that were not found of late, on their way through the steps. */
struct step {
	uint16_t row[STEP_ROWS];
	size_t rows;
};

/*
 * Steps overlap, so that a load is on its way while the rows before it are dealt with: buckets are
 * asked for two steps before rows are found, likely groups one.
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
	recent_judge(g, n, missed);
	return FLOW_OK;
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

enum flow_status
groups_find_one(struct groups *g, struct group_part *p, const uint64_t *key, uint32_t tag,
    uint64_t **out)
{
	*out = find(g, p, key, 1, g->words, tag);
	return *out != NULL ? FLOW_OK : FLOW_ENOMEM;
}

/* Makes room for the elements of two lists in the first; both are full at each power of two. */
static enum flow_status
list_join(void **list, uint32_t used, const void *more, uint32_t count, size_t size)
{
	size_t cap = 1;
	char *joined;

	while (cap < (size_t)used + count)
		cap *= 2;
	joined = realloc(*list, cap * size);
	if (joined == NULL)
		return FLOW_ENOMEM;
	if (count > 0)
		memcpy(joined + used * size, more, count * size);
	*list = joined;
	return FLOW_OK;
}

enum flow_status
groups_adopt(struct groups *into, struct groups *from, unsigned part, uint32_t *first)
{
	struct group_part *p = &into->part[part], *q = &from->part[part];
	void *run = p->run, *block = p->block;

	*first = p->blocks * GROUP_BLOCK;
	if (q->count == 0)
		return FLOW_OK;
	if (list_join(&run, p->runs, q->run, q->runs, sizeof(*q->run)) != FLOW_OK)
		return FLOW_ENOMEM;
	for (uint32_t i = p->count; i < *first; i++)
		groups_state(into, groups_at(into, p, i))[0] = 0;
	p->run = run;
	if (list_join(&block, p->blocks, q->block, q->blocks, sizeof(*q->block)) != FLOW_OK)
		return FLOW_ENOMEM;
	p->block = block;
	p->runs += q->runs;
	p->blocks += q->blocks;
	p->count = *first + q->count;
	p->bytes += q->bytes - buckets_bytes(q);
	q->bytes = buckets_bytes(q);
	q->runs = q->blocks = q->count = 0;
	q->left = 0;
	return FLOW_OK;
}

enum flow_status
groups_link(struct groups *g, struct group_part *p, uint32_t number, uint32_t tag, uint64_t **same)
{
	struct bucket *room = NULL;

	if (buckets_full(p) && grow_buckets(p) != FLOW_OK)
		return FLOW_ENOMEM;
	*same = seek(g, p, groups_at(g, p, number), 1, g->words, tag, &room);
	if (*same != NULL)
		return FLOW_OK;
	bucket_put(room, tag, number + 1);
	p->linked++;
	return FLOW_OK;
}

enum flow_status
groups_part_move(struct groups *g, unsigned part, const char *folder, struct flow_error *err)
{
	struct group_part *p = &g->part[part];
	size_t bytes = block_bytes(g), buckets = buckets_bytes(p);
	struct spool to;

	if (p->count == 0 || p->moved.p != NULL)
		return FLOW_OK;
	if (spool_alloc(&to, folder, p->blocks * bytes, err) != FLOW_OK)
		return FLOW_EIO;
	for (uint32_t i = 0; i < p->blocks; i++)
		p->block[i] = memcpy((char *)to.p + i * bytes, p->block[i], bytes);
	runs_free(p);
	p->moved = to;
	if (spool_alloc(&to, folder, buckets, err) != FLOW_OK)
		return FLOW_EIO;
	memcpy(to.p, p->bucket, buckets);
	buckets_free(p);
	p->bucket = to.p;
	p->moved_buckets = to;
	p->bytes = 0;
	spool_rest(&p->moved);
	spool_rest(&p->moved_buckets);
	return FLOW_OK;
}
