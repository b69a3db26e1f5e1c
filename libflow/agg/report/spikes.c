/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/report/spikes.h"

#include "agg/report/bins.h"

#include <string.h>

/* Fewer bins say nothing of what is usual. */
#define MIN_BINS 3

static double
excess(const struct spike *s)
{
	return s->amount - s->usual;
}

uint64_t
spikes_rank(const struct spike *s)
{
	double amount = excess(s) + 0.0;	/* no negative zero */
	uint64_t bits;

	memcpy(&bits, &amount, sizeof(bits));
	return bits >> 63 != 0 ? ~bits : bits | UINT64_C(1) << 63;
}

/* The greatest first; those that tie by time, then key. */
static int
compare_spikes(const void *pa, const void *pb, void *arg)
{
	const struct spike *a = pa, *b = pb;
	const struct bin_order *o = arg;
	const struct key_part *bin = &o->key.part[o->key.parts];
	uint64_t time_a, time_b;
	bool has;

	if (excess(a) > excess(b) || excess(a) < excess(b))
		return excess(a) > excess(b) ? -1 : 1;
	time_a = result_value(bin, a->group, &has) ^ SLOT_TIME_BIAS;
	time_b = result_value(bin, b->group, &has) ^ SLOT_TIME_BIAS;
	if (time_a != time_b)
		return time_a < time_b ? -1 : 1;
	return result_compare_keys(o->result, &o->key, a->group, b->group);
}

/* The spikes among list[0 .. n-1], all of one key, into out; how many. */
static size_t
find_spikes(const struct bin_item *list, size_t n, const struct bin_range *range,
    const struct view *vw, struct spike *out)
{
	uint64_t whole_ms = (uint64_t)range->to_ms - (uint64_t)range->from_ms;
	double all = 0, width_ms = (double)range->width_ms;
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		all += (double)list[i].bytes[BINS_IN];
	for (size_t i = 0; i < n; i++) {
		uint64_t bytes = list[i].bytes[BINS_IN], length_ms = bins_length_ms(range, list[i].bin);
		double usual = (all - (double)bytes) / ((double)(whole_ms - length_ms) / width_ms);
		double amount = (double)bytes / ((double)length_ms / width_ms);

		if (bytes > 0 && amount * 1000 >= usual * vw->percent)
			out[found++] = (struct spike){ list[i].group, bytes, amount, usual };
	}
	return found;
}

/* Spikes that are looked at together before all but the greatest are dropped. */
#define SPIKES_TOGETHER 65536

/* Sorts the spikes; where the view shows fewer only these are kept. */
static void
keep_greatest(struct flow_agg_result *r, size_t view, struct bin_order *o)
{
	struct result_view *v = &r->view[view];
	uint64_t limit = r->spec->view[view].limit;

	result_sort(r, v->spike, v->rows, sizeof(*v->spike), compare_spikes, o);
	if (limit > 0 && v->rows > limit)
		v->rows = limit;
}

/* How many spikes there is room for: some more than one key's, and those that are shown. */
static uint64_t
room_for(const struct view *vw, const struct bin_range *range, uint64_t groups)
{
	uint64_t some = vw->limit + range->bins + SPIKES_TOGETHER;

	return vw->limit == 0 || some < vw->limit || some > groups ? groups : some;
}

enum flow_status
spikes_fill(struct flow_agg_result *r, size_t view)
{
	const struct view *vw = &r->spec->view[view];
	struct result_view *v = &r->view[view];
	struct bin_order o = bin_order(r, r->groups[vw->grouping].grouping);
	const struct groups *g = &r->groups[vw->grouping];
	struct bin_item *list = result_array(r, groups_count(g), sizeof(*list));
	size_t n = 0, from = 0;
	uint64_t room;

	if (list != NULL)
		bins_list(g, BINS_IN, false, list, &n);
	v->range = bins_range(r, g, NULL);
	room = room_for(vw, &v->range, n);
	v->spike = result_array(r, room, sizeof(*v->spike));
	if (list == NULL || v->spike == NULL)
		return FLOW_ENOMEM;
	bins_sort(list, n, &o);
	for (size_t i = 1; i <= n && v->range.bins >= MIN_BINS; i++) {
		if (i < n && bins_same_key(&o, &list[from], &list[i]))
			continue;
		if (i - from > room - v->rows)
			keep_greatest(r, view, &o);
		v->rows += find_spikes(list + from, i - from, &v->range, vw,
		    v->spike + v->rows);
		from = i;
	}
	result_array_free(r, list);
	keep_greatest(r, view, &o);
	return FLOW_OK;
}

static enum flow_status
add_columns(const struct bin_order *o, struct flow_table *t)
{
	enum flow_status st = result_key_columns(&o->key, t);

	if (st == FLOW_OK)
		st = flow_table_add(t, "time", "Time", FLOW_KIND_TIME, true);
	if (st == FLOW_OK)
		st = flow_table_add(t, "bytes", "Bytes", FLOW_KIND_COUNT, false);
	if (st == FLOW_OK)
		st = flow_table_add(t, "bps", "bps", FLOW_KIND_RATE, false);
	if (st == FLOW_OK)
		st = flow_table_add(t, "usual_bps", "Usual bps", FLOW_KIND_RATE, false);
	return st == FLOW_OK ? flow_table_add(t, "factor", "Factor", FLOW_KIND_RATIO, false) : st;
}

static void
set_measures(const struct spike *s, int64_t width_ms, struct flow_table *t, size_t c, size_t row)
{
	double bps = s->amount * 8 * 1000 / (double)width_ms;
	double usual = s->usual * 8 * 1000 / (double)width_ms;
	double factor = s->usual > 0 ? s->amount / s->usual : 0;

	flow_table_set(t, c, row, &s->bytes);
	flow_table_set(t, c + 1, row, &bps);
	flow_table_set(t, c + 2, row, &usual);
	if (s->usual > 0)
		flow_table_set(t, c + 3, row, &factor);
}

enum flow_status
spikes_table(const struct flow_agg_result *r, size_t view, uint64_t from, size_t rows,
    struct flow_table *t)
{
	const struct view *vw = &r->spec->view[view];
	struct bin_order o = bin_order(r, r->groups[vw->grouping].grouping);
	enum flow_status st = add_columns(&o, t);
	size_t time = flow_table_find(t, "time");

	if (st == FLOW_OK)
		st = flow_table_reserve(t, rows);
	for (size_t i = 0; i < rows && st == FLOW_OK; i++) {
		const struct spike *s = &r->view[view].spike[from + i];
		bool has;
		uint64_t ms = result_value(&o.key.part[o.key.parts], s->group, &has);

		st = result_key_cells(r, &o.key, s->group, t, i);
		flow_table_set(t, time, i, &ms);
		set_measures(s, vw->width_ms, t, time + 1, i);
	}
	return st;
}
