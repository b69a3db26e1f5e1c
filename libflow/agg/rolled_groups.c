/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/rolled_groups.h"

#include <stdatomic.h>

#include "agg/ask/roll_up.h"
#include "agg/group/key.h"
#include "base/team.h"

struct rolling {
	struct flow_agg_result *result;
	atomic_bool failed;
};

/* Adds the slots of a group to those slots of another one that are the same. */
static void
add_state(const struct slots *slots, const uint8_t slot[SLOTS], uint64_t *into, const uint64_t *from)
{
	uint64_t same[SLOTS];

	for (uint8_t i = 0; i < slots->count; i++)
		same[i] = from[slot[i]];
	accumulate_state(slots, into, same);
}

/* Allocates the groups of a dense grouping. */
static enum flow_status
reserve(const struct flow_agg_result *r, struct groups *g)
{
	const struct key_part *part = &g->grouping->part[0];
	uint32_t count = key_part_type(part) == FLOW_TYPE_U8 ? 257 : 65537;

	if (!g->grouping->dense)
		return FLOW_OK;
	if (groups_widen(g) != FLOW_OK)
		return FLOW_ENOMEM;
	return groups_dense_reserve(g, key_part_is_atom(part) ? key_maps_atoms(&r->maps, part)->count + 1 : count);
}

static enum flow_status
roll_up(struct flow_agg_result *r, struct groups *into)
{
	const struct grouping *g = into->grouping;
	const struct groups *from = &r->groups[g->rolled_from];
	struct slots all = from->grouping->slots;
	uint8_t part[KEY_PARTS], slot[SLOTS];
	enum flow_status st = reserve(r, into);

	(void)roll_up_parts(g, from->grouping, part);
	for (uint8_t i = 0; i < g->slots.count; i++)
		slot[i] = slots_find(&all, g->slots.slot[i]);
	for (unsigned p = 0; p < GROUP_PARTS && st == FLOW_OK; p++) {
		for (uint32_t i = 0; i < from->part[p].count && st == FLOW_OK; i++) {
			const uint64_t *group = groups_at(from, &from->part[p], i);
			uint64_t *state;

			if (!groups_used(from, group))
				continue;
			state = result_group_of(r, into, part, from, group);
			if (state == NULL)
				st = FLOW_ENOMEM;
			else
				add_state(&g->slots, slot, state, groups_state(from, (uint64_t *)group));
		}
	}
	return st;
}

static void
roll_up_work(void *context, size_t grouping)
{
	struct rolling *job = context;
	struct flow_agg_result *r = job->result;

	if (r->spec->grouping[grouping].rolled_from != NO_GROUPING && roll_up(r, &r->groups[grouping]) != FLOW_OK)
		job->failed = true;
}

enum flow_status
roll_up_groups(struct flow_agg_result *r, size_t n)
{
	struct rolling job = { .result = r };

	team_run(n, r->spec->groupings, roll_up_work, &job);
	return job.failed ? FLOW_ENOMEM : FLOW_OK;
}
