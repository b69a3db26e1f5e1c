/* SPDX-License-Identifier: BSD-2-Clause */
#include "nightly-report/spikes_told.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nightly-report/tell.h"

/* Share of the mean of all traffic; smaller spikes are not reported. */
#define WORTH 0.1

/* Factor to the greatest earlier peak; spikes above it are alerts. */
#define ALERT 2.0

/* Above this factor, the usual value is too small for a meaningful factor. */
#define FACTOR_MAX 999

struct spike_row {
	enum report_table table;
	size_t row;
	double excess_bps;
};

static int
greater(const void *pa, const void *pb)
{
	const struct spike_row *a = pa, *b = pb;

	if (a->excess_bps != b->excess_bps)
		return a->excess_bps < b->excess_bps ? 1 : -1;
	return a->table != b->table ? (int)a->table - (int)b->table : a->row < b->row ? -1 : 1;
}

static void
collect(const struct report *r, enum report_table table, struct spike_row *list, size_t *count)
{
	const struct flow_table *t = r->answer.table[table];

	for (size_t row = 0; row < t->rows; row++) {
		double excess = figures_value(t, "bps", row) - figures_value(t, "usual_bps", row);

		if (excess >= WORTH * r->now.mean_bps)
			list[(*count)++] = (struct spike_row){ table, row, excess };
	}
}

/* "port 4500", "interface 9 (Gi0/0/8) of 198.18.0.1" */
static void
name_key(const struct flow_table *t, const struct spike_row *s, char *out, size_t room)
{
	size_t number = flow_table_find(t, "service");

	if (s->table == TABLE_SERVICE_SPIKE) {
		if (bitmap_get(t->column[number].valid, s->row))
			(void)snprintf(out, room, "port %.0f", figures_value(t, "service", s->row));
		else
			(void)snprintf(out, room, "traffic without ports");
		return;
	}
	tell_interface(t, "in_if", s->row, out, room);
}

/* ", most of it from 203.0.113.7" */
static void
name_source(const struct report *r, const struct flow_table *t, const struct spike_row *s, int64_t at, char *out,
    size_t room)
{
	struct report_span bin = r->span;
	char filter[128], source[ADDR_TEXT_MAX + 1], exporter[ADDR_TEXT_MAX + 1];

	bin.from_ms = at;
	bin.to_ms = at + r->span.bin_ms;
	figures_exporter(t, s->row, exporter);
	if (s->table == TABLE_IF_SPIKE)
		(void)snprintf(filter, sizeof(filter), "router ip %s and in if %.0f", exporter,
		    figures_value(t, "in_if", s->row));
	else if (bitmap_get(t->column[flow_table_find(t, "service")].valid, s->row))
		(void)snprintf(filter, sizeof(filter), "port %.0f", figures_value(t, "service", s->row));
	else
		return;
	report_top_source(r->options, &bin, filter, source);
	if (source[0] != '\0')
		(void)snprintf(out, room, ", most of it from %s", source);
}

/* Whether a rate exceeds all earlier ones; false where too little is known. */
static bool
is_odd(const struct report *r, double bps)
{
	double most = 0;
	size_t n = 0;

	for (size_t i = 0; i < PASTS; i++) {
		n += r->past[i].any;
		most = r->past[i].any && r->past[i].peak_bps > most ? r->past[i].peak_bps : most;
	}
	return n >= 2 && bps > ALERT * most;
}

static void
tell_spike(struct report *r, const struct spike_row *s)
{
	const struct flow_table *t = r->answer.table[s->table];
	double factor = figures_value(t, "factor", s->row);
	int64_t at = ((const int64_t *)t->column[flow_table_find(t, "time")].values)[s->row];
	char key[192], source[ADDR_TEXT_MAX + 32] = "", times[64];
	struct buf when = BUF_INIT, rate = BUF_INIT;

	name_key(t, s, key, sizeof(key));
	name_source(r, t, s, at, source, sizeof(source));
	tell_time(&when, &r->span, at);
	html_scaled(&rate, figures_value(t, "bps", s->row), "b/s");
	buf_append_u8(&rate, '\0');
	if (factor > 0 && factor <= FACTOR_MAX)
		(void)snprintf(times, sizeof(times), "%.0f times usual", factor);
	else
		(void)snprintf(times, sizeof(times), "usually next to nothing");
	if (!when.failed && !rate.failed)
		tell(r, is_odd(r, figures_value(t, "bps", s->row)) ? FINDING_ALERT : FINDING_NOTE, s->table,
		    "%s %s: %s, %s%s.", (char *)when.data, key, (char *)rate.data, times, source);
	buf_release(&when);
	buf_release(&rate);
}

void
spikes_tell(struct report *r)
{
	size_t count = 0, rows = r->answer.table[TABLE_SERVICE_SPIKE]->rows + r->answer.table[TABLE_IF_SPIKE]->rows;
	struct spike_row *list = calloc(rows + 1, sizeof(*list));

	if (list == NULL)
		return;
	collect(r, TABLE_SERVICE_SPIKE, list, &count);
	collect(r, TABLE_IF_SPIKE, list, &count);
	qsort(list, count, sizeof(*list), greater);
	for (size_t i = 0; i < count && i < SPIKES_TOLD; i++)
		tell_spike(r, &list[i]);
	free(list);
}
