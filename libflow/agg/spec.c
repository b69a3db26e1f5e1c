/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agg/key_parse.h"

#define FIVE_TUPLE "proto,src_addr,dst_addr,src_port,dst_port"
#define ORDERS 16

/* What is being built for one question; committed when all of it is right. */
struct draft {
	struct grouping grouping;
	struct grouping bins;	/* of a series */
	struct view view[ORDERS];
	size_t views;
	struct view common;	/* columns and condition of all the views */
};

struct flow_agg_spec *
flow_agg_spec_new(void)
{
	return calloc(1, sizeof(struct flow_agg_spec));
}

void
flow_agg_spec_free(struct flow_agg_spec *spec)
{
	if (spec == NULL)
		return;
	free(spec->grouping);
	free(spec->view);
	free(spec->companion);
	free(spec);
}

size_t
flow_agg_tables(const struct flow_agg_spec *spec)
{
	return spec->views;
}

/* The text of a statistic, cut: keys, whether split by protocol, orders ("" if none). */
struct statistic {
	const char *keys;
	size_t keys_len;
	bool by_proto;
	const char *orders;
};

/* The first slash that no digit follows begins the orders. */
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

/* The slots of common tables in the order that agg/accumulate.c is fastest at. */
static enum flow_status
usual_slots(struct grouping *g, bool both, struct flow_error *err)
{
	static const char *const usual[] = { "flows", "packets", "bytes", "first", "last" };
	enum flow_status st = FLOW_OK;
	struct measure ignored;

	for (size_t i = 0; i < ARRAY_LEN(usual) && st == FLOW_OK; i++)
		st = measure_parse(&g->slots, both, usual[i], strlen(usual[i]), &ignored, err);
	return st;
}

static enum flow_status
columns_parse(struct draft *d, bool both, const char *text, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;

	while (st == FLOW_OK) {
		size_t len = strcspn(text, ",");

		if (d->common.columns == MEASURES)
			return flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "too many measures");
		st = measure_parse(&d->grouping.slots, both, text, len,
		    &d->common.column[d->common.columns], err);
		d->common.columns++;
		if (text[len] == '\0')
			break;
		text += len + 1;
	}
	return st;
}

static enum flow_status
measures_parse(struct draft *d, const struct flow_agg_ask *ask, struct flow_error *err)
{
	bool both = ask->statistic != NULL;
	const char *text = ask->measures;
	enum flow_status st;

	if (text == NULL) {
		st = usual_slots(&d->grouping, both, err);
		if (st != FLOW_OK)
			return st;
		if (both && ask->bin != NULL)
			text = "flows,packets,bytes,pps,bps,bpp";
		else if (both)
			text = "first,last,duration,flows,flows_pct,packets,packets_pct,"
			    "bytes,bytes_pct,pps,bps,bpp";
		else if (ask->pairing != FLOW_AGG_ONE_WAY)
			text = "first,last,duration,flows,packets,rev_packets,bytes,rev_bytes";
		else if (ask->bin != NULL)
			text = "flows,packets,bytes,pps,bps,bpp";
		else
			text = "first,last,duration,flows,packets,bytes,pps,bps,bpp";
	}
	return columns_parse(d, both, text, err);
}

/* NUMBER with an optional k, M, G or T (powers of 1000) and decimals. */
static bool
threshold(const char *text, double *out)
{
	static const char units[] = "kMGT";
	const char *unit;
	char *end;
	double v;

	if (text[0] < '0' || text[0] > '9')
		return false;
	v = strtod(text, &end);
	unit = *end != '\0' ? strchr(units, *end) : NULL;
	if (unit != NULL) {
		for (const char *u = units; u <= unit; u++)
			v *= 1000;
		end++;
	}
	*out = v;
	return *end == '\0';
}

/* [MEASURE=]NUMBER; without a measure each view compares its own order. */
static enum flow_status
min_parse(struct draft *d, bool both, const char *text, size_t len, const struct measure *order,
    struct view_min *min, struct flow_error *err)
{
	const char *equal = memchr(text, '=', len);
	size_t name = equal != NULL ? (size_t)(equal - text) : 0;
	char number[32];

