/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter/set.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/bitmap.h"
#include "base/vec.h"
#include "net/addr_fast.h"
#include "net/addr_prefixes.h"

/* From this many IPv4 ranges on an index pays. */
#define INDEX_MIN 16

/* From this many ranges on, a bitmap of the /24 networks that have any ends most lookups sooner. */
#define TOUCHED_MIN 4096

struct v4_range {
	uint32_t lo, hi;
};

struct addr_set {
	const struct v4_range *v4;
	size_t v4_count;
	/* index[h] .. index[h + 1]: where ranges with lo >> 16 == h lie; or NULL. */
	const uint32_t *index;
	const uint64_t *touched;	/* bit a >> 8: a range has addresses there; or NULL */
	const struct addr_range *v6;
	size_t v6_count;
	const uint32_t *index6;		/* the same, on the first 16 bits of lo */
};

bool
addr_list_add(struct addr_list *list, struct addr_range r)
{
	if (!VEC_RESERVE(list->range, list->cap, list->count + 1))
		return false;
	list->range[list->count++] = r;
	return true;
}

void
addr_list_release(struct addr_list *list)
{
	free(list->range);
	*list = (struct addr_list){ 0 };
}

/* The address after *a; false if there is none. */
static bool
successor(struct addr *a)
{
	for (size_t i = 16; i-- > 0;)
		if (++a->b[i] != 0)
			return true;
	return false;
}

static bool
predecessor(struct addr *a)
{
	for (size_t i = 16; i-- > 0;)
		if (a->b[i]-- != 0)
			return true;
	return false;
}

static unsigned
top16(const struct addr_range *r)
{
	return (unsigned)(addr_hi(&r->lo) >> 48);
}

static bool
build_touched(struct arena *arena, struct addr_set *set)
{
	uint64_t *touched;

	if (set->v4_count < TOUCHED_MIN)
		return true;
	if ((touched = arena_array(arena, BITMAP_WORDS(1 << 24), sizeof(*touched))) == NULL)
		return false;
	for (size_t i = 0; i < set->v4_count; i++)
		bitmap_fill(touched, set->v4[i].lo >> 8, (size_t)(set->v4[i].hi >> 8) + 1, true);
	set->touched = touched;
	return true;
}

/* Builds the indexes of both families. */
static bool
build_index(struct arena *arena, struct addr_set *set)
{
	uint32_t *index, *index6;
	size_t at = 0, at6 = 0;

	if (set->v4_count + set->v6_count < INDEX_MIN)
		return true;
	index = arena_array(arena, 65537, sizeof(*index));
	index6 = arena_array(arena, 65537, sizeof(*index6));
	if (index == NULL || index6 == NULL)
		return false;
	for (unsigned h = 0; h <= 65536; h++) {
		while (at < set->v4_count && set->v4[at].lo >> 16 < h)
			at++;
		while (at6 < set->v6_count && top16(&set->v6[at6]) < h)
			at6++;
		index[h] = (uint32_t)at;
		index6[h] = (uint32_t)at6;
	}
	set->index = index;
	set->index6 = index6;
	return true;
}

/* From sorted, disjoint ranges of each family. */
static const struct addr_set *
set_from_sorted(struct arena *arena, const struct addr_range *r4, size_t n4,
    const struct addr_range *r6, size_t n6)
{
	struct addr_set *set = arena_alloc(arena, sizeof(*set));
	struct v4_range *v4 = arena_array(arena, n4, sizeof(*v4));
	struct addr_range *v6 = arena_array(arena, n6, sizeof(*v6));

	if (set == NULL || v4 == NULL || v6 == NULL)
		return NULL;
	for (size_t i = 0; i < n4; i++)
		v4[i] = (struct v4_range){ addr_v4(&r4[i].lo), addr_v4(&r4[i].hi) };
	for (size_t i = 0; i < n6; i++)
		v6[i] = r6[i];
	*set = (struct addr_set){ .v4 = v4, .v4_count = n4, .v6 = v6, .v6_count = n6 };
	return build_index(arena, set) && build_touched(arena, set) ? set : NULL;
}

const struct addr_set *
addr_set_new(struct arena *arena, const struct addr_range *range, size_t n)
{
	struct addr_range *sorted = calloc(n > 0 ? n : 1, sizeof(*sorted));
	const struct addr_set *set;
	size_t n4 = 0;

	if (sorted == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++)
		sorted[i] = range[i];
	n = addr_ranges_join(sorted, n);
	while (n4 < n && addr_is_v4(&sorted[n4].lo))
		n4++;
	set = set_from_sorted(arena, sorted, n4, sorted + n4, n - n4);
	free(sorted);
	return set;
}

