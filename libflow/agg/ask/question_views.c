/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/ask/question_parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The slots of common tables in the order that agg/group/accumulate.c is fastest at. */
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

	if (d->views == DRAFT_VIEWS)
		return flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "more than %d orders", DRAFT_VIEWS);
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