	(void)snprintf(number, sizeof(number), "%.*s", (int)(len - (equal != NULL ? name + 1 : 0)),
	    equal != NULL ? equal + 1 : text);
	if (!threshold(number, &min->least))
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
		    "%.*s: not a number (as in bytes=10M)", (int)len, text);
	if (equal != NULL)
		return measure_parse(&d->grouping.slots, both, text, name, &min->measure, err);
	if (order == NULL)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
		    "%.*s: of which measure? (as in bytes=10M)", (int)len, text);
	min->measure = *order;
	return FLOW_OK;
}

static enum flow_status
mins_parse(struct draft *d, bool both, const char *text, struct view *v, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;

	while (st == FLOW_OK) {
		size_t len = strcspn(text, ",");

		if (v->mins == VIEW_MINS)
			return flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "more than %d thresholds",
			    VIEW_MINS);
		st = min_parse(d, both, text, len, v->by_key ? NULL : &v->order, &v->min[v->mins++],
		    err);
		if (text[len] == '\0')
			break;
		text += len + 1;
	}
	return st;
}

/* One view, ordered by a word. */
static enum flow_status
view_add(struct draft *d, const struct flow_agg_ask *ask, bool both, const char *keys,
    size_t keys_len, const char *word, size_t len, struct flow_error *err)
{
	bool reversed = len > 0 && word[0] == '-';
	struct view *v = &d->view[d->views];
	enum flow_status st = FLOW_OK;

	if (d->views == ORDERS)
		return flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "more than %d orders", ORDERS);
	word += reversed;
	len -= reversed;
	*v = d->common;
	v->limit = ask->limit;
	if (len == 3 && memcmp(word, "key", 3) == 0)
		v->by_key = true;
	else
		st = measure_parse(&d->grouping.slots, both || ask->pairing != FLOW_AGG_ONE_WAY, word,
		    len, &v->order, err);
	if (st != FLOW_OK)
		return st;
	v->ascending = (v->by_key || v->order.kind == MEASURE_TIME) != reversed;
	if (ask->min != NULL)
		st = mins_parse(d, both, ask->min, v, err);
	(void)snprintf(v->title, sizeof(v->title), "%.30s%s%.*s by %s",
	    ask->about != NULL ? ask->about : "", ask->about != NULL ? ": " : "",
	    (int)(keys_len > 90 ? 90 : keys_len), keys, v->by_key ? "key" : v->order.name);
	d->views++;
	return st;
}

