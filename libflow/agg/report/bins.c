/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/report/bins.h"

struct bin_order
bin_order(const struct flow_agg_result *r, const struct grouping *g)
{
	struct bin_order o = { r, *g };

	o.key.parts--;
	return o;
}

void
bins_list(const struct groups *g, int way, bool both, struct bin_item *list, size_t *n)
{
	const struct key_part *bin = &g->grouping->part[g->grouping->parts - 1];
	bool has;

	for (unsigned p = 0; p < GROUP_PARTS; p++) {
		for (uint32_t i = 0; i < g->part[p].count; i++) {
			uint64_t *group = groups_at(g, &g->part[p], i);
			const uint64_t *state = groups_state(g, group);
			struct bin_item *item;

			if (!groups_used(g, group))
				continue;
			item = &list[(*n)++];
			item->group = group;
			item->bin = result_value(bin, group, &has) ^ SLOT_TIME_BIAS;
			item->bytes[way] = state[1];
			item->bytes[!way] = both ? state[2] : 0;
		}
	}
}

static int
compare_items(const void *pa, const void *pb, void *arg)
{
	const struct bin_item *a = pa, *b = pb;
	const struct bin_order *o = arg;
	int order = result_compare_keys(o->result, &o->key, a->group, b->group);

	if (order != 0)
		return order;
	return (a->bin > b->bin) - (a->bin < b->bin);
}

void
bins_sort(struct bin_item *list, size_t n, struct bin_order *o)
{
	result_sort(o->result, list, n, sizeof(*list), compare_items, o);
}

bool
bins_same_key(const struct bin_order *o, const struct bin_item *a, const struct bin_item *b)
{
	return result_compare_keys(o->result, &o->key, a->group, b->group) == 0;
}

uint64_t
bins_count(const struct bin_item *list, size_t n, int64_t width_ms)
{
	uint64_t first = UINT64_MAX, last = 0;

	for (size_t i = 0; i < n; i++) {
		first = list[i].bin < first ? list[i].bin : first;
		last = list[i].bin > last ? list[i].bin : last;
	}
	return n > 0 ? (last - first) / (uint64_t)width_ms + 1 : 0;
}
