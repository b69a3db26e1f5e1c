/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sets of lists by address, compared with looking through all ranges one by one: ranges by chance in a small space, so
 * that they overlap, touch, and lie in each other, at both ends of either family; and what a million networks take.
 */
#include "net/net_sets.h"

#include <stdio.h>
#include <stdlib.h>

#include "tap.h"

#define RANGES 300
#define LISTS 9

struct listed {
	unsigned list;
	struct addr_range range;
};

static uint64_t state = 1;

/* SplitMix64. */
static uint64_t
chance(uint64_t n)
{
	uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % n;
}

/* One of some thousand addresses, near the beginning, the middle or the end of its family. */
static struct addr
some_addr(bool v4)
{
	static const uint64_t base[] = { 0, 1000, UINT64_MAX - 1000 };
	uint64_t v = base[chance(3)] + chance(1000);
	uint8_t b[16];

	if (v4)
		return addr_from_v4((uint32_t)v);
	store_be64(b, chance(2) == 0 ? 0 : UINT64_MAX);
	store_be64(b + 8, v);
	return addr_from_v6(b);
}

static struct addr_range
some_range(bool v4)
{
	struct addr a = some_addr(v4), b = some_addr(v4);

	if (chance(3) == 0)
		b = a;
	if (chance(3) == 0)
		return addr_range_prefix(&a, (v4 ? 32 : 128) - (unsigned)chance(12));
	return addr_compare(&a, &b) < 0 ? (struct addr_range){ a, b } : (struct addr_range){ b, a };
}

static void
tell_lists(const struct net_sets *sets, const struct addr *a, char *out, size_t size)
{
	size_t count, len = 0;
	const uint16_t *list = net_sets_lists(sets, net_sets_find(sets, a), &count);

	out[0] = '\0';
	for (size_t i = 0; i < count; i++)
		len += (size_t)snprintf(out + len, size - len, "%u ", list[i]);
}

static void
tell_plainly(const struct listed *l, size_t n, const struct addr *a, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (unsigned list = 0; list < LISTS; list++)
		for (size_t i = 0; i < n; i++) {
			if (l[i].list != list || addr_is_v4(&l[i].range.lo) != addr_is_v4(a) ||
			    addr_compare(a, &l[i].range.lo) < 0 || addr_compare(a, &l[i].range.hi) > 0)
				continue;
			len += (size_t)snprintf(out + len, size - len, "%u ", list);
			break;
		}
}

static void
compare_by_chance(size_t ranges)
{
	struct net_sets_maker *m = net_sets_maker_new();
	struct listed l[RANGES];
	struct net_sets *sets;
	struct flow_error err;
	unsigned wrong = 0;

	for (size_t i = 0; i < ranges; i++) {
		l[i] = (struct listed){ (unsigned)chance(LISTS), some_range(chance(2) == 0) };
		if (net_sets_add(m, l[i].list, &l[i].range) != FLOW_OK)
			abort();
	}
	ok(net_sets_make(m, &sets, &err) == FLOW_OK);
	for (unsigned i = 0; i < 4000; i++) {
		struct addr a = some_addr(i % 2 == 0);
		char got[64], want[64];

		tell_lists(sets, &a, got, sizeof(got));
		tell_plainly(l, ranges, &a, want, sizeof(want));
		if (strcmp(got, want) != 0 && wrong++ == 0)
			is_str(got, want);
	}
	is_uint(wrong, 0);
	net_sets_free(sets);
}

/* Every second /24 of 16 million: what the header says that networks take, beside indexes of 2.4 MB. */
static void
measure(void)
{
	struct net_sets_maker *m = net_sets_maker_new();
	struct net_sets *sets;
	struct flow_error err;
	struct addr a = addr_from_v4(0x00000205), b = addr_from_v4(0x00000305);

	for (uint32_t i = 0; i < 1000000; i++) {
		struct addr net = addr_from_v4(i << 9);
		struct addr_range r = addr_range_prefix(&net, 24);

		if (net_sets_add(m, i % 3, &r) != FLOW_OK)
			abort();
	}
	ok(net_sets_make(m, &sets, &err) == FLOW_OK);
	ok(net_sets_bytes(sets) >= 16000000 && net_sets_bytes(sets) < 16000000 + 2500000);
	ok(net_sets_find(sets, &a) != 0);
	is_uint(net_sets_find(sets, &b), 0);
	net_sets_free(sets);
}

/* All lists by chance, a quarter of the space long, three times each: nearly every address has a set of its own. */
static void
overlap(void)
{
	struct net_sets_maker *m = net_sets_maker_new();
	struct net_sets *sets = NULL;
	struct flow_error err;

	for (unsigned i = 0; i < 3 * NET_SETS_LISTS; i++) {
		uint32_t lo = (uint32_t)chance(1 << 20);
		struct addr_range r = { addr_from_v4(lo), addr_from_v4(lo + (1 << 18)) };

		if (net_sets_add(m, i % NET_SETS_LISTS, &r) != FLOW_OK)
			abort();
	}
	is_int(net_sets_make(m, &sets, &err), FLOW_ELIMIT);
	ok(strstr(err.message, "too many ways") != NULL);
}

int
main(void)
{
	compare_by_chance(0);
	compare_by_chance(1);
	for (unsigned i = 0; i < 20; i++)
		compare_by_chance(RANGES);
	measure();
	overlap();
	return tap_done();
}
