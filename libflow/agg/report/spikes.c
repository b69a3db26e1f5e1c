/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/report/spikes.h"

#include <math.h>
#include <string.h>

#include "agg/report/bins.h"
#include "base/hash.h"

/* With fewer bins there is no usual amount. */
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

/* By excess, greatest first, then by time, then by key. */
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

/* A key's bytes in all of its bins, in 128 bits: exact, so independent of the order of additions. */
struct key_sum {
	uint64_t key;		/* see key_of; 0: none yet */
	uint64_t low, high;
};

/* A hash table (open addressing) of keys without their bin. */
struct key_sums {
	struct flow_agg_result *result;
	struct bin_order order;
	struct key_sum *at;
	size_t mask, used;
};

#define MIN_KEYS 1024
/* Prefetch distance for keys, in groups. */
#define KEYS_AHEAD 16

/*
 * How the table stores a key: its only word beside the bin's, which is not 0 as it has the bin's flag; for longer keys
 * the address of one of its groups, which costs one more cache line per comparison.
 */
static uint64_t
key_of(const struct key_sums *keys, const uint64_t *group)
{
	const struct grouping *g = &keys->order.key;

	return g->words == 2 ? group[g->part[g->parts].word ^ 1] : (uint64_t)(uintptr_t)group;
}

static bool
key_is(const struct key_sums *keys, uint64_t key, const uint64_t *group)
{
	if (keys->order.key.words == 2)
		return key == key_of(keys, group);
	return bins_same_key(&keys->order, (const uint64_t *)(uintptr_t)key, group);
}

static uint64_t
key_hash(const struct key_sums *keys, const uint64_t *group)
{
	const struct grouping *g = &keys->order.key;
	const uint8_t bin = g->part[g->parts].word;
	uint64_t mixed = 0;

	if (g->words == 2)
		return hash_mix64(group[bin ^ 1]);
	for (uint8_t w = 0; w < g->words; w++)
		if (w != bin)
			mixed = hash_mix128(mixed, group[w]);
	return mixed;
}

static struct key_sum *
key_find(const struct key_sums *keys, const uint64_t *group, uint64_t hash)
{
	size_t i = hash & keys->mask;

	while (keys->at[i].key != 0 && !key_is(keys, keys->at[i].key, group))
		i = (i + 1) & keys->mask;
	return &keys->at[i];
}

/* Moves a key to a larger table, which lacks it. */
static void
key_move(struct key_sums *keys, const struct key_sum *key)
{
	uint64_t hash = keys->order.key.words == 2 ? hash_mix64(key->key) :
	    key_hash(keys, (const uint64_t *)(uintptr_t)key->key);
	size_t i = hash & keys->mask;

	while (keys->at[i].key != 0)
		i = (i + 1) & keys->mask;
	keys->at[i] = *key;
}

/* Makes room for one more key; the table is at most half full. */
static enum flow_status
keys_grow(struct key_sums *keys)
{
	const struct key_sums old = *keys;
	size_t count = old.at != NULL ? 2 * (old.mask + 1) : MIN_KEYS;

	if (old.at != NULL && 2 * (old.used + 1) <= old.mask + 1)
		return FLOW_OK;
	keys->at = result_array(keys->result, count, sizeof(*keys->at));
	if (keys->at == NULL)
		return FLOW_ENOMEM;
	memset(keys->at, 0, count * sizeof(*keys->at));
	keys->mask = count - 1;
	for (size_t i = 0; old.at != NULL && i <= old.mask; i++)
		if (old.at[i].key != 0)
			key_move(keys, &old.at[i]);
	result_array_free(keys->result, old.at);
	return FLOW_OK;
}

/* Called for each group with rows; `hash` is its key's. */
typedef enum flow_status group_fn(void *context, const uint64_t *group, uint64_t hash);

static enum flow_status
each_of_part(const struct key_sums *keys, const struct groups *g, unsigned part, group_fn *fn, void *context)
{
	const struct group_part *p = &g->part[part];
	uint64_t hash[KEYS_AHEAD];
	enum flow_status st = FLOW_OK;

	for (uint64_t i = 0; i < (uint64_t)p->count + KEYS_AHEAD && st == FLOW_OK; i++) {
		uint64_t *h = &hash[i % KEYS_AHEAD];

		if (i >= KEYS_AHEAD) {
			const uint64_t *group = groups_at(g, p, (uint32_t)(i - KEYS_AHEAD));

			st = groups_used(g, group) ? fn(context, group, *h) : FLOW_OK;
		}
		if (i >= p->count)
			continue;
		*h = key_hash(keys, groups_at(g, p, (uint32_t)i));
		__builtin_prefetch(&keys->at[*h & keys->mask], 1);
	}
	return st;
}

