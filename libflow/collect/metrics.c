/* SPDX-License-Identifier: BSD-2-Clause */
#include "collect/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/file.h"

void
metrics_value(struct buf *out, const char *name, const char *type, const char *help, uint64_t value)
{
	buf_printf(out, "# HELP flowcap_%s %s\n# TYPE flowcap_%s %s\nflowcap_%s %" PRIu64 "\n", name,
	    help, name, type, name, value);
}

void
metrics_format(const struct metrics *m, struct buf *out)
{
	char name[64];
	unsigned i;

	for (i = 0; i < FLOW_COUNT_COUNT; i++) {
		/* Losses decrease when missing datagrams arrive late. */
		bool shrinks = i == FLOW_COUNT_SEQUENCE_LOST;

		(void)snprintf(name, sizeof(name), "%s%s", flow_count_name((enum flow_count)i),
		    shrinks ? "" : "_total");
		metrics_value(out, name, shrinks ? "gauge" : "counter", flow_count_text((enum flow_count)i),
		    m->counts->value[i]);
	}
	metrics_value(out, "rows_total", "counter", "rows handed to the encoders", m->rows);
	metrics_value(out, "kernel_drops_total", "counter", "datagrams dropped for want of receive buffer",
	    m->kernel_drops);
	metrics_value(out, "not_journalled_total", "counter", "datagrams that no journal had when they were decoded",
	    m->not_journalled);
	metrics_value(out, "refused_connections_total", "counter", "TCP connections refused",
	    m->refused_connections);
	metrics_value(out, "sources", "gauge", "exporters and domains known", m->sources);
	metrics_value(out, "last_rotation_seconds", "gauge", "when a slot ended last, since 1970",
	    (uint64_t)(m->now_ms / 1000));
}

bool
metrics_write(const struct collect_options *options, const struct buf *text)
{
	struct flow_error err;
	enum flow_status st = buf_status(text) == FLOW_OK ?
	    file_replace(options->metrics, text->data, text->len, &err) : flow_fail_memory(&err);

	if (st != FLOW_OK)
		log_to(options->log, LOG_LEVEL_ERROR, "metrics: %s", err.message);
	return st == FLOW_OK;
}

void
metrics_begin(const struct collect_options *options)
{
	static const struct flow_counts none;
	const struct metrics m = { .counts = &none, .now_ms = (int64_t)time(NULL) * 1000 };
	struct buf text = BUF_INIT;

	if (options->metrics == NULL)
		return;
	metrics_format(&m, &text);
	(void)metrics_write(options, &text);
	buf_release(&text);
}
