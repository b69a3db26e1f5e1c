/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows that wait give the groups, and the answers, that they give when added at once. */
#include "agg/group/deferred_rows.h"

#include <stdlib.h>

#include "agg/agg.h"
#include "agg/usual.h"
#include "base/hash.h"
#include "tap.h"

/* Keys of the first test: row i has key i % KEYS. */
#define KEYS 50

/* Which rows of the first test have no room in a record, and by what. */
static void
fill(struct usual *c, struct flow_batch *batch)
{
	const uint64_t start = UINT64_C(1700000000000), far = UINT64_C(100) * 86400 * 1000;

	for (size_t i = 0; i < USUAL_ROWS; i++) {
		c->flows[i] = 1;
		c->packets[i] = i + 1;
		c->bytes[i] = UINT32_MAX - i;
		c->first[i] = start + i;
		c->last[i] = start + 2 * i;
	}
	c->flows[10] = 2;
	c->flows[11] = 0;
	c->packets[20] = UINT64_C(1) << 32;
	c->bytes[30] = UINT64_MAX;
	c->first[40] = start - far;
	c->last[41] = start + far;
	c->packets[50] = 32767;
	c->packets[51] = 32768;
	c->last[52] = c->first[52] + 131071;
	c->last[53] = c->first[53] + 131072;
	c->last[54] = c->first[54] - 1;
	usual_batch(c, batch);
}

static void
keys_of_rows(uint64_t *key, uint64_t *hash, unsigned words)
{
	for (size_t i = 0; i < USUAL_ROWS; i++) {
		key[i] = i % KEYS;
		key[GROUP_ROWS + i] = words == 2 ? UINT64_MAX - i % KEYS : 0;
		hash[i] = hash_mix64(i % KEYS);
	}
}

/* The sums of a key's rows, the ones of the list left out. */
static void
want_of(const struct usual *c, size_t key, const uint16_t *left, uint32_t n_left, uint64_t *want)
{
	const uint64_t fresh[NARROW_SLOTS] = { 0, 0, 0, 0, UINT64_MAX, 0 };

	memcpy(want, fresh, sizeof(fresh));
	for (size_t i = key; i < USUAL_ROWS; i += KEYS) {
		uint64_t first = c->first[i] ^ SLOT_TIME_BIAS, last = c->last[i] ^ SLOT_TIME_BIAS;
		bool out = false;

		for (uint32_t k = 0; k < n_left; k++)
			out |= left[k] == i;
		if (out)
			continue;
		want[0]++;
		want[1] += c->flows[i];
		want[2] += c->packets[i];
		want[3] += c->bytes[i];
		want[4] = first < want[4] ? first : want[4];
		want[5] = last > want[5] ? last : want[5];
	}
}

/* How many keys have other groups than they should; each is looked up with the atoms' ids given. */
static unsigned
wrong_groups(struct groups *g, const struct usual *c, const uint16_t *left, uint32_t n_left,
    uint64_t up)
{
	unsigned wrong = 0;

	for (size_t k = 0; k < KEYS; k++) {
		uint64_t key[2] = { k + up, UINT64_MAX - k }, want[NARROW_SLOTS], *group;
		uint64_t hash = hash_mix64(k);

		want_of(c, k, left, n_left, want);
		wrong += groups_find_one(g, &g->part[groups_part_of(hash)], key, (uint32_t)hash,
		    &group) != FLOW_OK || memcmp(groups_state(g, group), want, sizeof(want)) != 0;
	}
	return wrong;
}

static void
test_module(unsigned words)
{
	static uint64_t key[2 * GROUP_ROWS], hash[GROUP_ROWS];
	static const uint16_t want_left[] = { 10, 11, 20, 30, 40, 41, 51, 53, 54 };
	struct grouping grouping = { .words = (uint8_t)words, .slots = { .plain = true, .count = 6 } };
	static struct groups groups;
	static struct backlog b;
	struct translation none = { .atoms = 0 };
	struct flow_batch batch;
	struct usual c;
	uint16_t left[GROUP_ROWS];
	uint32_t n;
	unsigned failed = 0;

	fill(&c, &batch);
	keys_of_rows(key, hash, words);
	grouping.slots.slot[4].op = SLOT_MIN;
	groups_init(&groups, &grouping);
	backlog_init(&b, &grouping);
	is_uint(b.words, words);
	is_int(backlog_put(&b, &batch, &(struct rows){ NULL, 0, USUAL_ROWS }, key, hash, left, &n),
	    FLOW_OK);
	is_mem(left, n * sizeof(*left), want_left, sizeof(want_left));
	is_uint(groups_count(&groups), 0);
	for (unsigned p = 0; p < GROUP_PARTS; p++)
		failed += backlog_apply(&b, p, &none, &groups, NULL) != FLOW_OK;
	is_uint(failed, 0);
	is_uint(groups_count(&groups), KEYS);
	is_uint(wrong_groups(&groups, &c, left, n, 0), 0);
	/* They are forgotten: nothing is added twice. */
	for (unsigned p = 0; p < GROUP_PARTS; p++)
		failed += backlog_apply(&b, p, &none, &groups, NULL) != FLOW_OK;
	is_uint(wrong_groups(&groups, &c, left, n, 0), 0);
	backlog_release(&b);
	groups_release(&groups);
}

