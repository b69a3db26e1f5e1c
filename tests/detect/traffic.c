/* SPDX-License-Identifier: BSD-2-Clause */
#include "detect/traffic.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/builder.h"
#include "record/dictify.h"
#include "synth/synth.h"

struct part {
	struct flow_builder *builder;
	struct flow_dictify *dictify;
	struct flow_batch batch;
	bool closed;
};

struct traffic {
	struct part *part;
	size_t parts;
};

static void
must(bool good)
{
	if (!good)
		abort();
}

struct traffic *
traffic_new(void)
{
	struct traffic *t = calloc(1, sizeof(*t));

	must(t != NULL);
	return t;
}

void
traffic_free(struct traffic *t)
{
	for (size_t i = 0; i < t->parts; i++) {
		flow_builder_free(t->part[i].builder);
		flow_dictify_free(t->part[i].dictify);
	}
	free(t->part);
	free(t);
}

static struct flow_builder *
new_part(struct traffic *t)
{
	struct part *p;

	t->part = realloc(t->part, (t->parts + 1) * sizeof(*t->part));
	must(t->part != NULL);
	p = &t->part[t->parts++];
	*p = (struct part){ .builder = flow_builder_new(), .dictify = flow_dictify_new() };
	must(p->builder != NULL && p->dictify != NULL);
	return p->builder;
}

/* The batch of a part, which gets no rows any more. */
static const struct flow_batch *
close_part(struct part *p)
{
	if (!p->closed)
		must(flow_dictify(p->dictify, flow_builder_batch(p->builder), &p->batch) == FLOW_OK);
	p->closed = true;
	return &p->batch;
}

void
traffic_ordinary(struct traffic *t, uint64_t seed, uint64_t flows, unsigned hours)
{
	struct flow_synth_options options = FLOW_SYNTH_OPTIONS_INIT;
	struct flow_synth *synth;
	struct flow_synth_turn turn = { .rows = 1 };

	options.seed = seed;
	options.flows = flows;
	options.rate = flows * 1000 / (hours * 3600);
	synth = flow_synth_new(&options);
	must(synth != NULL);
	while (turn.rows > 0) {
		struct flow_builder *b = new_part(t);

		while (turn.rows > 0 && flow_builder_rows(b) + 1024 <= FLOW_BATCH_ROWS)
			must(flow_synth_next(synth, 1024, b, &turn) == FLOW_OK);
	}
	flow_synth_free(synth);
}

static void *
column(struct flow_builder *b, enum flow_field field)
{
	void *p = flow_builder_flat(b, field, 1);

	must(p != NULL);
	return p;
}

void
traffic_add(struct traffic *t, const struct traffic_flow *flow)
{
	struct flow_builder *b = t->parts > 0 ? t->part[t->parts - 1].builder : NULL;

	if (b == NULL || t->part[t->parts - 1].closed || flow_builder_rows(b) == FLOW_BATCH_ROWS)
		b = new_part(t);
	must(flow_builder_reserve(b, 1) == FLOW_OK);
	*(struct addr *)column(b, FLOW_FIELD_SRC_ADDR) = flow->src;
	*(struct addr *)column(b, FLOW_FIELD_DST_ADDR) = flow->dst;
	*(uint8_t *)column(b, FLOW_FIELD_PROTO) = flow->proto;
	*(uint16_t *)column(b, FLOW_FIELD_SRC_PORT) = flow->sport;
	*(uint16_t *)column(b, FLOW_FIELD_DST_PORT) = flow->dport;
	*(uint16_t *)column(b, FLOW_FIELD_TCP_FLAGS) = flow->flags;
	*(uint8_t *)column(b, FLOW_FIELD_ICMP_TYPE) = flow->icmp_type;
	*(int64_t *)column(b, FLOW_FIELD_FIRST) = flow->first_ms;
	*(int64_t *)column(b, FLOW_FIELD_LAST) = flow->last_ms;
	*(int64_t *)column(b, FLOW_FIELD_PACKETS) = flow->packets;
	*(int64_t *)column(b, FLOW_FIELD_BYTES) = flow->bytes;
	if (flow->rev_packets != 0) {
		*(int64_t *)column(b, FLOW_FIELD_REV_PACKETS) = flow->rev_packets;
		*(int64_t *)column(b, FLOW_FIELD_REV_BYTES) = flow->rev_bytes;
	}
	if (flow->sampling != 0)
		*(uint32_t *)column(b, FLOW_FIELD_SAMPLING) = flow->sampling;
	flow_builder_commit(b, 1);
}

