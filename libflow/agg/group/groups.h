/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The groups of one grouping in one worker.  A group is a run of 64-bit
 * words: its packed key (of a dense grouping: its number) and its slots.
 *
 *	[key word 0 .. words-1] [slot 0: rows] [slot 1] ...
 *
 * A dense grouping has an array of groups by number, which may move as it grows; before the first is
 * the hidden group (grouping_has_nowhere), number -1.  A hashed one has 256 parts by the hash's upper
 * bits, each with a table of its own, so that threads can merge workers part by part; its groups keep
 * their addresses, but another worker may adopt a whole part.
 */

#include "agg/group/bucket.h"
#include "agg/group/packed_counters.h"
#include "agg/group/huge_pages.h"
#include "agg/ask/question.h"
#include "agg/group/spool.h"

#define GROUP_PARTS 256
/* Rows that are processed together. */
#define GROUP_ROWS 1024

/* A block of hashed groups; their tags follow them. */
#define GROUP_BLOCK 64

struct group_part {
	struct bucket *bucket;	/* tag: lower half of the hash; at: number of the group + 1 */
	uint32_t mask;		/* buckets - 1 */
	uint32_t linked;	/* groups that are in buckets */
	uint32_t count;
	uint32_t blocks;
	void **block;
	size_t bytes;
	/* Blocks are carved from runs of growing size. */
	struct group_run {
		void *start;
		size_t bytes;
	} *run;
	uint32_t runs;
	char *free;
	size_t left;
	struct spool moved, moved_buckets;	/* files of blocks and buckets, once moved there */
};

/*
 * Size of the cache of recently found groups, by the lowest bits of their tags; a power of two.  With 1024 a table of
 * 770 ASes took 25 % longer.
 */
#define GROUP_RECENT 4096

struct groups {
	const struct grouping *grouping;
	uint32_t words;			/* 64-bit words of a key */
	uint32_t stride;		/* words of a group: padded to whole cache lines where that costs little */
	bool narrow;			/* groups are packed (agg/group/packed_counters.h) until groups_widen */
	uint64_t base;			/* of narrow groups' instants */
	uint64_t fresh[SLOTS];		/* slots before the first row */
	uint64_t *dense;		/* group 0 of a dense grouping; NULL: not allocated yet */
	struct group_part part[GROUP_PARTS];	/* dense: only the first, without blocks */
	struct group_recent {
		uint64_t *group;	/* NULL: none */
		uint32_t tag;
	} recent[GROUP_RECENT];		/* groups_find tries these first */
	uint32_t recent_pause;		/* calls of groups_find that skip this, as it rarely hit */
};

void groups_init(struct groups *g, const struct grouping *grouping);
void groups_release(struct groups *g);

/* Frees a part's groups; threads may call it concurrently for different parts. */
void groups_part_release(struct groups *g, unsigned part);

/* Clears the cache of recent groups; call it after parts were freed or moved, before groups_find. */
void groups_forget(struct groups *g);

/*
 * The cache's entry for a key of one word, for callers that have the key but not its hash: compare the group's first
 * word.  groups_find uses entries by hash, and also compares keys.
 */
static inline struct group_recent *
groups_recent(struct groups *g, uint64_t key)
{
	return &g->recent[key * UINT64_C(0x9e3779b97f4a7c15) >> 32 & (GROUP_RECENT - 1)];
}

/* Reports that `missed` of `rows` rows missed that cache: if most did, recent_pause disables it for a while. */
void groups_judge_recent(struct groups *g, size_t rows, size_t missed);

/* Moves the groups of a hashed part to a file; they stay in use as before. */
enum flow_status groups_part_move(struct groups *g, unsigned part, const char *folder,
    struct flow_error *err) NODISCARD;
size_t groups_bytes(const struct groups *g);

/* About how many bytes a group of a hashed grouping takes, with its place in the table. */
static inline size_t
groups_each_bytes(const struct groups *g)
{
	return g->stride * sizeof(uint64_t) + sizeof(uint32_t) + 2 * sizeof(struct bucket);
}

/* The number of all groups, including unused ones. */
uint64_t groups_count(const struct groups *g);

/* Allocates dense groups 0 .. count-1 (and -1), without rows; groups may move. */
enum flow_status groups_dense_reserve(struct groups *g, uint32_t count) NODISCARD;

/* Expands narrow groups to 64-bit slots; after FLOW_ENOMEM the groups may only be released. */
enum flow_status groups_widen(struct groups *g) NODISCARD;