/* A key's atom of id i there is id i + 7 here. */
static void
test_translation(void)
{
	static uint64_t key[2 * GROUP_ROWS], hash[GROUP_ROWS];
	struct grouping grouping = { .words = 1, .slots = { .plain = true, .count = 6 } };
	const struct key_part part = { .field = { FLOW_FIELD_SRC_ADDR }, .alts = 1 };
	struct translation t = { .atoms = 1 };
	static struct groups groups;
	static struct backlog b;
	struct flow_batch batch;
	struct usual c;
	uint32_t to[KEYS];
	uint16_t left[GROUP_ROWS];
	uint32_t n;
	unsigned failed = 0;

	fill(&c, &batch);
	keys_of_rows(key, hash, 1);
	for (uint32_t i = 0; i < KEYS; i++)
		to[i] = i + 7;
	t.atom[0].part = &part;
	t.atom[0].to = to;
	grouping.slots.slot[4].op = SLOT_MIN;
	groups_init(&groups, &grouping);
	backlog_init(&b, &grouping);
	failed += backlog_put(&b, &batch, &(struct rows){ NULL, 0, USUAL_ROWS }, key, hash, left,
	    &n) != FLOW_OK;
	for (unsigned p = 0; p < GROUP_PARTS; p++)
		failed += backlog_apply(&b, p, &t, &groups, NULL) != FLOW_OK;
	is_uint(failed, 0);
	is_uint(wrong_groups(&groups, &c, left, n, 7), 0);
	backlog_release(&b);
	groups_release(&groups);
}

/* Which groupings have one. */
static void
test_choice(void)
{
	static struct backlog b;
	struct grouping g = { .words = 2, .slots = { .plain = true } };

	backlog_init(&b, &g);
	is_uint(b.words, 2);
	g.words = 3;
	backlog_init(&b, &g);
	is_uint(b.words, 0);
	g.words = 1;
	g.slots.plain = false;
	backlog_init(&b, &g);
	is_uint(b.words, 0);
	g.slots.plain = true;
	g.dense = true;
	backlog_init(&b, &g);
	is_uint(b.words, 0);
	g.dense = false;
	g.spread_ms = 1000;
	backlog_init(&b, &g);
	is_uint(b.words, 0);
	g.spread_ms = 0;
	g.pairing.how = FLOW_AGG_TWO_WAY;
	backlog_init(&b, &g);
	is_uint(b.words, 0);
}

/* Answers: ports 0 .. PORTS-1 on either side; most rows have a pair of their own, so that later ones wait. */
#define PORTS 1000
#define ROWS (80 * 8192)

struct sums {
	uint64_t flows, packets, bytes;
};

static struct flows {
	uint16_t sport[ROWS], dport[ROWS];
	int64_t flows[ROWS], packets[ROWS], bytes[ROWS], first[ROWS], last[ROWS];
} flows;
static struct sums sums[PORTS][PORTS];

static void
make_flows(void)
{
	for (size_t i = 0; i < ROWS; i++) {
		uint64_t h = hash_mix64(i + 1);
		struct sums *s;

		flows.sport[i] = (uint16_t)(h % PORTS);
		flows.dport[i] = (uint16_t)(h / PORTS % PORTS);
		flows.flows[i] = i % 1000 == 0 ? 3 : 1;
		flows.packets[i] = (int64_t)(h >> 50);
		flows.bytes[i] = (int64_t)(h >> (i % 777 == 0 ? 20 : 40));
		flows.first[i] = (int64_t)(1700000000000 + i);
		flows.last[i] = flows.first[i] + (int64_t)(h >> 60);
		s = &sums[flows.sport[i]][flows.dport[i]];
		s->flows += (uint64_t)flows.flows[i];
		s->packets += (uint64_t)flows.packets[i];
		s->bytes += (uint64_t)flows.bytes[i];
	}
}

static void
flat(struct flow_batch *batch, enum flow_field field, const void *values)
{
	batch->column[field] = (struct flow_column){ .form = FLOW_FORM_FLAT, .values = values };
}

