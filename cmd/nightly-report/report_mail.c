/* SPDX-License-Identifier: BSD-2-Clause */
#include "nightly-report/report_mail.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "nightly-report/report_page.h"

#define WIDE 78
#define ROWS 5

/* Width of a UTF-8 text in columns, one per character; wide characters are not detected. */
static size_t
columns_of(const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)text[i] & 0xc0) != 0x80;
	return n;
}

/* Pads or cuts to exactly that many columns, with blanks after it, or before. */
static void
put_columns(struct buf *out, const char *text, size_t len, size_t columns, bool right)
{
	size_t n = columns_of(text, len), end = len;

	while (n > columns && end > 0)
		n -= ((unsigned char)text[--end] & 0xc0) != 0x80;
	for (size_t i = n; right && i < columns; i++)
		buf_append_u8(out, ' ');
	buf_append(out, text, end);
	for (size_t i = n; !right && i < columns; i++)
		buf_append_u8(out, ' ');
}

/* A number for people in that many columns; html_scaled's space is one for HTML. */
static void
put_scaled(struct buf *out, double v, const char *unit, size_t columns)
{
	struct buf text = BUF_INIT;
	char plain[64];
	size_t len = 0;

	html_scaled(&text, v, unit);
	for (size_t i = 0; i < text.len && len < sizeof(plain); i++) {
		if (text.data[i] == 0xc2)
			continue;
		plain[len++] = text.data[i] == 0xa0 ? ' ' : (char)text.data[i];
	}
	put_columns(out, plain, len, columns, true);
	buf_release(&text);
}

/* Wraps words to lines of at most WIDE columns, the first after `lead`. */
static void
put_wrapped(struct buf *out, const char *lead, const char *text)
{
	char safe[2048];
	size_t len = strlen(text), at = 0, column = strlen(lead);
	struct buf plain = BUF_INIT;

	if (!buf_reserve(&plain, escape_room(len)))
		return;
	len = escape_plain(text, len, (char *)plain.data);
	len = len < sizeof(safe) ? len : sizeof(safe) - 1;
	memcpy(safe, plain.data, len);
	safe[len] = '\0';
	buf_release(&plain);
	buf_append_text(out, lead);
	while (at < len) {
		size_t word = strcspn(safe + at, " "), wide = columns_of(safe + at, word);

		if (column + 1 + wide > WIDE && column > strlen(lead)) {
			buf_append_text(out, "\n    ");
			column = 4;
		} else if (at > 0) {
			buf_append_u8(out, ' ');
			column++;
		}
		buf_append(out, safe + at, word);
		column += wide;
		at += word + (safe[at + word] == ' ');
	}
	buf_append_u8(out, '\n');
}

static void
put_findings(struct buf *out, const struct findings *all)
{
	static const char *const lead[] = { "    ", "  - ", "  ! " };

	if (all->alerts == 0)
		buf_append_text(out, "All is well.\n\n");
	else
		buf_printf(out, "%zu %s for attention.\n\n", all->alerts, all->alerts == 1 ? "thing calls" :
		    "things call");
	for (int level = FINDING_ALERT; level >= FINDING_GOOD; level--)
		for (size_t i = 0; i < all->count; i++)
			if ((int)all->list[i].level == level)
				put_wrapped(out, lead[level], all->list[i].text);
}

static void
put_past(struct buf *out, const struct figures *f)
{
	if (!f->any)
		return;
	put_columns(out, f->span.text, strlen(f->span.text), 26, false);
	put_scaled(out, (double)f->bytes, "B", 12);
	put_scaled(out, (double)f->flows, "", 10);
	put_scaled(out, f->mean_bps, "b/s", 10);
	put_scaled(out, f->peak_bps, "b/s", 10);
	put_scaled(out, f->p95_bps, "b/s", 10);
	buf_append_u8(out, '\n');
}

static void
put_table(const struct section *s, struct flow_table_printer *p, struct buf *out)
{
	const struct flow_table *t = s->table;
	struct buf label = BUF_INIT;

	buf_append_u8(out, '\n');
	put_columns(out, s->title, strlen(s->title), 46, false);
	buf_printf(out, "%12s%10s%10s\n", "Bytes", "Share", "Mean");
	for (size_t r = 0; r < t->rows && r < ROWS; r++) {
		buf_clear(&label);
		flow_table_row_label(p, t, r, SIZE_MAX, &label);
		put_columns(out, (const char *)label.data, label.len, 46, false);
		put_scaled(out, figures_value(t, "bytes", r), "B", 12);
		buf_printf(out, "%8.1f %%", figures_value(t, "bytes_pct", r));
		put_scaled(out, figures_value(t, "mean_bps", r), "b/s", 10);
		buf_append_u8(out, '\n');
	}
	out->failed |= label.failed;
	buf_release(&label);
}

enum flow_status
report_mail(const struct report *r, const struct sections *s, struct buf *out, struct flow_error *err)
{
	const struct flow_table_printer_options options = { .zone = r->span.zone };
	struct flow_table_printer *p;
	enum flow_status st = flow_table_printer_new("text", &options, &p, err);
	char title[256];

	if (st != FLOW_OK)
		return st;
	report_title(r, title, sizeof(title));
	put_wrapped(out, "", title);
	put_findings(out, &r->findings);
	buf_append_u8(out, '\n');
	put_columns(out, "", 0, 26, false);
	buf_append_text(out, "       Bytes     Flows      Mean      Peak      95 %\n");
	put_past(out, &r->now);
	for (size_t i = 0; i < PASTS; i++)
		put_past(out, &r->past[i]);
	for (size_t i = 0; i < s->count; i++)
		if (s->list[i].from != TABLES && flow_table_find(s->list[i].table,
		    "bytes_pct") < s->list[i].table->columns && s->list[i].table->rows > 0)
			put_table(&s->list[i], p, out);
	flow_table_printer_free(p);
	return out->failed ? flow_fail_memory(err) : FLOW_OK;
}
