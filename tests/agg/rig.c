/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/rig.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/mac.h"

static void
cell_text(const struct flow_table_column *c, size_t row, char *out, size_t size)
{
	const struct flow_prefix *prefix = c->values;
	const struct addr *addr = c->values;
	const struct flow_text *text = c->values;
	const uint64_t *number = c->values;
	const double *real = c->values;
	char buf[ADDR_TEXT_MAX + 1] = "";

	switch (c->kind) {
	case FLOW_KIND_RATE:
	case FLOW_KIND_RATIO:
	case FLOW_KIND_PERCENT:
		(void)snprintf(out, size, "%.1f", real[row]);
		break;
	case FLOW_KIND_ADDR:
		buf[addr_format(&addr[row], buf)] = '\0';
		(void)snprintf(out, size, "%s", buf);
		break;
	case FLOW_KIND_PREFIX:
		buf[addr_format(&prefix[row].addr, buf)] = '\0';
		(void)snprintf(out, size, "%s/%d", buf, prefix[row].bits);
		break;
	case FLOW_KIND_MAC:
		buf[mac_format(number[row], buf)] = '\0';
		(void)snprintf(out, size, "%s", buf);
		break;
	case FLOW_KIND_TEXT:
		(void)snprintf(out, size, "%.*s", (int)text[row].len, text[row].p);
		break;
	default:
		(void)snprintf(out, size, "%" PRIu64, number[row]);
		break;
	}
}

void
rig_table(const struct flow_table *t, char *out, size_t size)
{
	char cell[128];

	out += strlen(out);
	for (size_t r = 0; r < t->rows; r++) {
		for (size_t c = 0; c < t->columns; c++) {
			(void)snprintf(cell, sizeof(cell), "-");
			if (bitmap_get(t->column[c].valid, r))
				cell_text(&t->column[c], r, cell, sizeof(cell));
			strncat(out, cell, size - strlen(out) - 1);
			strncat(out, c + 1 < t->columns ? " " : "\n", size - strlen(out) - 1);
		}
	}
}

static void *
column(struct flow_builder *b, enum flow_field field, size_t n)
{
	void *p = flow_builder_flat(b, field, n);

	if (p == NULL)
		abort();
	return p;
}

static void
drop(struct flow_builder *b, enum flow_field field, size_t i, bool absent)
{
	if (absent && flow_builder_null(b, field, i) != FLOW_OK)
		abort();
}

static void
put_addr(struct addr *out, const char *text)
{
	if (text != NULL && !addr_parse(text, strlen(text), out))
		abort();
}

static void
put_values(struct flow_builder *b, const struct rig_flow *flow, size_t n)
{
	int64_t *first = column(b, FLOW_FIELD_FIRST, n), *last = column(b, FLOW_FIELD_LAST, n);
	int64_t *flows = column(b, FLOW_FIELD_FLOWS, n);
	int64_t *packets = column(b, FLOW_FIELD_PACKETS, n);
	int64_t *bytes = column(b, FLOW_FIELD_BYTES, n);
	uint8_t *proto = column(b, FLOW_FIELD_PROTO, n), *mask = column(b, FLOW_FIELD_SRC_MASK, n);
	struct addr *src = column(b, FLOW_FIELD_SRC_ADDR, n);
	struct addr *dst = column(b, FLOW_FIELD_DST_ADDR, n);
	uint16_t *sport = column(b, FLOW_FIELD_SRC_PORT, n);
	uint16_t *dport = column(b, FLOW_FIELD_DST_PORT, n);
	uint32_t *src_as = column(b, FLOW_FIELD_SRC_AS, n);
	uint32_t *dst_as = column(b, FLOW_FIELD_DST_AS, n);

	for (size_t i = 0; i < n; i++) {
		first[i] = flow[i].first_ms;
		last[i] = flow[i].last_ms;
		flows[i] = 1;
		packets[i] = flow[i].packets;
		bytes[i] = flow[i].bytes;
		proto[i] = (uint8_t)flow[i].proto;
		mask[i] = (uint8_t)flow[i].src_mask;
		put_addr(&src[i], flow[i].src);
		put_addr(&dst[i], flow[i].dst);
		sport[i] = (uint16_t)flow[i].sport;
		dport[i] = (uint16_t)flow[i].dport;
		src_as[i] = (uint32_t)flow[i].src_as;
		dst_as[i] = (uint32_t)flow[i].dst_as;
	}
}

