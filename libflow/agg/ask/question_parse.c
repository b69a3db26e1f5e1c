/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/ask/question_parse.h"

#include <stdio.h>
#include <string.h>

#include "agg/ask/key_parse.h"

#define FIVE_TUPLE "proto,src_addr,dst_addr,src_port,dst_port"

/* The parts of a statistic's text: keys, ":p", orders ("" if none). */
struct statistic {
	const char *keys;
	size_t keys_len;
	bool by_proto;
	const char *orders;
};

/* Orders begin after the first slash that is not followed by a digit. */
static struct statistic
statistic_cut(const char *text)
{
	struct statistic s = { text, strlen(text), false, "" };
	const char *p = text;

	while ((p = strchr(p, '/')) != NULL) {
		if (p[1] < '0' || p[1] > '9') {
			s.keys_len = (size_t)(p - text);
			s.orders = p + 1;
			break;
		}
		p++;
	}
	if (s.keys_len > 2 && memcmp(text + s.keys_len - 2, ":p", 2) == 0) {
		s.keys_len -= 2;
		s.by_proto = true;
	}
	return s;
}

static uint8_t
part_of(const struct grouping *g, enum flow_field field)
{
	uint8_t i;

	for (i = 0; i < g->parts; i++)
		if (g->part[i].kind == KEY_FIELD && g->part[i].alts == 1 &&
		    g->part[i].field[0] == field)
			return i;
	return KEY_PARTS;
}

static enum flow_status
pairing_set(struct grouping *g, enum flow_agg_pairing how, struct flow_error *err)
{
	struct key_pairing *p = &g->pairing;

	p->how = how;
	p->src_addr = part_of(g, FLOW_FIELD_SRC_ADDR);
	p->dst_addr = part_of(g, FLOW_FIELD_DST_ADDR);
	p->src_port = part_of(g, FLOW_FIELD_SRC_PORT);
	p->dst_port = part_of(g, FLOW_FIELD_DST_PORT);
	p->proto = part_of(g, FLOW_FIELD_PROTO);
	if (how == FLOW_AGG_ONE_WAY)
		return FLOW_OK;
	if (p->src_addr == KEY_PARTS || p->dst_addr == KEY_PARTS || p->src_port == KEY_PARTS ||
	    p->dst_port == KEY_PARTS || p->proto == KEY_PARTS)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
		    "two-way rows need the keys " FIVE_TUPLE);
	return FLOW_OK;
}

/*
 * Adds the slots of pairs: reversing a row exchanges its slots with their mirrors, and the earliest
 * instant of each direction decides the row's direction.
 */
static enum flow_status
pairing_slots(struct grouping *g, struct flow_error *err)
{
	struct slot first = { SLOT_MIN, { FLOW_FIELD_FIRST, FLOW_FIELD_NONE },
	    { FLOW_FIELD_NONE, FLOW_FIELD_NONE }, 0 };

	if (g->pairing.how == FLOW_AGG_ONE_WAY)
		return FLOW_OK;
	g->pairing.first[0] = slots_find(&g->slots, first);
	g->pairing.first[1] = slots_find(&g->slots, slot_mirror(&first));
	for (uint8_t i = 0; i < g->slots.count; i++)
		if (slots_find(&g->slots, slot_mirror(&g->slots.slot[i])) == SLOTS)
			return flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "too many measures");
	return FLOW_OK;
}

static enum flow_status
keys_parse(struct draft *d, const struct flow_agg_ask *ask, const char *keys, size_t len,
    bool by_proto, struct flow_error *err)
{
	struct grouping *g = &d->grouping;
	bool record = ask->statistic != NULL && len == 6 && memcmp(keys, "record", 6) == 0;
	enum flow_status st;

	slots_init(&g->slots);
	if (record)
		st = key_parse(g, FIVE_TUPLE, strlen(FIVE_TUPLE), true, err);
	else
		st = key_parse(g, keys, len, ask->statistic != NULL, err);
	if (st == FLOW_OK && by_proto && part_of(g, FLOW_FIELD_PROTO) == KEY_PARTS) {
		if (g->parts == KEY_PARTS)
			return flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "too many keys");
		st = key_parse(g, "proto", 5, true, err);
	}
	if (st == FLOW_OK)
		st = pairing_set(g, ask->pairing, err);
	return st;
}