static bool
feed(struct flow_agg *agg, size_t from)
{
	struct flow_batch batch = { .rows = FLOW_BATCH_ROWS };

	flat(&batch, FLOW_FIELD_SRC_PORT, flows.sport + from);
	flat(&batch, FLOW_FIELD_DST_PORT, flows.dport + from);
	flat(&batch, FLOW_FIELD_FLOWS, flows.flows + from);
	flat(&batch, FLOW_FIELD_PACKETS, flows.packets + from);
	flat(&batch, FLOW_FIELD_BYTES, flows.bytes + from);
	flat(&batch, FLOW_FIELD_FIRST, flows.first + from);
	flat(&batch, FLOW_FIELD_LAST, flows.last + from);
	return flow_agg_feed(agg, &batch, NULL, NULL) == FLOW_OK;
}

/* Columns: the two ports, then flows, packets, bytes. */
static uint64_t
cell(const struct flow_table *t, size_t column, size_t row)
{
	return ((const uint64_t *)t->column[column].values)[row];
}

/* Rows of a table whose numbers are not those of the pair. */
static size_t
wrong_rows(const struct flow_table *t)
{
	size_t wrong = 0;

	for (size_t r = 0; r < t->rows; r++) {
		const struct sums *s = &sums[cell(t, 0, r)][cell(t, 1, r)];

		wrong += cell(t, 2, r) != s->flows || cell(t, 3, r) != s->packets ||
		    cell(t, 4, r) != s->bytes;
	}
	return wrong;
}

static void
check_bounded(const struct flow_table *t)
{
	uint64_t most = 0, least = UINT64_MAX, beyond = 0;

	is_uint(t->rows, 10);
	is_uint(wrong_rows(t), 0);
	for (size_t r = 0; r < t->rows; r++) {
		most = cell(t, 4, r) > most ? cell(t, 4, r) : most;
		least = cell(t, 4, r) < least ? cell(t, 4, r) : least;
	}
	for (size_t i = 0; i < PORTS * PORTS; i++)
		beyond += sums[i / PORTS][i % PORTS].bytes > least;
	is_uint(beyond, 9);
	is_uint(cell(t, 4, 0), most);
}

static void
check_all(struct flow_agg_result *result, size_t table)
{
	size_t want = 0, wrong = 0, order = 0;
	struct flow_table *t;

	for (size_t i = 0; i < PORTS * PORTS; i++)
		want += sums[i / PORTS][i % PORTS].flows > 0;
	is_uint(flow_agg_rows(result, table), want);
	if (flow_agg_table(result, table, 0, want, &t, NULL) != FLOW_OK)
		abort();
	wrong = wrong_rows(t);
	for (size_t r = 1; r < t->rows; r++)
		order += cell(t, 0, r - 1) * PORTS + cell(t, 1, r - 1) >=
		    cell(t, 0, r) * PORTS + cell(t, 1, r);
	is_uint(wrong, 0);
	is_uint(order, 0);
	flow_table_free(t);
}

/* With room for all rows, for few, and for none. */
static void
test_answers(size_t room, uint64_t limit)
{
	const struct flow_agg_ask ask = { .keys = "src_port,dst_port",
		.measures = "flows,packets,bytes,first,last", .order = limit > 0 ? "bytes" : NULL,
		.limit = limit };
	struct flow_agg_spec *spec = flow_agg_spec_new();
	struct flow_agg *agg[3];
	struct flow_agg_result *result;
	struct flow_table *t;
	bool fed = true;

	if (spec == NULL || flow_agg_ask(spec, &ask, NULL) != FLOW_OK)
		abort();
	for (size_t w = 0; w < 3; w++) {
		agg[w] = flow_agg_new(spec);
		if (agg[w] == NULL)
			abort();
		flow_agg_room(agg[w], room);
	}
	/* The third one gets too few rows for any to wait. */
	for (size_t at = 0; at < ROWS; at += FLOW_BATCH_ROWS)
		fed &= feed(agg[at == 0 ? 2 : at / FLOW_BATCH_ROWS % 2], at);
	ok(fed);
	if (flow_agg_finish(agg, 3, &result, NULL) != FLOW_OK)
		abort();
	if (limit == 0) {
		check_all(result, 0);
	} else {
		if (flow_agg_table(result, 0, 0, limit, &t, NULL) != FLOW_OK)
			abort();
		check_bounded(t);
		flow_table_free(t);
	}
	flow_agg_result_free(result);
	for (size_t w = 0; w < 3; w++)
		flow_agg_free(agg[w]);
	flow_agg_spec_free(spec);
}

int
main(void)
{
	static const size_t room[] = { SIZE_MAX, (size_t)1 << 20, 0 };

	test_choice();
	test_module(1);
	test_module(2);
	test_translation();
	make_flows();
	for (size_t i = 0; i < ARRAY_LEN(room); i++) {
		test_answers(room[i], 10);
		test_answers(room[i], 0);
	}
	return tap_done();
}
