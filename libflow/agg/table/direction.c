/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/table/direction.h"

#include "agg/table/result.h"
#include "net/proto.h"

static void
swap(uint64_t *a, uint64_t *b)
{
	uint64_t t = *a;

	*a = *b;
	*b = t;
}

static void
turn_group(const struct grouping *g, uint64_t *group, uint64_t *state)
{
	const struct key_pairing *p = &g->pairing;
	struct slots slots = g->slots;
	const uint8_t pair[2][2] = { { p->src_addr, p->dst_addr }, { p->src_port, p->dst_port } };
	bool has;

	for (size_t i = 0; i < 2; i++) {
		const struct key_part *a = &g->part[pair[i][0]], *b = &g->part[pair[i][1]];
		uint64_t va = result_value(a, group, &has), vb = result_value(b, group, &has);

		result_set_value(a, group, vb);
		result_set_value(b, group, va);
	}
	for (uint8_t k = 0; k < g->slots.count; k++) {
		uint8_t other = slots_find(&slots, slot_mirror(&g->slots.slot[k]));

		if (other > k && other < SLOTS)
			swap(&state[k], &state[other]);
	}
}

/* Gives a two-way row its direction: see enum flow_agg_pairing. */
static void
orient_group(const struct grouping *g, uint64_t *group, uint64_t *state)
{
	const struct key_pairing *p = &g->pairing;
	bool has;
	uint64_t there = state[p->first[0]], back = state[p->first[1]];
	uint64_t sport = result_value(&g->part[p->src_port], group, &has);
	uint64_t dport = result_value(&g->part[p->dst_port], group, &has);
	uint64_t proto = result_value(&g->part[p->proto], group, &has);
	bool turn = back < there || (back == there && sport < dport);

	if (p->how == FLOW_AGG_CLIENT_SERVER && (proto == PROTO_TCP + 1 || proto == PROTO_UDP + 1)) {
		uint64_t from = turn ? dport : sport, to = turn ? sport : dport;

		/* Values in keys are port + 1. */
		if (from != 0 && from < 1024 + 1 && to > 1024 + 1)
			turn = !turn;
	}
	if (turn)
		turn_group(g, group, state);
}

void
orient_part(struct groups *g, unsigned p)
{
	for (uint32_t i = 0; i < g->part[p].count; i++) {
		uint64_t *group = groups_at(g, &g->part[p], i);

		if (groups_used(g, group))
			orient_group(g->grouping, group, groups_state(g, group));
	}
}
