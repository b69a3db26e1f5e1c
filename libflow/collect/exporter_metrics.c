/* SPDX-License-Identifier: BSD-2-Clause */
#include "collect/exporter_metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct exporter {
	struct addr addr;
	uint8_t version;
	uint32_t domain;
	uint64_t datagrams, flows, lost, templates, sampling, last_s;
	int64_t clock_ahead_ms, last_ms;
};

struct exporter_metrics {
	struct exporter exporter[EXPORTER_METRICS_MAX], others;
	size_t count;
	uint64_t beyond;		/* sources in `others` */
};

struct exporter_metrics *
exporter_metrics_new(void)
{
	return calloc(1, sizeof(struct exporter_metrics));
}

void
exporter_metrics_free(struct exporter_metrics *e)
{
	free(e);
}

static struct exporter *
find(struct exporter_metrics *e, const struct flow_source_info *s)
{
	size_t i;

	for (i = 0; i < e->count; i++)
		if (e->exporter[i].domain == s->domain && e->exporter[i].version == s->version &&
		    addr_equal(&e->exporter[i].addr, &s->exporter))
			return &e->exporter[i];
	if (e->count == EXPORTER_METRICS_MAX) {
		e->beyond++;
		return &e->others;
	}
	e->exporter[e->count] = (struct exporter){ .addr = s->exporter, .version = s->version, .domain = s->domain };
	return &e->exporter[e->count++];
}

void
exporter_metrics_add(struct exporter_metrics *e, const struct flow_decoder *decoder)
{
	size_t i, sources = flow_decoder_sources(decoder);
	struct flow_source_info s;
	struct exporter *x;

	for (i = 0; i < sources; i++) {
		flow_decoder_source(decoder, i, &s);
		x = find(e, &s);
		x->datagrams += s.all_datagrams;
		x->flows += s.all_flows;
		x->lost += s.all_lost;
		x->templates += s.templates;
		/* Of several ports that of the one heard last. */
		if (s.last_ms < x->last_ms)
			continue;
		x->last_ms = s.last_ms;
		x->last_s = (uint64_t)(s.last_ms > 0 ? s.last_ms / 1000 : 0);
		x->sampling = s.sampling;
		x->clock_ahead_ms = s.clock_ahead_ms;
	}
}

static void
put_labels(const struct exporter *x, bool others, struct buf *out)
{
	char text[ADDR_TEXT_MAX];
	int len = (int)addr_format(&x->addr, text);

	if (others)
		buf_append_text(out, "{exporter=\"others\",version=\"\",domain=\"\"} ");
	else
		buf_printf(out, "{exporter=\"%.*s\",version=\"%u\",domain=\"%" PRIu32 "\"} ", len, text,
		    (unsigned)x->version, x->domain);
}

static void
put_head(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# HELP flowcap_exporter_%s %s\n# TYPE flowcap_exporter_%s %s\n", name, help, name, type);
}

/* One number of all exporters; `of` is where it is in the struct. */
static void
put_numbers(const struct exporter_metrics *e, const char *name, const char *type, const char *help, size_t of,
    struct buf *out)
{
	size_t i, count = e->count + (e->beyond > 0);

	put_head(out, name, type, help);
	for (i = 0; i < count; i++) {
		const struct exporter *x = i < e->count ? &e->exporter[i] : &e->others;
		const uint64_t *value = (const void *)((const char *)x + of);

		buf_printf(out, "flowcap_exporter_%s", name);
		put_labels(x, i == e->count, out);
		buf_printf(out, "%" PRIu64 "\n", *value);
	}
}

static void
put_clocks(const struct exporter_metrics *e, struct buf *out)
{
	size_t i;

	put_head(out, "clock_ahead_seconds", "gauge", "how far its clock is off in this slot, 0 where less than a minute");
	for (i = 0; i < e->count; i++) {
		buf_append_text(out, "flowcap_exporter_clock_ahead_seconds");
		put_labels(&e->exporter[i], false, out);
		buf_printf(out, "%.3f\n", (double)e->exporter[i].clock_ahead_ms / 1000);
	}
}

void
exporter_metrics_format(const struct exporter_metrics *e, struct buf *out)
{
	if (e == NULL || e->count == 0)
		return;
	put_numbers(e, "datagrams_total", "counter", "datagrams received", offsetof(struct exporter, datagrams), out);
	put_numbers(e, "flows_total", "counter", "rows decoded", offsetof(struct exporter, flows), out);
	put_numbers(e, "lost", "gauge", "units missing by sequence number; less when they come late",
	    offsetof(struct exporter, lost), out);
	put_numbers(e, "templates", "gauge", "templates known", offsetof(struct exporter, templates), out);
	put_numbers(e, "sampling", "gauge", "the rate used or announced last, 0 unknown",
	    offsetof(struct exporter, sampling), out);
	put_numbers(e, "last_seconds", "gauge", "when it sent last, since 1970", offsetof(struct exporter, last_s), out);
	put_clocks(e, out);
}