/* Raises *range to the greatest values in narrow groups. */
void groups_cover(const struct groups *g, struct narrow_range *range);

/* Whether a group has rows: dense ones may have none, and groups_adopt leaves unused ones. */
static inline bool
groups_used(const struct groups *g, const uint64_t *group)
{
	return g->narrow ? narrow_rows(group) != 0 : group[g->words] != 0;
}

/* Group `number` of a dense grouping, which is below the count, or -1. */
static inline uint64_t *
groups_dense_at(const struct groups *g, int32_t number)
{
	return g->dense + (ptrdiff_t)number * (ptrdiff_t)g->stride;
}

/* The hidden group -1; NULL: there is none. */
static inline uint64_t *
groups_nowhere(const struct groups *g)
{
	return g->dense != NULL && grouping_has_nowhere(g->grouping) ? groups_dense_at(g, -1) : NULL;
}

/* Group `i` of a part of a hashed grouping; i is below its count. */
static inline uint64_t *
groups_hashed_at(const struct groups *g, const struct group_part *p, uint32_t i)
{
	return (uint64_t *)p->block[i / GROUP_BLOCK] + (size_t)(i % GROUP_BLOCK) * g->stride;
}

/* The same of any grouping. */
static inline uint64_t *
groups_at(const struct groups *g, const struct group_part *p, uint32_t i)
{
	return g->dense != NULL ? groups_dense_at(g, (int32_t)i) : groups_hashed_at(g, p, i);
}

/* The tag of group i of a hashed part. */
static inline uint32_t
groups_tag(const struct groups *g, const struct group_part *p, uint32_t i)
{
	const uint64_t *block = p->block[i / GROUP_BLOCK];

	return ((const uint32_t *)(block + (size_t)GROUP_BLOCK * g->stride))[i % GROUP_BLOCK];
}

static inline unsigned
groups_part_of(uint64_t hash)
{
	return (unsigned)(hash >> 56);
}

/*
 * Finds or makes the group of each of n <= GROUP_ROWS keys; word w of key i is
 * key[w * GROUP_ROWS + i].
 */
enum flow_status groups_find(struct groups *g, const uint64_t *key, const uint64_t *hash, size_t n,
    uint64_t **out) NODISCARD;

/*
 * As groups_find for n keys of one part, by their tags; word w of key i is key[i * words + w].
 * Threads may call it concurrently for different parts.
 */
enum flow_status groups_find_in(struct groups *g, struct group_part *p, const uint64_t *key,
    const uint32_t *tag, size_t n, uint64_t **out) NODISCARD;

/* Sizes a hashed part's table for `count` groups, so that it need not grow step by step. */
enum flow_status groups_expect(struct group_part *p, uint32_t count) NODISCARD;

/* Prefetches what looking up these tags in a part reads first. */
void groups_prefetch(const struct groups *g, const struct group_part *p, const uint32_t *tag,
    size_t n);

/* The group numbers of n keys of one part, in the layout of groups_find_in; the groups must exist. */
void groups_numbers(const struct groups *g, const struct group_part *p, const uint64_t *key,
    const uint32_t *tag, size_t n, uint32_t *number);

/* As groups_find for one key whose words are adjacent, in the part given. */
enum flow_status groups_find_one(struct groups *g, struct group_part *p, const uint64_t *key,
    uint32_t tag, uint64_t **out) NODISCARD;

/*
 * Moves the groups of a part of `from`, of the same grouping, to the end of `into`; *first is the number
 * of the first there.  Each is found only after groups_link; groups between the old ones and *first are
 * unused.
 */
enum flow_status groups_adopt(struct groups *into, struct groups *from, unsigned part,
    uint32_t *first) NODISCARD;

/*
 * Enters an adopted group into the table by its key and tag; if another group has that key already,
 * *same is that group, and nothing is entered; else *same is NULL.
 */
enum flow_status groups_link(struct groups *g, struct group_part *p, uint32_t number, uint32_t tag,
    uint64_t **same) NODISCARD;

/* The slots of a group. */
static inline uint64_t *
groups_state(const struct groups *g, uint64_t *group)
{
	return group + g->words;
}

/* The slots of a group for reading; a narrow one is expanded to `room` (NARROW_SLOTS words). */
static inline const uint64_t *
groups_read(const struct groups *g, const uint64_t *group, uint64_t *room)
{
	if (!g->narrow)
		return group + g->words;
	narrow_state(group, g->base, room);
	return room;
}