static enum flow_status
each_group(const struct key_sums *keys, const struct groups *g, group_fn *fn, void *context)
{
	enum flow_status st = FLOW_OK;

	for (unsigned part = 0; part < GROUP_PARTS && st == FLOW_OK; part++)
		st = each_of_part(keys, g, part, fn, context);
	return st;
}

/* Bytes of both directions. */
static uint64_t
group_bytes(const struct key_sums *keys, const uint64_t *group)
{
	const uint64_t *state = group + keys->order.key.words;

	return add_saturated(state[1], state[2]);
}

static enum flow_status
add_to_key(void *context, const uint64_t *group, uint64_t hash)
{
	struct key_sums *keys = context;
	uint64_t bytes = group_bytes(keys, group);
	struct key_sum *key;

	if (keys_grow(keys) != FLOW_OK)
		return FLOW_ENOMEM;
	key = key_find(keys, group, hash);
	keys->used += key->key == 0;
	if (key->key == 0)
		key->key = key_of(keys, group);
	key->low += bytes;
	key->high += key->low < bytes;
	return FLOW_OK;
}

/* Spikes that are collected before all but the greatest are dropped. */
#define SPIKES_TOGETHER 65536

struct search {
	const struct key_sums *keys;
	size_t view;
	uint64_t room;		/* for spikes */
	double least;		/* spikes of less excess are dropped */
};

/* Sorts the spikes, and drops those beyond the view's limit. */
static void
keep_greatest(struct search *s)
{
	struct flow_agg_result *r = s->keys->result;
	struct result_view *v = &r->view[s->view];
	struct bin_order o = s->keys->order;
	uint64_t limit = r->spec->view[s->view].limit;

	result_sort(r, v->spike, v->rows, sizeof(*v->spike), compare_spikes, &o);
	if (limit == 0 || v->rows < limit)
		return;
	v->rows = limit;
	s->least = excess(&v->spike[limit - 1]);
}

/* Adds a group that is a spike: it has far more than its key in the other bins. */
static enum flow_status
hold_against_key(void *context, const uint64_t *group, uint64_t hash)
{
	struct search *s = context;
	const struct grouping *g = &s->keys->order.key;
	struct result_view *v = &s->keys->result->view[s->view];
	const struct bin_range *range = &v->range;
	const struct key_sum *key = key_find(s->keys, group, hash);
	uint64_t whole_ms = (uint64_t)range->to_ms - (uint64_t)range->from_ms, length_ms;
	double all = (double)((unsigned __int128)key->high << 64 | key->low), width_ms = (double)range->width_ms;
	struct spike one = { .group = group, .bytes = group_bytes(s->keys, group) };
	bool has;

	length_ms = bins_length_ms(range, result_value(&g->part[g->parts], group, &has) ^ SLOT_TIME_BIAS);
	one.usual = (all - (double)one.bytes) / ((double)(whole_ms - length_ms) / width_ms);
	one.amount = (double)one.bytes / ((double)length_ms / width_ms);
	if (one.bytes == 0 || one.amount * 1000 < one.usual * s->keys->result->spec->view[s->view].percent ||
	    excess(&one) < s->least)
		return FLOW_OK;
	if (v->rows == s->room)
		keep_greatest(s);
	v->spike[v->rows++] = one;
	return FLOW_OK;
}

/* How many spikes to allocate: some more than the limit. */
static uint64_t
room_for(const struct view *vw, uint64_t groups)
{
	uint64_t some = vw->limit + SPIKES_TOGETHER;

	return vw->limit == 0 || some < vw->limit || some > groups ? groups : some;
}

enum flow_status
spikes_fill(struct flow_agg_result *r, size_t view)
{
	const struct view *vw = &r->spec->view[view];
	struct result_view *v = &r->view[view];
	const struct groups *g = &r->groups[vw->grouping];
	struct key_sums keys = { .result = r, .order = bin_order(r, g->grouping) };
	struct search s = { &keys, view, room_for(vw, groups_count(g)), -INFINITY };
	enum flow_status st;

	v->range = bins_range(r, g, NULL);
	v->spike = result_array(r, s.room, sizeof(*v->spike));
	if (v->spike == NULL || keys_grow(&keys) != FLOW_OK)
		return FLOW_ENOMEM;
	st = v->range.bins >= MIN_BINS ? each_group(&keys, g, add_to_key, &keys) : FLOW_OK;
	if (st == FLOW_OK && keys.used > 0)
		st = each_group(&keys, g, hold_against_key, &s);
	result_array_free(r, keys.at);
	keep_greatest(&s);
	return st;
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
