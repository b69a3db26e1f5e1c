/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/net_sets.h"

#include <stdlib.h>

#include "base/bitmap.h"
#include "base/hash.h"
#include "base/sort64.h"

/* Most lists of all sets together. */
#define MEMBERS_MAX ((size_t)1 << 24)

/* From this many pieces on, a bitmap of the /24 networks that a list touches ends most searches sooner. */
#define TOUCHED_MIN 4096

/*
 * An address at which the covering lists change.  While sets are made, `what` is twice the list, plus 1 where
 * a range of it has ended; afterwards it is the set from here to the next place.  IPv4 packs both in one
 * number, the address in the upper half.
 */
struct place6 {
	uint64_t hi, lo;
	uint64_t what;
};

struct net_sets_maker {
	uint64_t *v4;
	size_t v4_count, v4_cap;
	struct place6 *v6;
	size_t v6_count, v6_cap;
};

struct net_sets {
	uint64_t *v4;
	size_t v4_count;
	struct place6 *v6;
	size_t v6_count;
	uint32_t *index;	/* index[h]: the first place of IPv4 at or behind h << 16 */
	uint64_t *touched;	/* bit a >> 8; NULL: all */
	uint32_t *from;		/* set s has member[from[s]] up to member[from[s + 1]] */
	uint16_t *member;
	size_t sets, sets_cap, members, members_cap;
};

/* The lists that cover the current place. */
struct sweep {
	struct net_sets *sets;
	uint32_t depth[NET_SETS_LISTS];		/* per list: how many of its ranges cover it */
	uint16_t active[NET_SETS_LISTS], at[NET_SETS_LISTS];
	size_t count;
	uint64_t hash;				/* of the active lists, independent of their order */
	uint32_t *slot;				/* sets by their hash; 0: free (the empty set needs no slot) */
	uint64_t *slot_hash;
	size_t slots;
};

struct net_sets_maker *
net_sets_maker_new(void)
{
	return calloc(1, sizeof(struct net_sets_maker));
}

void
net_sets_maker_free(struct net_sets_maker *m)
{
	if (m == NULL)
		return;
	free(m->v4);
	free(m->v6);
	free(m);
}

/* Room for two more of `size` bytes; false when out of memory. */
static bool
grow(void **array, size_t count, size_t *cap, size_t size)
{
	size_t more = *cap > 0 ? *cap + *cap / 2 : 512;
	void *p;

	if (count + 2 <= *cap)
		return true;
	p = realloc(*array, more * size);
	if (p == NULL)
		return false;
	*array = p;
	*cap = more;
	return true;
}

static enum flow_status
add_v4(struct net_sets_maker *m, unsigned list, uint32_t lo, uint32_t hi)
{
	void *array = m->v4;

	if (!grow(&array, m->v4_count, &m->v4_cap, sizeof(*m->v4)))
		return FLOW_ENOMEM;
	m->v4 = array;
	m->v4[m->v4_count++] = (uint64_t)lo << 32 | list << 1;
	if (hi < UINT32_MAX)
		m->v4[m->v4_count++] = ((uint64_t)hi + 1) << 32 | list << 1 | 1;
	return FLOW_OK;
}

enum flow_status
net_sets_add(struct net_sets_maker *m, unsigned list, const struct addr_range *range)
{
	uint64_t hi = addr_hi(&range->hi), lo = addr_lo(&range->hi);
	void *array = m->v6;

	if (addr_is_v4(&range->lo))
		return add_v4(m, list, addr_v4(&range->lo), addr_v4(&range->hi));
	if (!grow(&array, m->v6_count, &m->v6_cap, sizeof(*m->v6)))
		return FLOW_ENOMEM;
	m->v6 = array;
	m->v6[m->v6_count++] = (struct place6){ addr_hi(&range->lo), addr_lo(&range->lo), list << 1 };
	if (hi < UINT64_MAX || lo < UINT64_MAX)
		m->v6[m->v6_count++] = (struct place6){ hi + (lo == UINT64_MAX), lo + 1, list << 1 | 1 };
	return FLOW_OK;
}

static int
compare6(const void *pa, const void *pb)
{
	const struct place6 *a = pa, *b = pb;

	if (a->hi != b->hi)
		return a->hi < b->hi ? -1 : 1;
	return a->lo != b->lo ? a->lo < b->lo ? -1 : 1 : 0;
}

/* Takes account of the begin or the end of a range. */
static void
change(struct sweep *s, uint32_t what)
{
	uint16_t list = (uint16_t)(what >> 1), last;

	if ((what & 1) == 0) {
		if (s->depth[list]++ > 0)
			return;
		s->at[list] = (uint16_t)s->count;
		s->active[s->count++] = list;
	} else {
		if (--s->depth[list] > 0)
			return;
		last = s->active[--s->count];
		s->active[s->at[list]] = last;
		s->at[last] = s->at[list];
	}
	s->hash ^= hash_mix64((uint64_t)list + 1);
}

