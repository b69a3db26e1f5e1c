/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The groups of one grouping in one worker.  A group is a run of 64-bit
 * words: its packed key (of a dense grouping: its number) and its slots.
 *
 *	[key word 0 .. words-1] [slot 0: rows] [slot 1] ...
 *
 * A dense grouping has them in an array by number, which may move as it grows, and before the first
 * the one of nowhere (grouping_has_nowhere), whose number is -1.  A hashed one has 256 parts by the
 * hash's upper bits, each with a table of its own, so that workers can be merged part by part on
 * several threads; its groups never move once made, but a whole part may change hands.
 */

#include "agg/group/bucket.h"
#include "agg/group/packed_counters.h"
#include "agg/group/huge_pages.h"
#include "agg/ask/question.h"
#include "agg/group/spool.h"

#define GROUP_PARTS 256
/* Rows that are looked up together. */
#define GROUP_ROWS 1024

/* A block of hashed groups; their tags follow them. */
#define GROUP_BLOCK 64

struct group_part {
	struct bucket *bucket;	/* tag: lower half of the hash; at: number of the group + 1 */
	uint32_t mask;		/* buckets - 1 */
	uint32_t linked;	/* groups that buckets lead to */
	uint32_t count;
	uint32_t blocks;
	void **block;
	size_t bytes;
	/* Blocks are cut from runs, larger and larger ones. */
	struct group_run {
		void *start;
		size_t bytes;
	} *run;
	uint32_t runs;
	char *free;
	size_t left;
	struct spool moved, moved_buckets;	/* where these lie, once they left memory */
};

/* Groups that rows found of late, by the lowest bits of their tags; a power of two.  With 1024 a table of 770 ASes took a quarter longer. */
#define GROUP_RECENT 4096

struct groups {
	const struct grouping *grouping;
	uint32_t words;			/* 64-bit words of a key */
	uint32_t stride;		/* of a group: whole cache lines where that costs little */
	bool narrow;			/* groups are as agg/group/packed_counters.h tells, until groups_widen */
	uint64_t base;			/* of narrow groups' instants */
	uint64_t fresh[SLOTS];		/* slots before the first row */
	uint64_t *dense;		/* group 0 of a dense grouping; NULL: there is none yet */
	struct group_part part[GROUP_PARTS];	/* dense: only the first, without blocks */
	struct group_recent {
		uint64_t *group;	/* NULL: none */
		uint32_t tag;
	} recent[GROUP_RECENT];		/* groups_find looks here first */
	uint32_t recent_pause;		/* calls of groups_find that do not, as it was in vain */
};

void groups_init(struct groups *g, const struct grouping *grouping);
void groups_release(struct groups *g);

/* Frees a part's groups; threads may do so at a time, each with its part. */
void groups_part_release(struct groups *g, unsigned part);

/* To be called before groups_find is, once parts were freed or moved. */
void groups_forget(struct groups *g);

/*
 * Where the group of a key of one word may be, for callers that know the key before its hash: the group's first word is
 * to be compared.  groups_find has its own places there, by hashes, and compares keys, too.
 */
static inline struct group_recent *
groups_recent(struct groups *g, uint64_t key)
{
	return &g->recent[key * UINT64_C(0x9e3779b97f4a7c15) >> 32 & (GROUP_RECENT - 1)];
}

/* Tells that `missed` of `rows` rows had no group there: where most had none, recent_pause stops looking for a while. */
void groups_judge_recent(struct groups *g, size_t rows, size_t missed);

/* Moves the groups of a hashed part to a file; they stay in use as before. */
enum flow_status groups_part_move(struct groups *g, unsigned part, const char *folder,
    struct flow_error *err) NODISCARD;
size_t groups_bytes(const struct groups *g);

/* Memory of one of many groups of a hashed grouping, about, with its place in the table. */
static inline size_t
groups_each_bytes(const struct groups *g)
{
	return g->stride * sizeof(uint64_t) + sizeof(uint32_t) + 2 * sizeof(struct bucket);
}

/* All groups, also those that do not count. */
uint64_t groups_count(const struct groups *g);

/* Makes dense groups 0 .. count-1 (and that of nowhere) exist, without rows; they may move. */
enum flow_status groups_dense_reserve(struct groups *g, uint32_t count) NODISCARD;

/* Gives narrow groups their whole slots; after FLOW_ENOMEM the groups may only be released. */
enum flow_status groups_widen(struct groups *g) NODISCARD;

/* Raises *range to what narrow groups hold. */
void groups_cover(const struct groups *g, struct narrow_range *range);

/* Whether a group counts: not dense ones without rows, nor what groups_adopt left without use. */
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

/* The group of rows that count nowhere; NULL: there is none. */
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
 * As groups_find for n keys of one part, word w of key i being key[i * words + w], by their tags.
 * Threads may do so at a time, each with its part.
 */
enum flow_status groups_find_in(struct groups *g, struct group_part *p, const uint64_t *key,
    const uint32_t *tag, size_t n, uint64_t **out) NODISCARD;

/* Makes room for that many groups of a hashed part to be found, so that it is not made bit by bit. */
enum flow_status groups_expect(struct group_part *p, uint32_t count) NODISCARD;

/* Asks for the memory that looking up these tags in a part will need first. */
void groups_prefetch(const struct groups *g, const struct group_part *p, const uint32_t *tag,
    size_t n);

/* The numbers of the groups of n keys of one part, as groups_find_in takes them; these groups exist. */
void groups_numbers(const struct groups *g, const struct group_part *p, const uint64_t *key,
    const uint32_t *tag, size_t n, uint32_t *number);

/* As groups_find for one key whose words are adjacent, in the part given. */
enum flow_status groups_find_one(struct groups *g, struct group_part *p, const uint64_t *key,
    uint32_t tag, uint64_t **out) NODISCARD;

/*
 * Moves the groups of a part of `from`, of the same grouping, behind those of `into`; *first is the
 * number of the first there.  None is found until groups_link was called for it; groups between the
 * old ones and *first are not used.
 */
enum flow_status groups_adopt(struct groups *into, struct groups *from, unsigned part,
    uint32_t *first) NODISCARD;

/*
 * Makes an adopted group one that is found by its key and tag; where there is one of that key
 * already, *same is that one, else NULL.
 */
enum flow_status groups_link(struct groups *g, struct group_part *p, uint32_t number, uint32_t tag,
    uint64_t **same) NODISCARD;

/* Where the slots of a group lie. */
static inline uint64_t *
groups_state(const struct groups *g, uint64_t *group)
{
	return group + g->words;
}

/* The slots of a group: in it, or in `room` (NARROW_SLOTS words) where it is narrow. */
static inline const uint64_t *
groups_read(const struct groups *g, const uint64_t *group, uint64_t *room)
{
	if (!g->narrow)
		return group + g->words;
	narrow_state(group, g->base, room);
	return room;
}