/* Appends the gap between the last range and `r` to the complement. */
static bool
add_gap(struct addr_list *out, struct addr *from, bool *end, const struct addr_range *r)
{
	struct addr_range gap = { *from, r->lo };

	if (addr_compare(from, &r->lo) < 0) {
		(void)predecessor(&gap.hi);
		if (!addr_list_add(out, gap))
			return false;
	}
	*from = r->hi;
	*end = !successor(from);
	return true;
}

/* The complement within lo .. hi of the ranges there. */
static bool
complement_in(struct addr_list *out, const struct addr_set *set, bool v4)
{
	static const struct addr any6;
	struct addr_range all = addr_range_prefix(v4 ? &addr_any4 : &any6, 0), r;
	size_t n = v4 ? set->v4_count : set->v6_count;
	bool end = false, ok = true;

	for (size_t i = 0; i < n && ok && !end; i++) {
		if (v4)
			r = (struct addr_range){ addr_from_v4(set->v4[i].lo),
			    addr_from_v4(set->v4[i].hi) };
		else
			r = set->v6[i];
		ok = add_gap(out, &all.lo, &end, &r);
		end = end || addr_compare(&all.lo, &all.hi) > 0;
	}
	return ok && (end || addr_list_add(out, all));
}

const struct addr_set *
addr_set_complement(struct arena *arena, const struct addr_set *set)
{
	struct addr_list v4 = { 0 }, v6 = { 0 };
	const struct addr_set *result = NULL;

	if (complement_in(&v4, set, true) && complement_in(&v6, set, false))
		result = set_from_sorted(arena, v4.range, v4.count, v6.range, v6.count);
	addr_list_release(&v4);
	addr_list_release(&v6);
	return result;
}

bool
addr_set_list(const struct addr_set *set, struct addr_list *list)
{
	bool ok = true;

	for (size_t i = 0; i < set->v4_count && ok; i++)
		ok = addr_list_add(list, (struct addr_range){ addr_from_v4(set->v4[i].lo),
		    addr_from_v4(set->v4[i].hi) });
	for (size_t i = 0; i < set->v6_count && ok; i++)
		ok = addr_list_add(list, set->v6[i]);
	return ok;
}

static bool
has_v4(const struct addr_set *set, uint32_t a)
{
	size_t lo = 0, hi = set->v4_count;

	if (set->touched != NULL && !bitmap_get(set->touched, a >> 8))
		return false;
	if (set->index != NULL) {
		/* Only the range before the slot may begin in an earlier one. */
		hi = set->index[(a >> 16) + 1];
		lo = set->index[a >> 16];
		lo -= lo > 0;
	}
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (a < set->v4[mid].lo)
			hi = mid;
		else if (a > set->v4[mid].hi)
			lo = mid + 1;
		else
			return true;
	}
	return false;
}

static bool
has_v6(const struct addr_set *set, const struct addr *a)
{
	size_t lo = 0, hi = set->v6_count;

	if (set->index6 != NULL) {
		size_t top = (size_t)(addr_hi(a) >> 48);

		hi = set->index6[top + 1];
		lo = set->index6[top];
		lo -= lo > 0;
	}
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (addr_compare(a, &set->v6[mid].lo) < 0)
			hi = mid;
		else if (addr_compare(a, &set->v6[mid].hi) > 0)
			lo = mid + 1;
		else
			return true;
	}
	return false;
}

bool
addr_set_has(const struct addr_set *set, const struct addr *a)
{
	return addr_is_v4(a) ? has_v4(set, addr_v4(a)) : has_v6(set, a);
}

bool
addr_set_has_text(const struct addr_set *set, const char *text, size_t len)
{
	struct addr a;

	return addr_parse_fast(text, len, &a) && addr_set_has(set, &a);
}

static size_t
enumerate_range(struct addr_range r, struct addr *out, size_t n, size_t max)
{
	for (;;) {
		if (n == max)
			return max + 1;
		out[n++] = r.lo;
		if (addr_equal(&r.lo, &r.hi))
			return n;
		(void)successor(&r.lo);
	}
}

size_t
addr_set_enumerate(const struct addr_set *set, struct addr *out, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < set->v4_count && n <= max; i++)
		n = enumerate_range((struct addr_range){ addr_from_v4(set->v4[i].lo),
		    addr_from_v4(set->v4[i].hi) }, out, n, max);
	for (size_t i = 0; i < set->v6_count && n <= max; i++)
		n = enumerate_range(set->v6[i], out, n, max);
	return n;
}

size_t
addr_set_ranges(const struct addr_set *set)
{
	return set->v4_count + set->v6_count;
}