static enum flow_status
late_check(const struct grouping *g, struct flow_error *err)
{
	for (uint8_t i = 0; i < g->slots.count; i++) {
		if (!slot_is_late(&g->slots.slot[i]))
			continue;
		if (g->pairing.how != FLOW_AGG_ONE_WAY)
			return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
			    "two-way rows have no distinct counts and percentiles");
		if (g->parts == KEY_PARTS)
			return flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "too many keys");
	}
	return FLOW_OK;
}

/* Makes a rate of a series one over the bin. */
static void
rate_by_bin(struct measure *m, int64_t width_ms)
{
	if (m->kind != MEASURE_RATE)
		return;
	m->kind = MEASURE_BIN_RATE;
	m->width_ms = width_ms;
}

/* Makes the grouping of a series: keys, then the bin. */
static enum flow_status
series_parse(struct draft *d, const struct flow_agg_ask *ask, struct flow_error *err)
{
	enum flow_status st;

	d->bins = d->grouping;
	for (uint8_t i = 0; i < d->grouping.slots.count; i++)
		if (slot_is_late(&d->grouping.slots.slot[i]))
			return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
			    "a series has no distinct counts and percentiles");
	if (ask->pairing != FLOW_AGG_ONE_WAY)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "a series has no two-way rows");
	if (d->bins.parts == KEY_PARTS)
		return flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "too many keys");
	st = key_add_bin(&d->bins, ask->bin, err);
	if (st != FLOW_OK)
		return st;
	d->bins.series_ms = d->bins.part[d->bins.parts - 1].width_ms;
	d->bins.spread_ms = ask->spread ? d->bins.series_ms : 0;
	d->grouping.of_spread = ask->spread;
	for (size_t i = 0; i < d->views; i++) {
		struct view *v = &d->view[i];

		v->series = true;
		for (size_t c = 0; c < v->columns; c++)
			rate_by_bin(&v->column[c], d->bins.part[d->bins.parts - 1].width_ms);
	}
	d->common.series = true;
	key_layout(&d->bins);
	slots_seal(&d->bins.slots);
	return FLOW_OK;
}

/* Adds slots for bytes, and for bytes of the reverse direction. */
static enum flow_status
bytes_by_way(struct slots *slots, struct flow_error *err)
{
	static const char *const sums[] = { "in_bytes", "rev_bytes" };
	struct measure ignored;
	enum flow_status st = FLOW_OK;

	slots_init(slots);
	for (size_t i = 0; i < ARRAY_LEN(sums) && st == FLOW_OK; i++)
		st = measure_parse(slots, false, sums[i], strlen(sums[i]), &ignored, err);
	return st;
}

/* Makes a bill's grouping for one end: [exporter,] end, bin; slots rows, bytes, reverse bytes. */
static enum flow_status
billing_end(struct grouping *g, const struct key_part *part, size_t end, const char *bin,
    struct flow_error *err)
{
	enum flow_status st;

	memset(g, 0, sizeof(*g));
	st = bytes_by_way(&g->slots, err);
	if (part->field[0] == FLOW_FIELD_IN_IF)
		key_add_field(g, FLOW_FIELD_EXPORTER);
	g->part[g->parts] = *part;
	g->part[g->parts].alts = 1;
	g->part[g->parts++].field[0] = part->field[end];
	if (st == FLOW_OK)
		st = key_add_bin(g, bin, err);
	if (st == FLOW_OK) {
		g->spread_ms = g->part[g->parts - 1].width_ms;
		key_layout(g);
		slots_seal(&g->slots);
	}
	return st;
}

