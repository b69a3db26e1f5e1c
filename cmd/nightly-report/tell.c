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
