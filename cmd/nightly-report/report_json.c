/* SPDX-License-Identifier: BSD-2-Clause */
#include "nightly-report/report_json.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "nightly-report/report_page.h"

static void
put_instant(struct buf *out, const char *name, int64_t ms)
{
	struct stamp_cache cache = { 0 };
	char text[STAMP_TEXT_MAX];
	size_t len = stamp_format_iso(&cache, ms, text);

	buf_printf(out, "\"%s\":\"%.*s\"", name, (int)len, text);
}

static void
put_findings(struct buf *out, const struct findings *all)
{
	static const char *const level[] = { "good", "note", "alert" };

	buf_append_text(out, "\"findings\":[");
	for (size_t i = 0; i < all->count; i++) {
		buf_printf(out, "%s\n{\"level\":\"%s\",\"text\":", i > 0 ? "," : "", level[all->list[i].level]);
		json_append_string(out, all->list[i].text, strlen(all->list[i].text));
		buf_append_u8(out, '}');
	}
	buf_append_text(out, "]");
}

static void
put_head(const struct report *r, struct buf *out)
{
	const struct figures *f = &r->now;
	char title[256];

	report_title(r, title, sizeof(title));
	buf_append_text(out, "{\"title\":");
	json_append_string(out, title, strlen(title));
	buf_append_u8(out, ',');
	put_instant(out, "from", r->span.from_ms);
	buf_append_u8(out, ',');
	put_instant(out, "to", r->span.to_ms);
	buf_printf(out, ",\"flows\":%" PRIu64 ",\"packets\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"mean_bps\":%.1f,"
	    "\"peak_bps\":%.1f,", f->flows, f->packets, f->bytes, f->mean_bps, f->peak_bps);
	put_instant(out, "peak_at", f->peak_ms);
	buf_printf(out, ",\"p95_bps\":%.1f,\"kernel_drops\":%" PRIu64 ",\"alerts\":%zu,", f->p95_bps,
	    r->health.kernel_drops, r->findings.alerts);
	put_findings(out, &r->findings);
}

enum flow_status
report_json(const struct report *r, const struct sections *s, struct buf *out, struct flow_error *err)
{
	const struct flow_table_printer_options options = { .zone = STAMP_UTC, .tables = s->count };
	struct flow_table_printer *p;
	enum flow_status st = flow_table_printer_new("json", &options, &p, err);

	if (st != FLOW_OK)
		return st;
	put_head(r, out);
	buf_append_text(out, ",\"tables\":");
	for (size_t i = 0; i < s->count; i++) {
		flow_table_printer_begin(p, s->list[i].table, out);
		flow_table_printer_rows(p, s->list[i].table, out);
		flow_table_printer_end(p, s->list[i].table, out);
	}
	flow_table_printer_finish(p, out);
	flow_table_printer_free(p);
	buf_append_text(out, "}\n");
	return out->failed ? flow_fail_memory(err) : FLOW_OK;
}
