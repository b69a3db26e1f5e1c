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

/*
 * Compares packed keys in an arbitrary total order.  The bin has a word of its own, as instants take
 * 64 bits, and is never null.
 */
static int
compare_packed(const struct bin_order *o, const uint64_t *a, const uint64_t *b)
{
	const uint8_t bin = o->key.part[o->key.parts].word;

	for (uint8_t w = 0; w < o->key.words; w++)
		if (a[w] != b[w] && w != bin)
			return a[w] < b[w] ? -1 : 1;
	return 0;
}

static int
compare_items(const void *pa, const void *pb, void *arg)
{
	const struct bin_item *a = pa, *b = pb;
	int order = compare_packed(arg, a->group, b->group);

	return order != 0 ? order : (a->bin > b->bin) - (a->bin < b->bin);
}

void
bins_sort(struct bin_item *list, size_t n, struct bin_order *o)
{
	result_sort(o->result, list, n, sizeof(*list), compare_items, o);
}

bool
bins_same_key(const struct bin_order *o, const uint64_t *a, const uint64_t *b)
{
	return compare_packed(o, a, b) == 0;
}

/* Widens [*first, *last] to the bins of all groups. */
static void
find_ends(const struct groups *g, uint64_t *first, uint64_t *last)
{
	const struct key_part *part = &g->grouping->part[g->grouping->parts - 1];
	bool has;

	for (unsigned p = 0; p < GROUP_PARTS; p++) {
		for (uint32_t i = 0; i < g->part[p].count; i++) {
			const uint64_t *group = groups_at(g, &g->part[p], i);
			uint64_t bin;

			if (!groups_used(g, group))
				continue;
			bin = result_value(part, group, &has) ^ SLOT_TIME_BIAS;
			*first = bin < *first ? bin : *first;
			*last = bin > *last ? bin : *last;
		}
	}
}

/* The beginning of an instant's bin. */
static int64_t
bin_of(int64_t ms, int64_t width_ms)
{
	int64_t rest = ms % width_ms, start;

	return __builtin_sub_overflow(ms, rest < 0 ? rest + width_ms : rest, &start) ? INT64_MIN : start;
}

static struct bin_range
count_bins(struct bin_range range)
{
	if (range.from_ms < range.to_ms)
		range.bins = ((uint64_t)range.to_ms - 1 - (uint64_t)bin_of(range.from_ms, range.width_ms)) /
		    (uint64_t)range.width_ms + 1;
	return range;
}

/* The same if groups of other shares are missing: by the noted begins of all rows. */
static void
find_noted_ends(const struct flow_agg_result *r, const struct groups *g, uint64_t *first, uint64_t *last)
{
	const struct instants *ends = &r->ends[g - r->groups];
	int64_t width_ms = g->grouping->part[g->grouping->parts - 1].width_ms;
	uint64_t from, to;

	if (ends->first_ms > ends->last_ms)
		return;
	from = (uint64_t)bin_of(ends->first_ms, width_ms) ^ SLOT_TIME_BIAS;
	to = (uint64_t)bin_of(ends->last_ms, width_ms) ^ SLOT_TIME_BIAS;
	*first = from < *first ? from : *first;
	*last = to > *last ? to : *last;
}

static void
find_all_ends(const struct flow_agg_result *r, const struct groups *g, const struct groups *more, uint64_t *first,
    uint64_t *last)
{
	if (r->ends != NULL) {
		find_noted_ends(r, g, first, last);
		/* A series' "other" groups are of the same grouping. */
		if (more != NULL && more->grouping != g->grouping)
			find_noted_ends(r, more, first, last);
		return;
	}
	find_ends(g, first, last);
	if (more != NULL)
		find_ends(more, first, last);
}

struct bin_range
bins_range(const struct flow_agg_result *r, const struct groups *g, const struct groups *more)
{
	const struct grouping *grouping = g->grouping;
	struct bin_range range = { grouping->part[grouping->parts - 1].width_ms,
		grouping->period_from_ms, grouping->period_to_ms, 0 };
	bool open_from = range.from_ms == INT64_MIN, open_to = range.to_ms == INT64_MAX;
	uint64_t first = UINT64_MAX, last = 0;
	int64_t from, to;

	if (open_from || open_to || grouping->from_ms < range.from_ms || grouping->to_ms > range.to_ms) {
		find_all_ends(r, g, more, &first, &last);
		if (first > last)
			return open_from || open_to ? range : count_bins(range);
		from = (int64_t)(first ^ SLOT_TIME_BIAS);
		if (__builtin_add_overflow((int64_t)(last ^ SLOT_TIME_BIAS), range.width_ms, &to))
			to = INT64_MAX;
		if (open_from || (grouping->from_ms < range.from_ms && from < range.from_ms))
			range.from_ms = from;
		if (open_to || (grouping->to_ms > range.to_ms && to > range.to_ms))
			range.to_ms = to;
	}
	return count_bins(range);
}

uint64_t
bins_length_ms(const struct bin_range *range, uint64_t bin)
{
	int64_t start = (int64_t)(bin ^ SLOT_TIME_BIAS), end;

	if (__builtin_add_overflow(start, range->width_ms, &end) || end > range->to_ms)
		end = range->to_ms;
	if (start < range->from_ms)
		start = range->from_ms;
	return end > start ? (uint64_t)end - (uint64_t)start : (uint64_t)range->width_ms;
}
