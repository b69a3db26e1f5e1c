/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/table/distinct_grouping.h"

#include "base/hash.h"

/* Of a group: a value and how many rows have it. */
struct sample {
	uint64_t *state;
	uint64_t value;
	uint64_t rows;
};

/* The finer key's parts, but the last, packed as the coarser grouping packs them. */
uint64_t *
companion_state(struct flow_agg_result *r, struct groups *into, const struct groups *from,
    const uint64_t *group)
{
	const struct grouping *g = into->grouping;
	uint64_t key[KEY_WORDS] = { 0 }, mixed = 0, hash, *found;

	for (size_t k = 0; k < g->parts; k++) {
		const struct key_part *part = &g->part[k];
		bool has;
		uint64_t v = result_value(&from->grouping->part[k], group, &has);

		key[part->word] |= v << part->shift;
		if (key_part_is_wide(part))
			key[part->flag_word] |= (uint64_t)has << part->flag_shift;
		if (key_part_is_atom(part))
			v = has ? key_maps_atoms(&r->maps, part)->hash[v] : 0;
		mixed = key_mix(mixed, v);
	}
	if (g->dense)
		return groups_state(into, groups_at(into, &into->part[0], (uint32_t)key[0]));
	hash = hash_mix64(mixed);
	if (groups_find_one(into, &into->part[groups_part_of(hash)], key, (uint32_t)hash, &found) !=
	    FLOW_OK)
		return NULL;
	return groups_state(into, found);
}

static int
compare_samples(const void *pa, const void *pb, void *arg)
{
	const struct sample *a = pa, *b = pb;

	UNUSED(arg);
	if (a->state != b->state)
		return (uintptr_t)a->state < (uintptr_t)b->state ? -1 : 1;
	return (a->value > b->value) - (a->value < b->value);
}

/*
 * Nearest rank: the least value such that at least that share of the rows has it or less;
 * list[0 .. n-1] are one group's, ascending.
 */
static uint64_t
nearest_rank(const struct sample *list, size_t n, uint32_t param)
{
	unsigned __int128 want;
	uint64_t all = 0, seen = 0;
	size_t i;

	for (i = 0; i < n; i++)
		all += list[i].rows;
	want = ((unsigned __int128)all * param + 99999) / 100000;
	for (i = 0; i + 1 < n; i++) {
		seen += list[i].rows;
		if (seen >= want)
			break;
	}
	return list[i].value;
}

static void
fill_percentiles(const struct flow_agg_result *r, struct sample *list, size_t n, uint8_t slot,
    uint32_t param)
{
	size_t from = 0;

	result_sort(r, list, n, sizeof(*list), compare_samples, NULL);
	for (size_t i = 1; i <= n; i++) {
		if (i < n && list[i].state == list[from].state)
			continue;
		list[from].state[slot] = nearest_rank(list + from, i - from, param);
		from = i;
	}
}

/* A value of the finer key's last part as the column has it. */
static uint64_t
plain_value(const struct key_part *part, uint64_t v)
{
	if (key_part_type(part) == FLOW_TYPE_TIME)
		return v ^ SLOT_TIME_BIAS;
	return v - !key_part_is_wide(part);
}

/* Counts the groups of a part, or lists them. */
static enum flow_status
fill_part(struct flow_agg_result *r, const struct companion *c, unsigned p, struct sample *list,
    size_t *n)
{
	struct groups *into = &r->groups[c->of], *from = &r->groups[c->grouping];
	const struct key_part *last = &from->grouping->part[from->grouping->parts - 1];

	for (uint32_t i = 0; i < from->part[p].count; i++) {
		uint64_t *group = groups_at(from, &from->part[p], i), *state;
		bool has;
		uint64_t v = result_value(last, group, &has);

		if (!has || !groups_used(from, group))
			continue;
		state = companion_state(r, into, from, group);
		if (state == NULL)
			return FLOW_ENOMEM;
		if (list != NULL)
			list[(*n)++] = (struct sample){ state, plain_value(last, v),
			    *groups_state(from, group) };
		else
			state[c->slot]++;
	}
	return FLOW_OK;
}

enum flow_status
companion_fill(struct flow_agg_result *r, const struct companion *c)
{
	const struct groups *from = &r->groups[c->grouping];
	const struct slot *slot = &r->groups[c->of].grouping->slots.slot[c->slot];
	struct sample *list = NULL;
	size_t n = 0;
	enum flow_status st = FLOW_OK;

	if (slot->op == SLOT_PERCENTILE) {
		list = result_array(r, groups_count(from), sizeof(*list));
		if (list == NULL)
			return FLOW_ENOMEM;
	}
	for (unsigned p = 0; p < GROUP_PARTS && st == FLOW_OK; p++) {
		st = fill_part(r, c, p, list, &n);
		spool_rest(&from->part[p].moved);
	}
	if (st == FLOW_OK)
		fill_percentiles(r, list, n, c->slot, slot->param);
	result_array_free(r, list);
	return st;
}
