/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/group/groups_inner.h"

#include <stdlib.h>
#include <string.h>

#include "agg/group/huge_pages.h"

/*
 * Runs of groups stay below the size from which pages_alloc uses huge pages: these gain nothing
 * here, as groups are prefetched, and on a host that reclaims free memory of its guests they cost
 * four times as much to map (5-tuples: 2.6 instead of 2.1 s).
 */
#define MAX_RUN ((size_t)1 << 20)

/* Words of a cache line. */
#define LINE_WORDS (PAGES_LINE / sizeof(uint64_t))

/* Words of a group, padded to whole cache lines if that adds little. */
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
	g->narrow = grouping->dense && grouping->slots.plain && grouping->spread_ms == 0 &&
	    !grouping->of_spread;
	g->stride = g->narrow ? NARROW_WORDS : whole_stride(g);
	for (size_t i = 0; i < grouping->slots.count; i++)
		g->fresh[i] = grouping->slots.slot[i].op == SLOT_MIN ? UINT64_MAX : 0;
}

size_t
groups_buckets_bytes(const struct group_part *p)
{
	return p->bucket != NULL ? ((size_t)p->mask + 1) * sizeof(*p->bucket) : 0;
}

void
groups_buckets_free(struct group_part *p)
{
	if (p->moved_buckets.p != NULL)
		spool_free(&p->moved_buckets);
	else
		pages_free(p->bucket, groups_buckets_bytes(p));
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
	groups_buckets_free(p);
	spool_free(&p->moved);
	memset(p, 0, sizeof(*p));
}

void
groups_forget(struct groups *g)
{
	memset(g->recent, 0, sizeof(g->recent));
}

/* Bytes of `count` dense groups and the hidden one. */
static size_t
dense_bytes(const struct groups *g, uint32_t count)
{
	return ((size_t)count + 1) * g->stride * sizeof(uint64_t);
}

static void
dense_free(struct groups *g)
{
	if (g->dense != NULL)
		pages_free(groups_dense_at(g, -1), dense_bytes(g, g->part[0].count));
	g->dense = NULL;
}

void
groups_release(struct groups *g)
{
	dense_free(g);
	for (unsigned i = 0; i < GROUP_PARTS; i++)
		groups_part_release(g, i);
}

size_t
groups_bytes(const struct groups *g)
{
	size_t bytes = 0;

	for (unsigned i = 0; i < GROUP_PARTS; i++)
		bytes += g->part[i].bytes;
	return bytes;
}

uint64_t
groups_count(const struct groups *g)
{
	uint64_t n = 0;

	for (unsigned p = 0; p < GROUP_PARTS; p++)
		n += g->part[p].count;
	return n;
}

static void
state_init(const struct groups *g, uint64_t *state)
{
	if (g->grouping->slots.plain)
		memcpy(state, g->fresh, NARROW_SLOTS * sizeof(*state));
	else
		memcpy(state, g->fresh, g->grouping->slots.count * sizeof(*state));
}

/* Initializes a dense group. */
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
	return GROUP_BLOCK * (g->stride * sizeof(uint64_t) + sizeof(uint32_t));
}

/* Makes room for one more element of a list whose capacity is the next power of two. */
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

/* Allocates a run as large as all before it, so that small tables stay small. */
static enum flow_status
run_add(struct groups *g, struct group_part *p)
{
	size_t block = block_bytes(g), bytes = p->bytes > block ? p->bytes : block;
	void *list = p->run, *start;

	if (bytes > MAX_RUN)
		bytes = MAX_RUN > block ? MAX_RUN : block;
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

/* Adds a block at the end of a part. */
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
	uint64_t have = p->count, want = have + have / 8;
	uint64_t *memory;

	if (count <= p->count && g->dense != NULL)
		return FLOW_OK;
	if (want < count)
		want = count;
	want = (want + GROUP_BLOCK - 1) / GROUP_BLOCK * GROUP_BLOCK;
	if (want > INT32_MAX)
		want = count;
	memory = pages_grow(g->dense != NULL ? groups_dense_at(g, -1) : NULL,
	    g->dense != NULL ? dense_bytes(g, p->count) : 0, dense_bytes(g, (uint32_t)want));
	if (memory == NULL)
		return FLOW_ENOMEM;
	if (g->dense == NULL)
		dense_init(g, memory, 0);
	g->dense = memory + g->stride;
	p->count = (uint32_t)want;
	p->bytes = dense_bytes(g, p->count);
	for (uint64_t i = have; i < want; i++)
		dense_init(g, groups_dense_at(g, (int32_t)i), (uint32_t)i);
	return FLOW_OK;
}

/* Fills groups from the same narrow ones in `from`. */
static void
widen_all(struct groups *g, const struct groups *from)
{
	int32_t count = (int32_t)from->part[0].count;

	for (int32_t i = -1; i < count && from->dense != NULL; i++)
		narrow_state(groups_dense_at(from, i), g->base, groups_state(g, groups_dense_at(g, i)));
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
	g->dense = NULL;
	st = groups_dense_reserve(g, old.part[0].count);
	if (st == FLOW_OK)
		widen_all(g, &old);
	groups_release(&old);
	return st;
}

void
groups_cover(const struct groups *g, struct narrow_range *range)
{
	int32_t count = (int32_t)g->part[0].count;

	for (int32_t i = -1; i < count && g->dense != NULL; i++)
		narrow_cover(range, groups_dense_at(g, i));
}

uint64_t *
groups_add(struct groups *g, struct group_part *p, uint32_t tag)
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

/* Appends a list to another; capacities are powers of two. */
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
		groups_state(into, groups_hashed_at(into, p, i))[0] = 0;
	p->run = run;
	if (list_join(&block, p->blocks, q->block, q->blocks, sizeof(*q->block)) != FLOW_OK)
		return FLOW_ENOMEM;
	p->block = block;
	p->runs += q->runs;
	p->blocks += q->blocks;
	p->count = *first + q->count;
	p->bytes += q->bytes - groups_buckets_bytes(q);
	q->bytes = groups_buckets_bytes(q);
	q->runs = q->blocks = q->count = 0;
	q->left = 0;
	return FLOW_OK;
}

enum flow_status
groups_part_move(struct groups *g, unsigned part, const char *folder, struct flow_error *err)
{
	struct group_part *p = &g->part[part];
	size_t bytes = block_bytes(g), buckets = groups_buckets_bytes(p);
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
	groups_buckets_free(p);
	p->bucket = to.p;
	p->moved_buckets = to;
	p->bytes = 0;
	spool_rest(&p->moved);
	spool_rest(&p->moved_buckets);
	return FLOW_OK;
}
