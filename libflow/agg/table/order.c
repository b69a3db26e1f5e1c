/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/table/result.h"

#include "agg/group/key.h"
#include "agg/report/billing.h"
#include "agg/report/series.h"
#include "agg/report/spikes.h"
#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

uint64_t
result_rank(const struct flow_agg_result *r, size_t table, uint64_t row)
{
	const struct view *vw = &r->spec->view[table];
	const struct result_view *v = &r->view[table];

	if (vw->billing)
		return billing_rank(&v->bill[row]);
	if (vw->spikes)
		return spikes_rank(&v->spike[row]);
	if (vw->series)
		return v->row[row].rank == SERIES_REST ? 0 : v->place_rank[v->row[row].rank];
	return v->row[row].rank;
}

void
result_ranks(const struct flow_agg_result *r, size_t table, uint64_t row, uint64_t rank[VIEW_ORDERS])
{
	const struct view *vw = &r->spec->view[table];
	uint64_t room[NARROW_SLOTS];
	const uint64_t *state = groups_read(&r->groups[vw->grouping], r->view[table].row[row].group, room);

	for (size_t i = 0; i < vw->thens; i++) {
		rank[i] = vw->then[i].is_key ? 0 : measure_rank(&vw->then[i].measure, state);
		if (!vw->then[i].is_key && vw->then[i].ascending)
			rank[i] = ~rank[i];
	}
}

/* The hash of a group's key, the same as of its rows in agg/feed_sieve.h. */
static uint64_t
key_hash(const struct flow_agg_result *r, const struct grouping *g, const uint64_t *group)
{
	uint64_t mixed = 0, value = 0;
	bool has;

	for (size_t k = 0; k < g->parts; k++) {
		value = result_value(&g->part[k], group, &has);
		if (key_part_is_atom(&g->part[k]))
			value = has ? key_maps_atoms(&r->maps, &g->part[k])->hash[value] : 0;
		mixed = key_mix(mixed, value);
	}
	return sieve_key_is_few(g, g->parts) ? value : hash_mix64(mixed);
}

void
result_remember(const struct flow_agg_result *r, size_t view)
{
	const struct view *vw = &r->spec->view[view];
	const struct groups *g = &r->groups[vw->grouping];

	for (uint64_t i = 0; i < r->view[view].rows; i++)
		bitmap_set(r->spec->shown[vw->grouping],
		    key_hash(r, g->grouping, r->view[view].row[i].group) & (SHOWN_BITS - 1));
}

/* The context of comparisons in a view. */
struct order {
	const struct flow_agg_result *result;
	const struct view *view;
	const struct grouping *grouping;
	const struct groups *groups;
};

/* A 64-bit sort key of addresses, exact for IPv4; IPv6 addresses may tie. */
static uint64_t
addr_rank(const struct addr *a)
{
	const uint64_t past_v4 = UINT64_C(1) << 48;
	uint64_t hi = addr_hi(a), lo = addr_lo(a);

	if (hi == 0)
		return lo < past_v4 ? lo : past_v4;
	return hi > past_v4 ? hi : past_v4 + 1;
}

/* A 64-bit sort key of one part of the key, which may tie. */
static uint64_t
part_rank(const struct order *o, uint8_t k, const uint64_t *group)
{
	const struct key_part *part = &o->grouping->part[k];
	enum flow_type type = key_part_type(part);
	bool has;
	uint64_t v = result_value(part, group, &has);

	if (!has || type == FLOW_TYPE_TEXT)
		return 0;
	if (flow_type_is_text(type))
		return addr_rank(&o->result->maps.values.value[v]);
	return type == FLOW_TYPE_TIME ? v ^ SLOT_TIME_BIAS : v;
}

static uint64_t
row_rank(const struct order *o, const uint64_t *group, const uint64_t *state)
{
	uint64_t rank;

	if (o->view->by_key)
		rank = part_rank(o, o->view->thens > 0 ? o->view->then[0].part : 0, group);
	else
		rank = measure_rank(&o->view->order, state);
	return o->view->ascending ? ~rank : rank;
}

/* Compares two rows of equal rank by the list of orders. */
static int
compare_then(const struct order *o, const struct result_row *a, const struct result_row *b)
{
	uint64_t room_a[NARROW_SLOTS], room_b[NARROW_SLOTS];
	const uint64_t *state_a = groups_read(o->groups, a->group, room_a);
	const uint64_t *state_b = groups_read(o->groups, b->group, room_b);
	int order = 0;

	for (size_t i = 0; i < o->view->thens && order == 0; i++) {
		const struct view_order *by = &o->view->then[i];

		if (by->is_key) {
			order = result_compare_part(o->result, &o->grouping->part[by->part], a->group, b->group);
		} else {
			uint64_t rank_a = measure_rank(&by->measure, state_a),
			    rank_b = measure_rank(&by->measure, state_b);

			order = (rank_a > rank_b) - (rank_a < rank_b);
		}
		order = by->ascending ? order : -order;
	}
	return order != 0 ? order : result_compare_keys(o->result, o->grouping, a->group, b->group);
}

/* <0: row a comes first. */
static int
compare_rows(const void *pa, const void *pb, void *arg)
{
	const struct result_row *a = pa, *b = pb;
	const struct order *o = arg;
	int keys;

	if (a->rank != b->rank)
		return a->rank > b->rank ? -1 : 1;
	if (o->view->thens > 0)
		return compare_then(o, a, b);
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	keys = result_compare_keys(o->result, o->grouping, a->group, b->group);
	return o->view->by_key && !o->view->ascending ? -keys : keys;
}

