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
	uint64_t lately_lost, lately_units, waiting_bytes, waiting_s;
	int64_t clock_ahead_ms, last_ms;
	int64_t announced_ms_ago;	/* -1: no template was */
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
	e->exporter[e->count] = (struct exporter){ .addr = s->exporter, .version = s->version, .domain = s->domain,
		.announced_ms_ago = -1 };
	return &e->exporter[e->count++];
}

/* The unit of its sequence numbers (struct flow_source_info). */
static bool
counts_datagrams(uint8_t version)
{
	return version == 9 || version == 104 || version == 105;
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
		x->lately_lost += s.lately_lost;
		x->lately_units += counts_datagrams(s.version) ? s.lately_datagrams : s.lately_flows;
		x->waiting_bytes += s.waiting_bytes;
		if ((uint64_t)(s.waiting_ms / 1000) > x->waiting_s)
			x->waiting_s = (uint64_t)(s.waiting_ms / 1000);
		if (s.announced_ms_ago >= 0 && (x->announced_ms_ago < 0 || s.announced_ms_ago < x->announced_ms_ago))
			x->announced_ms_ago = s.announced_ms_ago;
		/* Of several ports, that of the last datagram. */
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

/* One number, for all exporters; `of` is its offset in the struct. */
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
put_template_ages(const struct exporter_metrics *e, struct buf *out)
{
	bool any = false;
	size_t i;

	for (i = 0; i < e->count; i++)
		any |= e->exporter[i].announced_ms_ago >= 0;
	if (!any)
		return;
	put_head(out, "template_age_seconds", "gauge", "since it announced a template last, as of its last datagram");
	for (i = 0; i < e->count; i++) {
		if (e->exporter[i].announced_ms_ago < 0)
			continue;
		buf_append_text(out, "flowcap_exporter_template_age_seconds");
		put_labels(&e->exporter[i], false, out);
		buf_printf(out, "%.3f\n", (double)e->exporter[i].announced_ms_ago / 1000);
	}
}

static void
put_clocks(const struct exporter_metrics *e, struct buf *out)
{
	size_t i;

	put_head(out, "clock_ahead_seconds", "gauge",
	    "how far its clock is off in this slot, 0 where less than a minute");
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
	put_numbers(e, "lost_lately", "gauge", "the same of this slot and the one before",
	    offsetof(struct exporter, lately_lost), out);
	put_numbers(e, "received_lately", "gauge", "what has come of these units in the same time",
	    offsetof(struct exporter, lately_units), out);
	put_numbers(e, "waiting_bytes", "gauge", "data that waits for its template",
	    offsetof(struct exporter, waiting_bytes), out);
	put_numbers(e, "waiting_seconds", "gauge", "for how long the oldest of it has waited",
	    offsetof(struct exporter, waiting_s), out);
	put_template_ages(e, out);
	put_numbers(e, "last_seconds", "gauge", "when it sent last, since 1970",
	    offsetof(struct exporter, last_s), out);
	put_clocks(e, out);
}