static void
fill(struct flow_builder *b, const struct rig_flow *flow, size_t n)
{
	if (flow_builder_reserve(b, n) != FLOW_OK)
		abort();
	put_values(b, flow, n);
	for (size_t i = 0; i < n; i++) {
		const struct rig_flow *f = &flow[i];

		drop(b, FLOW_FIELD_SRC_ADDR, i, f->src == NULL);
		drop(b, FLOW_FIELD_DST_ADDR, i, f->dst == NULL);
		drop(b, FLOW_FIELD_SRC_PORT, i, f->sport < 0);
		drop(b, FLOW_FIELD_DST_PORT, i, f->dport < 0);
		drop(b, FLOW_FIELD_SRC_AS, i, f->src_as < 0);
		drop(b, FLOW_FIELD_DST_AS, i, f->dst_as < 0);
		drop(b, FLOW_FIELD_SRC_MASK, i, f->src_mask < 0);
		if (f->user != NULL && flow_builder_text(b, FLOW_FIELD_USERNAME, i, f->user,
		    strlen(f->user)) != FLOW_OK)
			abort();
	}
	flow_builder_commit(b, n);
}

/* A pass over rows, by one worker. */
typedef enum flow_status take(struct flow_agg *agg, const struct flow_batch *batch,
    const struct flow_selection *sel, struct flow_error *err);

static void
feed(struct flow_agg *agg, take *rows, const struct rig_flow *flow, size_t n, const bool *keep)
{
	struct flow_builder *b = flow_builder_new();
	struct flow_dictify *d = flow_dictify_new();
	struct flow_selection sel = { .all = false, .count = 0 };
	struct flow_batch batch;

	fill(b, flow, n);
	if (flow_dictify(d, flow_builder_batch(b), &batch) != FLOW_OK)
		abort();
	for (size_t i = 0; keep != NULL && i < n; i++)
		if (keep[i])
			sel.row[sel.count++] = (uint16_t)i;
	if (rows(agg, &batch, keep != NULL ? &sel : NULL, NULL) != FLOW_OK)
		abort();
	flow_dictify_free(d);
	flow_builder_free(b);
}

/* The first table's notes. */
static void
write_notes(const struct flow_table *t)
{
	const struct flow_table_period *period = &t->period;

	rig_notes[0] = '\0';
	if (period->known)
		(void)snprintf(rig_notes, sizeof(rig_notes), "period %" PRId64 " %" PRId64 " %" PRIu64
		    " %" PRIu64 "\n", period->from_ms, period->to_ms, period->bins, period->rows_outside);
	for (size_t i = 0; i < t->notes; i++) {
		size_t at = strlen(rig_notes);
		const struct flow_table_note *n = &t->note[i];

		if (n->kind == FLOW_KIND_TIME)
			(void)snprintf(rig_notes + at, sizeof(rig_notes) - at, "%s %" PRId64 "\n", n->name,
			    n->value.time_ms);
		else
			(void)snprintf(rig_notes + at, sizeof(rig_notes) - at, "%s %" PRIu64 "\n", n->name,
			    n->value.number);
	}
}

size_t rig_limit;
bool rig_sieves;
unsigned rig_shares;
const struct flow_agg_period *rig_period;
char rig_notes[256];
const struct flow_geo *rig_geo;

static char answer[65536];

/* The answer; NULL: it is not proven. */
static const char *
finish(struct flow_agg **agg, size_t workers)
{
	struct flow_agg_result *r;
	struct flow_table *t;

	answer[0] = '\0';
	if (flow_agg_finish(agg, workers, &r, NULL) != FLOW_OK)
		return "finish failed";
	if (!flow_agg_proven(r)) {
		flow_agg_result_free(r);
		return NULL;
	}
	/* In two slices, so that their seam is tested too. */
	for (uint64_t from = 0; from < 4; from += 3) {
		if (flow_agg_table(r, 0, from, from == 0 ? 3 : 1000, &t, NULL) != FLOW_OK)
			return "table failed";
		rig_table(t, answer, sizeof(answer));
		if (from == 0)
			write_notes(t);
		flow_table_free(t);
	}
	flow_agg_result_free(r);
	return answer;
}

