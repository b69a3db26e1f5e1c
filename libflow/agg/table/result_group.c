/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the group of one grouping that a group of another one belongs to. */
#include "agg/table/result.h"

#include "base/hash.h"

uint64_t *
result_group_of(const struct flow_agg_result *r, struct groups *into, const uint8_t *part,
    const struct groups *from, const uint64_t *group)
{
	const struct grouping *g = into->grouping;
	uint64_t key[KEY_WORDS] = { 0 }, mixed = 0, hash, *found;

	for (size_t k = 0; k < g->parts; k++) {
		const struct key_part *to = &g->part[k];
		bool has;
		uint64_t v = result_value(&from->grouping->part[part[k]], group, &has);

		key[to->word] |= v << to->shift;
		if (key_part_is_wide(to))
			key[to->flag_word] |= (uint64_t)has << to->flag_shift;
		if (key_part_is_atom(to))
			v = has ? key_maps_atoms(&r->maps, to)->hash[v] : 0;
		mixed = key_mix(mixed, v);
	}
	if (g->dense)
		return groups_state(into, groups_at(into, &into->part[0], (uint32_t)key[0]));
	hash = hash_mix64(mixed);
	if (groups_find_one(into, &into->part[groups_part_of(hash)], key, (uint32_t)hash, &found) != FLOW_OK)
		return NULL;
	return groups_state(into, found);
}