/* Sifts up the last row of a heap of `n`, whose top is the row that comes last in the order. */
static void
heap_up(struct result_row *heap, uint64_t n, const struct order *o)
{
	struct result_row row = heap[n - 1];
	uint64_t i = n - 1;

	while (i > 0 && compare_rows(&heap[(i - 1) / 2], &row, (void *)(uintptr_t)o) < 0) {
		heap[i] = heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	heap[i] = row;
}

/* Replaces the top by a row. */
static void
heap_replace(struct result_row *heap, uint64_t n, struct result_row row, const struct order *o)
{
	void *arg = (void *)(uintptr_t)o;
	uint64_t i = 0, child;

	while ((child = 2 * i + 1) < n) {
		if (child + 1 < n && compare_rows(&heap[child], &heap[child + 1], arg) < 0)
			child++;
		if (compare_rows(&row, &heap[child], arg) >= 0)
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = row;
}

static bool
passes(const struct order *o, const uint64_t *state)
{
	for (size_t i = 0; i < o->view->mins; i++)
		if (measure_real(&o->view->min[i].measure, state, &o->result->totals) <
		    o->view->min[i].least)
			return false;
	return having_holds(&o->view->having, state, &o->result->totals);
}

/* Adds a group to the rows of a view, which keeps at most `most`. */
static void
take(struct result_view *v, uint64_t most, bool bounded, uint64_t *group, const struct order *o)
{
	uint64_t room[NARROW_SLOTS];
	const uint64_t *state;
	struct result_row row;

	if (!groups_used(o->groups, group))
		return;
	state = groups_read(o->groups, group, room);
	if (!passes(o, state))
		return;
	row.rank = row_rank(o, group, state);
	/* Sorting all rows takes a third less time if few keys are looked up; a heap compares few anyway. */
	row.key = bounded || o->view->by_key || o->view->thens > 0 ? 0 : part_rank(o, 0, group);
	row.group = group;
	if (most == 0)
		return;
	if (!bounded) {
		v->row[v->rows++] = row;
	} else if (v->rows < most) {
		v->row[v->rows++] = row;
		heap_up(v->row, v->rows, o);
	} else if (row.rank >= v->row[0].rank &&
	    compare_rows(&row, &v->row[0], (void *)(uintptr_t)o) < 0) {
		heap_replace(v->row, v->rows, row, o);
	}
}

enum flow_status
result_keep(struct flow_agg_result *r, size_t view, unsigned part)
{
	const struct view *vw = &r->spec->view[view];
	const struct groups *g = &r->groups[vw->grouping];
	const struct group_part *p = &g->part[part];
	struct order o = { r, vw, g->grouping, g };
	uint64_t most = vw->limit < p->count ? vw->limit : p->count;
	struct result_kept *kept = &r->view[view].kept[part];
	struct result_view rows = { .row = malloc((most + 1) * sizeof(*rows.row)) };

	kept->groups = malloc((most + 1) * g->stride * sizeof(*kept->groups));
	kept->row = rows.row;
	if (kept->row == NULL || kept->groups == NULL)
		return FLOW_ENOMEM;
	for (uint32_t i = 0; i < p->count; i++)
		take(&rows, most, true, groups_at(g, p, i), &o);
	for (uint64_t i = 0; i < rows.rows; i++) {
		uint64_t *copy = kept->groups + i * g->stride;

		memcpy(copy, rows.row[i].group, g->stride * sizeof(*copy));
		kept->row[i].group = copy;
	}
	kept->rows = rows.rows;
	return FLOW_OK;
}

/* Offers all groups to a view. */
static void
take_all(struct result_view *v, uint64_t most, bool bounded, const struct order *o)
{
	const struct groups *g = o->groups;

	for (unsigned p = 0; p < GROUP_PARTS; p++) {
		for (uint32_t i = 0; i < g->part[p].count; i++)
			take(v, most, bounded, groups_at(g, &g->part[p], i), o);
		for (uint64_t i = 0; v->kept != NULL && i < v->kept[p].rows; i++)
			take(v, most, bounded, v->kept[p].row[i].group, o);
	}
}

enum flow_status
result_reserve(struct flow_agg_result *r, size_t view)
{
	const struct view *vw = &r->spec->view[view];
	struct result_view *v = &r->view[view];
	uint64_t all = groups_count(&r->groups[vw->grouping]);

	for (unsigned p = 0; v->kept != NULL && p < GROUP_PARTS; p++)
		all += v->kept[p].rows;
	v->bounded = vw->limit > 0 && vw->limit < all;
	v->most = v->bounded ? vw->limit : all;
	v->row = result_array(r, v->most, sizeof(*v->row));
	return v->row != NULL ? FLOW_OK : FLOW_ENOMEM;
}

void
result_order(struct flow_agg_result *r, size_t view)
{
	const struct view *vw = &r->spec->view[view];
	const struct groups *g = &r->groups[vw->grouping];
	struct order o = { r, vw, g->grouping, g };
	struct result_view *v = &r->view[view];

	take_all(v, v->most, v->bounded, &o);
	result_sort(r, v->row, v->rows, sizeof(*v->row), compare_rows, &o);
}