/* So many rows as lists of the greatest sums are guessed from. */
#define ROWS_SIEVED ((uint64_t)1 << 18)

/* Flows that are shared out to workers. */
struct shares {
	const struct rig_flow *flow;
	size_t n, step, workers;
	const bool *keep;
};

static void
feed_all(struct flow_agg **agg, take *rows, const struct shares *s)
{
	for (size_t i = 0, w = 0; i < s->n; i += s->step, w = (w + 1) % s->workers)
		feed(agg[w], rows, s->flow + i, s->n - i < s->step ? s->n - i : s->step, s->keep);
}

/* One answer, by new workers; NULL: it is not proven. */
static const char *
run_once(struct flow_agg_spec *spec, const struct shares *s)
{
	struct flow_agg *agg[8];
	const char *text;

	for (size_t w = 0; w < s->workers; w++) {
		agg[w] = flow_agg_new(spec);
		flow_agg_limit(agg[w], rig_limit, ".");
	}
	if (rig_sieves && flow_agg_sieves(spec)) {
		for (size_t w = 0; w < s->workers; w++)
			if (flow_agg_sieve_begin(agg[w], ROWS_SIEVED, NULL) != FLOW_OK)
				abort();
		feed_all(agg, flow_agg_sieve, s);
		if (flow_agg_sieve_end(agg, s->workers, NULL) != FLOW_OK)
			abort();
	}
	feed_all(agg, flow_agg_feed, s);
	text = finish(agg, s->workers);
	for (size_t w = 0; w < s->workers; w++)
		flow_agg_free(agg[w]);
	return text;
}

/* Workers of a share that were fed all flows. */
static void
feed_share(struct flow_agg_spec *spec, const struct shares *s, unsigned from, unsigned to, struct flow_agg **agg)
{
	for (size_t w = 0; w < s->workers; w++) {
		agg[w] = flow_agg_new(spec);
		flow_agg_limit(agg[w], (size_t)1 << 30, ".");
		if (flow_agg_share(agg[w], from, to, true, NULL) != FLOW_OK)
			abort();
	}
	feed_all(agg, flow_agg_feed, s);
}

/* The rows of a share that were parted. */
static void
read_share(struct flow_agg_spec *spec, const struct shares *s, struct flow_agg_parts *parts, unsigned from, unsigned to,
    struct flow_agg **agg)
{
	enum flow_status st = FLOW_OK;
	uint64_t rows;

	flow_agg_parts_rewind(parts, from, to);
	for (size_t w = 0; w < s->workers; w++) {
		agg[w] = flow_agg_new(spec);
		flow_agg_limit(agg[w], (size_t)1 << 30, ".");
		if (flow_agg_share(agg[w], from, to, true, NULL) != FLOW_OK ||
		    flow_agg_parts_read(agg[w], parts, NULL) != FLOW_OK)
			abort();
	}
	for (size_t w = 0; st == FLOW_OK; w = (w + 1) % s->workers)
		st = flow_agg_parts_feed(agg[w], &rows, NULL);
	if (st != FLOW_END)
		abort();
}

static struct flow_agg_result *
finish_share(struct flow_agg **agg, size_t workers)
{
	struct flow_agg_result *r;

	if (flow_agg_finish(agg, workers, &r, NULL) != FLOW_OK)
		abort();
	for (size_t w = 0; w < workers; w++)
		flow_agg_free(agg[w]);
	return r;
}

/* All rows into parts, those of what is not parted (nothing, in a spec of one question) to the answer. */
static struct flow_agg_parts *
write_parts(struct flow_agg_spec *spec, const struct shares *s, struct flow_agg_shares *all)
{
	struct flow_agg_parts *parts;
	struct flow_agg_result *r;
	struct flow_agg *agg[8];
	bool any;

	feed_share(spec, s, 0, FLOW_AGG_SHARES, agg);
	if (flow_agg_part_large(spec, agg, s->workers, &any, NULL) != FLOW_OK || !any)
		abort();
	for (size_t w = 0; w < s->workers; w++)
		flow_agg_free(agg[w]);
	parts = flow_agg_parts_new(spec, ".", s->workers, 1);
	for (size_t w = 0; w < s->workers; w++) {
		agg[w] = flow_agg_new(spec);
		flow_agg_limit(agg[w], (size_t)1 << 30, ".");
		if (flow_agg_share(agg[w], 0, FLOW_AGG_SHARES, true, NULL) != FLOW_OK ||
		    flow_agg_parts_write(agg[w], parts, NULL) != FLOW_OK)
			abort();
	}
	feed_all(agg, flow_agg_feed, s);
	if (flow_agg_parts_end(agg, s->workers, NULL) != FLOW_OK)
		abort();
	r = finish_share(agg, s->workers);
	if (flow_agg_parts_note(parts, r, NULL) != FLOW_OK || flow_agg_shares_add(all, r, NULL) != FLOW_OK)
		abort();
	flow_agg_shares_keep(all, r);
	return parts;
}