static enum flow_status
views_parse(struct draft *d, const struct flow_agg_ask *ask, const char *keys, size_t keys_len,
    const char *orders, struct flow_error *err)
{
	bool both = ask->statistic != NULL;
	enum flow_status st = FLOW_OK;

	if (orders[0] == '\0')
		orders = ask->order != NULL ? ask->order : both ? "flows" : "key";
	while (st == FLOW_OK) {
		size_t len = strcspn(orders, "/");

		st = view_add(d, ask, both, keys, keys_len, orders, len, err);
		if (orders[len] == '\0')
			break;
		orders += len + 1;
	}
	return st;
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
 * A row turned round exchanges its slots with those that count the other way; and both
 * ways' earliest instants decide which way it runs.
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

/* Equal groupings are computed once; slots of one may be a superset. */
static bool
grouping_equal(const struct grouping *a, const struct grouping *b)
{
	return a->parts == b->parts && a->slots.count == b->slots.count &&
	    memcmp(a->part, b->part, sizeof(a->part[0]) * a->parts) == 0 &&
	    memcmp(&a->pairing, &b->pairing, sizeof(a->pairing)) == 0 &&
	    a->spread_ms == b->spread_ms &&
	    memcmp(a->slots.slot, b->slots.slot, sizeof(a->slots.slot[0]) * a->slots.count) == 0;
}

/* The number of an equal grouping, or of this one, added. */
static enum flow_status
grouping_add(struct flow_agg_spec *spec, const struct grouping *want, size_t *at)
{
	struct grouping *g;

	*at = 0;
	while (*at < spec->groupings && !grouping_equal(&spec->grouping[*at], want))
		++*at;
	if (*at < spec->groupings)
		return FLOW_OK;
	g = realloc(spec->grouping, (spec->groupings + 1) * sizeof(*g));
	if (g == NULL)
		return FLOW_ENOMEM;
	spec->grouping = g;
	g[spec->groupings++] = *want;
	return FLOW_OK;
}

/* The grouping from which a slot of `of` is filled in. */
static enum flow_status
companion_add(struct flow_agg_spec *spec, size_t of, uint8_t slot)
{
	const struct slot *s = &spec->grouping[of].slots.slot[slot];
	struct grouping more = spec->grouping[of];
	struct companion *c;

	key_add_field(&more, s->field[0]);
	slots_init(&more.slots);
	key_layout(&more);
	slots_seal(&more.slots);
	c = realloc(spec->companion, (spec->companions + 1) * sizeof(*c));
	if (c == NULL)
		return FLOW_ENOMEM;
	spec->companion = c;
	c += spec->companions;
	c->of = of;
	c->slot = slot;
	if (grouping_add(spec, &more, &c->grouping) != FLOW_OK)
		return FLOW_ENOMEM;
	spec->companions++;
	return FLOW_OK;
}

static bool
has_companions(const struct flow_agg_spec *spec, size_t grouping)
{
	for (size_t i = 0; i < spec->companions; i++)
		if (spec->companion[i].of == grouping)
			return true;
	return false;
}

/* Remembers a grouping that counts each row once and has all sums that the totals need. */
static void
totals_find(struct flow_agg_spec *spec, size_t grouping)
{
	static const struct slot want[TOTALS + 2] = {
		{ SLOT_ADD, { FLOW_FIELD_FLOWS, FLOW_FIELD_NONE },
		    { FLOW_FIELD_FLOWS, FLOW_FIELD_NONE }, 0 },
		{ SLOT_ADD, { FLOW_FIELD_PACKETS, FLOW_FIELD_REV_PACKETS },
		    { FLOW_FIELD_PACKETS, FLOW_FIELD_REV_PACKETS }, 0 },
		{ SLOT_ADD, { FLOW_FIELD_BYTES, FLOW_FIELD_REV_BYTES },
		    { FLOW_FIELD_BYTES, FLOW_FIELD_REV_BYTES }, 0 },
		{ SLOT_MIN, { FLOW_FIELD_FIRST, FLOW_FIELD_NONE },
		    { FLOW_FIELD_FIRST, FLOW_FIELD_NONE }, 0 },
		{ SLOT_MAX, { FLOW_FIELD_LAST, FLOW_FIELD_NONE },
		    { FLOW_FIELD_LAST, FLOW_FIELD_NONE }, 0 },
	};
	const struct grouping *g = &spec->grouping[grouping];
	struct slots slots = g->slots;

	if (spec->has_totals || g->part[0].alts > 1 || g->spread_ms != 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		spec->total_slot[i] = slots_find(&slots, want[i]);
		if (spec->total_slot[i] >= g->slots.count)
			return;
	}
	spec->has_totals = true;
	spec->totals = grouping;
}

static enum flow_status
commit(struct flow_agg_spec *spec, struct draft *d, struct flow_error *err)
{
	struct view *v = realloc(spec->view, (spec->views + d->views) * sizeof(*v));
	size_t at, bins = 0;
	bool known;

	if (v == NULL)
		return flow_fail_memory(err);
	spec->view = v;
	if (grouping_add(spec, &d->grouping, &at) != FLOW_OK)
		return flow_fail_memory(err);
	totals_find(spec, at);
	known = has_companions(spec, at);
	for (uint8_t i = 0; i < d->grouping.slots.count && !known; i++)
		if (slot_has_companion(&d->grouping.slots.slot[i]) && companion_add(spec, at, i) != FLOW_OK)
			return flow_fail_memory(err);
	if (d->common.series && grouping_add(spec, &d->bins, &bins) != FLOW_OK)
		return flow_fail_memory(err);
	for (size_t i = 0; i < d->views; i++) {
		d->view[i].grouping = at;
		d->view[i].bins = bins;
		spec->view[spec->views++] = d->view[i];
	}
	return FLOW_OK;
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

/* Rates of a series are those over a bin. */
static void
rate_by_bin(struct measure *m, int64_t width_ms)
{
	if (m->kind != MEASURE_RATE)
		return;
	m->kind = MEASURE_BIN_RATE;
	m->width_ms = width_ms;
}

/* The grouping of a series: keys, then the bin. */
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
	if (ask->spread)
		d->bins.spread_ms = d->bins.part[d->bins.parts - 1].width_ms;
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

/* One end's grouping of a bill: [exporter,] end, bin; slots rows, bytes, reverse bytes. */
static enum flow_status
billing_end(struct grouping *g, const struct key_part *part, size_t end, const char *bin,
    struct flow_error *err)
{
	static const char *const sums[] = { "in_bytes", "rev_bytes" };
	struct measure ignored;
	enum flow_status st = FLOW_OK;

	memset(g, 0, sizeof(*g));
	slots_init(&g->slots);
	for (size_t i = 0; i < ARRAY_LEN(sums) && st == FLOW_OK; i++)
		st = measure_parse(&g->slots, false, sums[i], strlen(sums[i]), &ignored, err);
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
	struct measure ignored;
	enum flow_status st;

	if (ask->keys == NULL)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "no keys whose spikes to find");
	slots_init(&g->slots);
	st = measure_parse(&g->slots, true, "bytes", 5, &ignored, err);
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

static enum flow_status
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
		st = measures_parse(d, ask, err);
	if (st == FLOW_OK)
		st = views_parse(d, ask, s.keys, s.keys_len + (s.by_proto ? 2 : 0), s.orders, err);
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

/* Whether a key needs a database that there is none of. */
static enum flow_status
geo_check(const struct flow_agg_spec *spec, const struct grouping *g, struct flow_error *err)
{
	for (size_t k = 0; k < g->parts && spec->geo == NULL; k++)
		if (key_kind_is_geo(g->part[k].kind))
			return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
			    "%s: needs a database of addresses (--geo FILE)", g->part[k].name);
	return FLOW_OK;
}

void
flow_agg_geo(struct flow_agg_spec *spec, const struct flow_geo *geo)
{
	spec->geo = geo;
}

enum flow_status
flow_agg_ask(struct flow_agg_spec *spec, const struct flow_agg_ask *ask, struct flow_error *err)
{
	struct draft *d;
	enum flow_status st;

	if ((ask->keys == NULL) == (ask->statistic == NULL))
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "either keys or a statistic");
	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return flow_fail_memory(err);
	st = draft_parse(d, ask, err);
	if (st == FLOW_OK)
		st = geo_check(spec, &d->grouping, err);
	if (st == FLOW_OK)
		st = commit(spec, d, err);
	free(d);
	return st;
}

