/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/group/groups.h"

#include "agg/agg.h"
#include "base/hash.h"
#include "tap.h"

#define PART 5

static uint32_t
tag_of(uint64_t key)
{
	return (uint32_t)hash_mix64(key);
}

/* Counts keys from .. to-1 once each; false if memory is short. */
static bool
count(struct groups *g, uint64_t from, uint64_t to)
{
	for (uint64_t k = from; k < to; k++) {
		uint64_t *group;

		if (groups_find_one(g, &g->part[PART], &k, tag_of(k), &group) != FLOW_OK)
			return false;
		groups_state(g, group)[0]++;
	}
	return true;
}

/* All groups of `from` to `into`, added up where both have one. */
static bool
join(struct groups *into, struct groups *from)
{
	struct group_part *p = &into->part[PART];
	uint32_t first;

	if (groups_adopt(into, from, PART, &first) != FLOW_OK)
		return false;
	for (uint32_t i = first; i < p->count; i++) {
		uint64_t *group = groups_at(into, p, i), *same;

		if (groups_link(into, p, i, groups_tag(into, p, i), &same) != FLOW_OK)
			return false;
		if (same == NULL)
			continue;
		groups_state(into, same)[0] += groups_state(into, group)[0];
		groups_state(into, group)[0] = 0;
	}
	return true;
}

/* How many keys of from .. to-1 were not counted `times` times. */
static uint64_t
wrong(struct groups *g, uint64_t from, uint64_t to, uint64_t times)
{
	uint64_t n = 0;

	for (uint64_t k = from; k < to; k++) {
		uint64_t *group;

		n += groups_find_one(g, &g->part[PART], &k, tag_of(k), &group) != FLOW_OK ||
		    groups_state(g, group)[0] != times;
	}
	return n;
}

static uint64_t
used(const struct groups *g)
{
	const struct group_part *p = &g->part[PART];
	uint64_t n = 0;

	for (uint32_t i = 0; i < p->count; i++)
		n += groups_used(g, groups_at(g, p, i));
	return n;
}

static void
test_adopt(const struct grouping *grouping)
{
	struct groups a, b, c, none;

	groups_init(&a, grouping);
	groups_init(&b, grouping);
	groups_init(&c, grouping);
	groups_init(&none, grouping);
	is_uint(a.words, 1);
	ok(count(&a, 1, 1001) && count(&b, 501, 2001) && count(&c, 1901, 2201));
	/* One that saw nothing. */
	ok(join(&a, &none));
	is_uint(used(&a), 1000);
	ok(join(&a, &b));
	is_uint(used(&a), 2000);
	is_uint(b.part[PART].count, 0);
	ok(join(&a, &c));
	is_uint(used(&a), 2200);
	/* What one had, then what two had. */
	is_uint(wrong(&a, 1, 501, 1) + wrong(&a, 1001, 1901, 1) + wrong(&a, 2001, 2201, 1), 0);
	is_uint(wrong(&a, 501, 1001, 2) + wrong(&a, 1901, 2001, 2), 0);
	/* Counting goes on behind adopted groups. */
	ok(count(&a, 2001, 3001));
	is_uint(wrong(&a, 2001, 2201, 2) + wrong(&a, 2201, 3001, 1), 0);
	is_uint(used(&a), 3000);
	/* One without groups adopts them all, and their memory. */
	ok(join(&none, &a));
	is_uint(used(&none), 3000);
	ok(groups_bytes(&a) < groups_bytes(&none));
	groups_release(&a);
	groups_release(&b);
	groups_release(&c);
	groups_release(&none);
}

int
main(void)
{
	struct flow_agg_spec *spec = flow_agg_spec_new();
	struct flow_agg_ask ask = { .keys = "srcport,dstport" };
	struct flow_error err;

	if (spec == NULL || flow_agg_ask(spec, &ask, &err) != FLOW_OK)
		return 1;
	test_adopt(&spec->grouping[0]);
	flow_agg_spec_free(spec);
	return tap_done();
}
