/* SPDX-License-Identifier: BSD-2-Clause */
#include "nightly-report/tell.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
tell(struct report *r, enum finding_level level, enum report_table table, const char *fmt, ...)
{
	struct findings *all = &r->findings;
	struct finding *f = &all->list[all->count];
	va_list args;

	all->alerts += level == FINDING_ALERT;
	if (all->count == FINDINGS_MAX) {
		all->left_out++;
		return;
	}
	all->count++;
	f->level = level;
	f->table = table;
	va_start(args, fmt);
	(void)vsnprintf(f->text, sizeof(f->text), fmt, args);
	va_end(args);
}

void
tell_bytes(struct buf *text, double bytes)
{
	buf_clear(text);
	html_scaled(text, bytes, "B");
	buf_append_u8(text, '\0');
}

void
tell_rate(struct buf *text, double bps)
{
	buf_clear(text);
	html_scaled(text, bps, "b/s");
	buf_append_u8(text, '\0');
}

#define NAME_BYTES 64

void
tell_interface(const struct flow_table *t, const char *key, size_t row, char *out, size_t room)
{
	char exporter[ADDR_TEXT_MAX + 1], column[FLOW_TABLE_NAME_MAX];
	size_t name;

	(void)snprintf(column, sizeof(column), "%s_name", key);
	name = flow_table_find(t, column);
	figures_exporter(t, row, exporter);
	(void)snprintf(out, room, "interface %.0f", figures_value(t, key, row));
	if (name < t->columns && bitmap_get(t->column[name].valid, row)) {
		const struct flow_text *text = &((const struct flow_text *)t->column[name].values)[row];
		size_t len = text->len < NAME_BYTES ? text->len : NAME_BYTES;

		while (len > 0 && len < text->len && ((unsigned char)text->p[len] & 0xc0) == 0x80)
			len--;
		(void)snprintf(out + strlen(out), room - strlen(out), " (%.*s)", (int)len, text->p);
	}
	(void)snprintf(out + strlen(out), room - strlen(out), " of %s", exporter);
}

void
tell_time(struct buf *text, const struct report_span *span, int64_t ms)
{
	buf_clear(text);
	html_instant(text, ms, span->zone);
	/* Of a day the time is enough: "2026-11-23 14:05". */
	if (span->to_ms - span->from_ms <= INT64_C(90000000) && text->len > 6) {
		memmove(text->data, text->data + text->len - 5, 5);
		text->len = 5;
	}
	buf_append_u8(text, '\0');
}