bool
grouping_can_spill(const struct flow_agg_spec *spec, size_t grouping)
{
	return !spec->grouping[grouping].dense && !slots_approx(&spec->grouping[grouping].slots);
}

bool
grouping_is_bounded(const struct flow_agg_spec *spec, size_t grouping)
{
	if (!grouping_can_spill(spec, grouping))
		return false;
	for (size_t i = 0; i < spec->companions; i++)
		if (spec->companion[i].of == grouping || spec->companion[i].grouping == grouping)
			return false;
	for (size_t i = 0; i < spec->views; i++) {
		const struct view *v = &spec->view[i];
		bool plain = !v->series && !v->billing && !v->spikes && v->limit > 0;

		if ((v->grouping == grouping || ((v->series || v->billing) && v->bins == grouping)) &&
		    !plain)
			return false;
	}
	return true;
}

void
flow_agg_fields(const struct flow_agg_spec *spec, struct flow_fieldset *set)
{
	for (size_t i = 0; i < spec->groupings; i++) {
		const struct grouping *g = &spec->grouping[i];

		for (size_t k = 0; k < g->parts; k++) {
			for (size_t a = 0; a < g->part[k].alts; a++)
				flow_fieldset_add(set, g->part[k].field[a]);
			if (g->part[k].mask != FLOW_FIELD_NONE)
				flow_fieldset_add(set, g->part[k].mask);
		}
		slots_fields(&g->slots, set);
		if (g->spread_ms != 0) {
			flow_fieldset_add(set, FLOW_FIELD_FIRST);
			flow_fieldset_add(set, FLOW_FIELD_LAST);
		}
	}
}