static bool
grow_slots(struct sweep *s)
{
	size_t slots = s->slots > 0 ? 2 * s->slots : 256;
	uint32_t *slot = calloc(slots, sizeof(*slot));
	uint64_t *hash = malloc(slots * sizeof(*hash));

	if (slot == NULL || hash == NULL) {
		free(slot);
		free(hash);
		return false;
	}
	for (size_t i = 0; i < s->slots; i++) {
		size_t at = (size_t)s->slot_hash[i];

		if (s->slot[i] == 0)
			continue;
		while (slot[at &= slots - 1] != 0)
			at++;
		slot[at] = s->slot[i];
		hash[at] = s->slot_hash[i];
	}
	free(s->slot);
	free(s->slot_hash);
	s->slot = slot;
	s->slot_hash = hash;
	s->slots = slots;
	return true;
}

static bool
is_active_set(const struct sweep *s, uint32_t set)
{
	size_t count;
	const uint16_t *list = net_sets_lists(s->sets, set, &count);

	if (count != s->count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (s->depth[list[i]] == 0)
			return false;
	return true;
}

/* Up to this many lists are sorted by insertion. */
#define MANY 64

/* The active lists, ascending. */
static void
put_active(const struct sweep *s, uint16_t *out)
{
	size_t n = 0;

	if (s->count > MANY) {
		for (unsigned list = 0; list < NET_SETS_LISTS; list++)
			if (s->depth[list] > 0)
				out[n++] = (uint16_t)list;
		return;
	}
	for (; n < s->count; n++) {
		size_t at = n;

		for (; at > 0 && out[at - 1] > s->active[n]; at--)
			out[at] = out[at - 1];
		out[at] = s->active[n];
	}
}

/* Adds a set of the active lists. */
static enum flow_status
add_set(struct sweep *s, struct flow_error *err)
{
	struct net_sets *sets = s->sets;

	if (sets->members + s->count > MEMBERS_MAX)
		return flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "lists overlap each other in too many ways: "
		    "give fewer at once");
	while (sets->members + s->count >= sets->members_cap) {
		size_t cap = sets->members_cap > 0 ? 2 * sets->members_cap : 1024;
		uint16_t *member = realloc(sets->member, cap * sizeof(*member));

		if (member == NULL)
			return flow_fail_memory(err);
		sets->member = member;
		sets->members_cap = cap;
	}
	if (sets->sets + 1 >= sets->sets_cap) {
		size_t cap = sets->sets_cap > 0 ? 2 * sets->sets_cap : 64;
		uint32_t *from = realloc(sets->from, cap * sizeof(*from));

		if (from == NULL)
			return flow_fail_memory(err);
		sets->from = from;
		sets->sets_cap = cap;
	}
	put_active(s, sets->member + sets->members);
	sets->from[sets->sets++] = (uint32_t)sets->members;
	sets->members += s->count;
	sets->from[sets->sets] = (uint32_t)sets->members;
	return FLOW_OK;
}

/* Finds the set of the active lists, or adds it. */
static enum flow_status
find_set(struct sweep *s, uint32_t *set, struct flow_error *err)
{
	size_t at = (size_t)s->hash;
	enum flow_status st;

	*set = 0;
	if (s->count == 0)
		return FLOW_OK;
	if (2 * s->sets->sets >= s->slots && !grow_slots(s))
		return flow_fail_memory(err);
	while (s->slot[at &= s->slots - 1] != 0) {
		if (s->slot_hash[at] == s->hash && is_active_set(s, s->slot[at])) {
			*set = s->slot[at];
			return FLOW_OK;
		}
		at++;
	}
	*set = (uint32_t)s->sets->sets;
	st = add_set(s, err);
	s->slot[at] = *set;
	s->slot_hash[at] = s->hash;
	return st;
}

/* Turns changes of IPv4 into places, in the same memory. */
static enum flow_status
sweep_v4(struct sweep *s, struct flow_error *err)
{
	struct net_sets *n = s->sets;
	enum flow_status st = FLOW_OK;
	uint32_t set, before = 0;
	size_t kept = 0;

	sort64(n->v4, n->v4_count);
	for (size_t i = 0; i < n->v4_count && st == FLOW_OK;) {
		uint64_t addr = n->v4[i] >> 32;

		for (; i < n->v4_count && n->v4[i] >> 32 == addr; i++)
			change(s, (uint32_t)n->v4[i]);
		st = find_set(s, &set, err);
		if (set != before)
			n->v4[kept++] = addr << 32 | set;
		before = set;
	}
	n->v4_count = kept;
	return st;
}

static enum flow_status
sweep_v6(struct sweep *s, struct flow_error *err)
{
	struct net_sets *n = s->sets;
	enum flow_status st = FLOW_OK;
	uint32_t set, before = 0;
	size_t kept = 0;

	if (n->v6_count > 0)
		qsort(n->v6, n->v6_count, sizeof(*n->v6), compare6);
	for (size_t i = 0; i < n->v6_count && st == FLOW_OK;) {
		struct place6 place = n->v6[i];

		for (; i < n->v6_count && compare6(&n->v6[i], &place) == 0; i++)
			change(s, (uint32_t)n->v6[i].what);
		st = find_set(s, &set, err);
		place.what = set;
		if (set != before)
			n->v6[kept++] = place;
		before = set;
	}
	n->v6_count = kept;
	return st;
}