void
traffic_talk(struct traffic *t, struct traffic_flow client, int64_t packets_back, int64_t bytes_back)
{
	struct traffic_flow server = client;

	traffic_add(t, &client);
	server.src = client.dst;
	server.dst = client.src;
	server.sport = client.dport;
	server.dport = client.sport;
	server.packets = packets_back;
	server.bytes = bytes_back;
	server.first_ms++;
	server.last_ms = server.last_ms < server.first_ms ? server.first_ms : server.last_ms;
	if (client.proto == 1)
		server.icmp_type = 0;
	traffic_add(t, &server);
}

static void
free_workers(struct flow_detect_worker **w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		flow_detect_worker_free(w[i]);
}

struct flow_detect *
traffic_detect(const struct traffic *t, const struct flow_detect_options *options, size_t workers, unsigned shares)
{
	struct flow_detect *d = flow_detect_new(options, t->parts * FLOW_BATCH_ROWS);
	struct flow_detect_worker *w[8];
	struct flow_error err;
	bool any;

	must(d != NULL && workers <= 8);
	for (size_t i = 0; i < workers; i++)
		must((w[i] = flow_detect_worker_new(d, SIZE_MAX)) != NULL);
	for (size_t i = 0; i < t->parts; i++)
		must(flow_detect_count(w[i % workers], close_part(&t->part[i]), NULL, &err) == FLOW_OK);
	free_workers(w, workers);
	must(flow_detect_counted(d, &any, &err) == FLOW_OK);
	if (!any)
		return d;
	for (unsigned s = 0; s < shares; s++) {
		flow_detect_share(d, s * FLOW_DETECT_SHARES / shares, (s + 1) * FLOW_DETECT_SHARES / shares);
		for (size_t i = 0; i < workers; i++)
			must((w[i] = flow_detect_worker_new(d, SIZE_MAX)) != NULL);
		/* The other way round: what workers see, and when, must not matter. */
		for (size_t i = t->parts; i-- > 0;)
			must(flow_detect_keep(w[(i + 1) % workers], &t->part[i].batch, NULL, &err) == FLOW_OK);
		for (size_t i = 0; i < workers; i++)
			must(flow_detect_judge(d, w, workers, i, &err) == FLOW_OK);
		must(flow_detect_gather(d, w, workers, &err) == FLOW_OK);
		free_workers(w, workers);
	}
	return d;
}

static void
put_cell(const struct flow_table_column *c, size_t row, char *out, size_t size)
{
	char text[ADDR_TEXT_MAX + 1] = "";

	if (c->kind == FLOW_KIND_ADDR) {
		text[addr_format((const struct addr *)c->values + row, text)] = '\0';
		(void)snprintf(out, size, "%s ", text);
	} else if (c->kind == FLOW_KIND_RATIO || c->kind == FLOW_KIND_RATE || c->kind == FLOW_KIND_PERCENT) {
		(void)snprintf(out, size, "%.1f ", ((const double *)c->values)[row]);
	} else if (c->kind == FLOW_KIND_TEXT) {
		const struct flow_text *v = (const struct flow_text *)c->values + row;

		(void)snprintf(out, size, "%.*s ", (int)v->len, v->p);
	} else {
		(void)snprintf(out, size, "%" PRIu64 " ", ((const uint64_t *)c->values)[row]);
	}
}

void
traffic_text(const struct flow_detect *d, unsigned what, char *out, size_t size)
{
	struct flow_table *t;
	struct flow_error err;
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < flow_detect_tables(what); i++) {
		must(flow_detect_table(d, i, 0, (size_t)flow_detect_rows(d, i), &t, &err) == FLOW_OK);
		(void)snprintf(out + len, size - len, "%s\n", t->title);
		for (size_t r = 0; r < t->rows; r++) {
			for (size_t c = 0; c < t->columns; c++) {
				len = strlen(out);
				put_cell(&t->column[c], r, out + len, size - len);
			}
			len = strlen(out);
			(void)snprintf(out + len, size - len, "\n");
		}
		len = strlen(out);
		flow_table_free(t);
	}
}

struct addr
traffic_addr(const char *text)
{
	struct addr a;

	must(addr_parse(text, strlen(text), &a));
	return a;
}

/* SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014). */
uint64_t
traffic_random(uint64_t *state, uint64_t n)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % n;
}