/* The answer share by share, merged, or, of a series with a limit, from a pass of its own. */
static const char *
run_shares(struct flow_agg_spec *spec, const struct shares *s)
{
	struct flow_agg_shares *all = flow_agg_shares_new(spec, ".");
	struct flow_agg_parts *parts;
	struct flow_agg_result *r = NULL;
	struct flow_agg *agg[8];
	struct flow_table *t;
	bool late = flow_agg_is_late(spec, 0);

	answer[0] = '\0';
	if (flow_agg_set_phase(spec, FLOW_AGG_CHOOSE, NULL) != FLOW_OK)
		abort();
	parts = write_parts(spec, s, all);
	while (flow_agg_turn_next(spec)) {
		for (unsigned i = 0; i < rig_shares; i++) {
			read_share(spec, s, parts, i * FLOW_AGG_SHARES / rig_shares,
			    (i + 1) * FLOW_AGG_SHARES / rig_shares, agg);
			flow_agg_result_free(r);
			r = finish_share(agg, s->workers);
			if (flow_agg_shares_add(all, r, NULL) != FLOW_OK)
				abort();
		}
		flow_agg_shares_keep(all, r);
		r = NULL;
	}
	flow_agg_parts_free(parts);
	flow_agg_turn_all(spec);
	if (late) {
		if (flow_agg_set_phase(spec, FLOW_AGG_SHOW, NULL) != FLOW_OK)
			abort();
		feed_share(spec, s, 0, FLOW_AGG_SHARES, agg);
		r = finish_share(agg, s->workers);
	}
	for (uint64_t from = 0; from < 4; from += 3) {
		size_t rows = from == 0 ? 3 : 1000;

		if ((late ? flow_agg_table(r, 0, from, rows, &t, NULL) :
		    flow_agg_shares_table(all, 0, from, rows, &t, NULL)) != FLOW_OK)
			abort();
		rig_table(t, answer, sizeof(answer));
		if (from == 0)
			write_notes(t);
		flow_table_free(t);
	}
	flow_agg_shares_free(all);
	flow_agg_result_free(r);
	return answer;
}

static const char *
run(const struct flow_agg_ask *ask, const struct shares *s)
{
	struct flow_agg_spec *spec = flow_agg_spec_new();
	struct flow_error err;
	const char *text;

	flow_agg_geo(spec, rig_geo);
	if (flow_agg_ask(spec, ask, &err) != FLOW_OK) {
		(void)snprintf(answer, sizeof(answer), "error: %s", err.message);
		flow_agg_spec_free(spec);
		return answer;
	}
	if (rig_period != NULL)
		flow_agg_set_period(spec, rig_period);
	if (rig_sieves)
		flow_agg_plan(spec, ROWS_SIEVED, false);
	text = rig_shares > 0 ? run_shares(spec, s) : run_once(spec, s);
	if (text == NULL) {
		flow_agg_plan_sure(spec);
		text = run_once(spec, s);
	}
	flow_agg_spec_free(spec);
	return text != NULL ? text : "never proven";
}

const char *
rig_ask(const struct flow_agg_ask *ask, const struct rig_flow *flow, size_t n, size_t workers,
    size_t step)
{
	return run(ask, &(struct shares){ flow, n, step, workers, NULL });
}

const char *
rig_ask_some(const struct flow_agg_ask *ask, const struct rig_flow *flow, size_t n,
    const bool *keep)
{
	return run(ask, &(struct shares){ flow, n, n, 1, keep });
}