/* Ranges that reach the last address of a family have no end event. */
static void
sweep_end(struct sweep *s)
{
	memset(s->depth, 0, sizeof(s->depth));
	s->count = 0;
	s->hash = 0;
}

static bool
make_index(struct net_sets *n)
{
	size_t at = 0;

	n->index = malloc(65537 * sizeof(*n->index));
	if (n->index == NULL)
		return false;
	for (uint64_t h = 0; h <= 65536; h++) {
		while (at < n->v4_count && n->v4[at] >> 48 < h)
			at++;
		n->index[h] = (uint32_t)at;
	}
	if (n->v4_count < TOUCHED_MIN)
		return true;
	n->touched = calloc(BITMAP_WORDS(1 << 24), sizeof(*n->touched));
	if (n->touched == NULL)
		return false;
	for (size_t i = 0; i < n->v4_count; i++) {
		uint64_t end = i + 1 < n->v4_count ? n->v4[i + 1] >> 32 : UINT64_C(1) << 32;

		if ((uint32_t)n->v4[i] != 0)
			bitmap_fill(n->touched, (size_t)(n->v4[i] >> 40), (size_t)((end - 1) >> 8) + 1, true);
	}
	return true;
}

/* Returns unused memory. */
static void
shrink(struct net_sets *n)
{
	void *p = n->v4_count > 0 ? realloc(n->v4, n->v4_count * sizeof(*n->v4)) : NULL;

	if (p != NULL)
		n->v4 = p;
	p = n->v6_count > 0 ? realloc(n->v6, n->v6_count * sizeof(*n->v6)) : NULL;
	if (p != NULL)
		n->v6 = p;
}

static enum flow_status
sweep_all(struct sweep *s, struct flow_error *err)
{
	/* Set 0 is the empty one. */
	enum flow_status st = add_set(s, err);

	if (st == FLOW_OK)
		st = sweep_v4(s, err);
	sweep_end(s);
	if (st == FLOW_OK)
		st = sweep_v6(s, err);
	if (st == FLOW_OK && !make_index(s->sets))
		st = flow_fail_memory(err);
	free(s->slot);
	free(s->slot_hash);
	return st;
}

enum flow_status
net_sets_make(struct net_sets_maker *m, struct net_sets **sets, struct flow_error *err)
{
	struct net_sets *n = calloc(1, sizeof(*n));
	struct sweep *s = calloc(1, sizeof(*s));
	enum flow_status st;

	if (n == NULL || s == NULL) {
		free(n);
		free(s);
		net_sets_maker_free(m);
		return flow_fail_memory(err);
	}
	n->v4 = m->v4;
	n->v4_count = m->v4_count;
	n->v6 = m->v6;
	n->v6_count = m->v6_count;
	free(m);
	s->sets = n;
	st = sweep_all(s, err);
	free(s);
	if (st != FLOW_OK) {
		net_sets_free(n);
		return st;
	}
	shrink(n);
	*sets = n;
	return FLOW_OK;
}

void
net_sets_free(struct net_sets *sets)
{
	if (sets == NULL)
		return;
	free(sets->v4);
	free(sets->v6);
	free(sets->index);
	free(sets->touched);
	free(sets->from);
	free(sets->member);
	free(sets);
}

static uint32_t
find_v4(const struct net_sets *n, uint32_t a)
{
	size_t lo = n->index[a >> 16], hi = n->index[(a >> 16) + 1];

	if (n->touched != NULL && !bitmap_get(n->touched, a >> 8))
		return 0;
	/* The last place at or before a, which may lie before this index entry. */
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (n->v4[mid] >> 32 <= a)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo > 0 ? (uint32_t)n->v4[lo - 1] : 0;
}

uint32_t
net_sets_find(const struct net_sets *sets, const struct addr *a)
{
	struct place6 want = { addr_hi(a), addr_lo(a), 0 };
	size_t lo = 0, hi = sets->v6_count;

	if (addr_is_v4(a))
		return find_v4(sets, addr_v4(a));
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (compare6(&sets->v6[mid], &want) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo > 0 ? (uint32_t)sets->v6[lo - 1].what : 0;
}

const uint16_t *
net_sets_lists(const struct net_sets *sets, uint32_t set, size_t *count)
{
	*count = sets->from[set + 1] - sets->from[set];
	return sets->member + sets->from[set];
}

size_t
net_sets_bytes(const struct net_sets *sets)
{
	return sizeof(*sets) + sets->v4_count * sizeof(*sets->v4) + sets->v6_count * sizeof(*sets->v6) +
	    65537 * sizeof(*sets->index) +
	    (sets->touched != NULL ? BITMAP_WORDS(1 << 24) * sizeof(*sets->touched) : 0) +
	    sets->sets_cap * sizeof(*sets->from) + sets->members_cap * sizeof(*sets->member);
}
