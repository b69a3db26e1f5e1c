/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/ask/question_parse.h"

#include "agg/ask/key_parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Adds the slots of common tables in the order for which agg/group/accumulate.c is fastest. */
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

enum flow_status
draft_measures(struct draft *d, const struct flow_agg_ask *ask, struct flow_error *err)
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

/* Parses NUMBER with optional decimals and k, M, G or T (powers of 1000). */
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

/* Parses [MEASURE=]NUMBER; without a measure each view compares its own order. */
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

/* The direction of an order, from its prefix or suffix: -WORD, WORD:a, WORD:d. */
struct direction {
	bool reversed;		/* - */
	char said;		/* a or d; 0: neither */
};

static struct direction
direction_cut(const char **word, size_t *len)
{
	struct direction d = { .reversed = *len > 0 && **word == '-' };

	*word += d.reversed;
	*len -= d.reversed;
	if (*len > 2 && (*word)[*len - 2] == ':' && ((*word)[*len - 1] == 'a' || (*word)[*len - 1] == 'd')) {
		d.said = (*word)[*len - 1];
		*len -= 2;
	}
	return d;
}

/* By default keys and instants ascend, all else descends. */
static bool
is_ascending(struct direction d, bool by_default)
{
	return d.said != 0 ? (d.said == 'a') != d.reversed : by_default != d.reversed;
}

/* Parses one of several orders: a measure, or else a part of the key. */
static enum flow_status
order_parse(struct draft *d, bool both, const char *word, size_t len, struct view_order *order, struct flow_error *err)
{
	struct direction way = direction_cut(&word, &len);
	enum flow_status st = measure_parse(&d->grouping.slots, both, word, len, &order->measure, err);

	order->is_key = false;
	order->part = key_part_find(&d->grouping, word, len);
	if (st == FLOW_EINVAL && order->part < d->grouping.parts) {
		order->is_key = true;
		st = FLOW_OK;
	}
	order->ascending = is_ascending(way, order->is_key || order->measure.kind == MEASURE_TIME);
	return st;
}

/* Parses a comma-separated list of orders; a single measure needs no list in the view. */
static enum flow_status
orders_parse(struct draft *d, const struct flow_agg_ask *ask, bool both, const char *text, size_t len, struct view *v,
    struct flow_error *err)
{
	const char *end = text + len;
	enum flow_status st = FLOW_OK;

	while (st == FLOW_OK) {
		const char *comma = memchr(text, ',', (size_t)(end - text));
		const char *stop = comma != NULL ? comma : end;

		if (v->thens == VIEW_ORDERS)
			return flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "more than %d orders of rows", VIEW_ORDERS);
		st = order_parse(d, both, text, (size_t)(stop - text), &v->then[v->thens++], err);
		if (comma == NULL)
			break;
		text = comma + 1;
	}
	if (st != FLOW_OK)
		return st;
	v->by_key = v->then[0].is_key;
	v->order = v->then[0].measure;
	v->ascending = v->then[0].ascending;
	if (v->thens == 1 && !v->by_key)
		v->thens = 0;
	if (v->thens > 0 && ask->bin != NULL)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "a series has one order, a measure");
	return FLOW_OK;
}

/* Adds a view, ordered by a word or a comma-separated list. */
static enum flow_status
view_add(struct draft *d, const struct flow_agg_ask *ask, bool both, const char *keys,
    size_t keys_len, const char *word, size_t len, struct flow_error *err)
{
	bool sums_ways = both || ask->pairing != FLOW_AGG_ONE_WAY;
	struct view *v = &d->view[d->views];
	enum flow_status st = FLOW_OK;
	const char *by = word;
	size_t by_len = len;
	struct direction way = direction_cut(&by, &by_len);

	if (d->views == DRAFT_VIEWS)
		return flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "more than %d orders", DRAFT_VIEWS);
	*v = d->common;
	v->limit = ask->limit;
	if (by_len == 3 && memcmp(by, "key", 3) == 0) {
		v->by_key = true;
		v->ascending = is_ascending(way, true);
	} else {
		st = orders_parse(d, ask, sums_ways, word, len, v, err);
	}
	if (st != FLOW_OK)
		return st;
	if (ask->min != NULL)
		st = mins_parse(d, both, ask->min, v, err);
	if (st == FLOW_OK && ask->having != NULL)
		st = having_parse(&d->grouping.slots, both, ask->having, &v->having, err);
	(void)snprintf(v->title, sizeof(v->title), "%.30s%s%.*s by %.*s", ask->about != NULL ? ask->about : "",
	    ask->about != NULL ? ": " : "", (int)(keys_len > 60 ? 60 : keys_len), keys,
	    v->thens > 0 ? (int)(len > 30 ? 30 : len) : 30, v->thens > 0 ? word : v->by_key ? "key" : v->order.name);
	d->views++;
	return st;
}

enum flow_status
draft_views(struct draft *d, const struct flow_agg_ask *ask, const char *keys, size_t keys_len,
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