static enum flow_status
billing_parse(struct draft *d, const struct flow_agg_ask *ask, struct flow_error *err)
{
	const char *bin = ask->bin != NULL ? ask->bin : "5m";
	struct grouping ends = { .parts = 0 };
	struct view *v = &d->view[0];
	enum flow_status st;

	if (ask->statistic == NULL || ask->billing > 100000)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "no statistic to bill, or no percentile");
	st = key_parse(&ends, ask->statistic, strlen(ask->statistic), true, err);
	if (st != FLOW_OK)
		return st;
	if (ends.parts != 1 || ends.part[0].alts != 2)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
		    "%s: not a word of two ends (as if, as)", ask->statistic);
	st = billing_end(&d->grouping, &ends.part[0], 0, bin, err);
	if (st == FLOW_OK)
		st = billing_end(&d->bins, &ends.part[0], 1, bin, err);
	if (st != FLOW_OK)
		return st;
	v->billing = true;
	memcpy(v->end, ends.part[0].name, sizeof(v->end));
	v->percent = ask->billing;
	v->width_ms = d->grouping.spread_ms;
	v->limit = ask->limit;
	(void)snprintf(v->title, sizeof(v->title), "%.60s by %g%% of rates", ask->statistic,
	    ask->billing / 1000.0);
	d->views = 1;
	d->common.series = true;	/* there is a second grouping */
	return FLOW_OK;
}

static enum flow_status
spikes_parse(struct draft *d, const struct flow_agg_ask *ask, struct flow_error *err)
{
	struct grouping *g = &d->grouping;
	struct view *v = &d->view[0];
	enum flow_status st;

	if (ask->keys == NULL)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "no keys whose spikes to find");
	st = bytes_by_way(&g->slots, err);
	if (st == FLOW_OK)
		st = key_parse(g, ask->keys, strlen(ask->keys), false, err);
	if (st == FLOW_OK && g->parts == KEY_PARTS)
		st = flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "too many keys");
	if (st == FLOW_OK)
		st = key_add_bin(g, ask->bin != NULL ? ask->bin : "5m", err);
	if (st != FLOW_OK)
		return st;
	g->spread_ms = g->part[g->parts - 1].width_ms;
	key_layout(g);
	slots_seal(&g->slots);
	v->spikes = true;
	v->percent = ask->spikes;
	v->width_ms = g->spread_ms;
	v->limit = ask->limit;
	(void)snprintf(v->title, sizeof(v->title), "spikes of %.90s", ask->keys);
	d->views = 1;
	return FLOW_OK;
}

enum flow_status
draft_parse(struct draft *d, const struct flow_agg_ask *ask, struct flow_error *err)
{
	bool both = ask->statistic != NULL;
	struct statistic s = { ask->keys, 0, false, "" };
	enum flow_status st;

	if (ask->billing != 0)
		return billing_parse(d, ask, err);
	if (ask->spikes != 0)
		return spikes_parse(d, ask, err);
	if (both)
		s = statistic_cut(ask->statistic);
	else
		s.keys_len = strlen(ask->keys);
	st = keys_parse(d, ask, s.keys, s.keys_len, s.by_proto, err);
	if (st == FLOW_OK)
		st = draft_measures(d, ask, err);
	if (st == FLOW_OK)
		st = draft_views(d, ask, s.keys, s.keys_len + (s.by_proto ? 2 : 0), s.orders, err);
	if (st == FLOW_OK)
		st = late_check(&d->grouping, err);
	if (st == FLOW_OK)
		st = pairing_slots(&d->grouping, err);
	if (st == FLOW_OK) {
		key_layout(&d->grouping);
		slots_seal(&d->grouping.slots);
		if (ask->bin != NULL)
			st = series_parse(d, ask, err);
	}
	return st;
}
