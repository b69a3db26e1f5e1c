/* SPDX-License-Identifier: BSD-2-Clause */
#include "output/html/html_rows.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "output/html/html.h"
#include "output/html/html_axis.h"
#include "time/span_text.h"

/* Counts below this are shown exactly. */
#define EXACT_BELOW 100000

double
html_real_value(const struct flow_table *t, size_t c, size_t row)
{
	if (!table_has(t, c, row))
		return 0;
	switch (t->column[c].kind) {
	case FLOW_KIND_RATE:
	case FLOW_KIND_RATIO:
	case FLOW_KIND_PERCENT:
		return ((const double *)t->column[c].values)[row];
	default:
		return (double)((const uint64_t *)t->column[c].values)[row];
	}
}

void
html_headings(struct buf *out, const struct flow_table *t)
{
	buf_append_text(out, "<thead><tr>");
	for (size_t c = 0; c < t->columns; c++) {
		const struct flow_table_column *column = &t->column[c];

		if (table_is_share(t, c))
			continue;
		buf_append_text(out, flow_kind_is_number(column->kind) && !column->key ?
		    "<th scope=\"col\" class=\"n\" data-k=\"" : "<th scope=\"col\" data-k=\"");
		html_string(out, column->name);
		buf_append_text(out, "\">");
		html_string(out, column->label);
		buf_append_text(out, "</th>");
	}
	buf_append_text(out, "</tr></thead>\n");
}

void
html_row_label(struct flow_table_printer *p, const struct flow_table *t, size_t row, size_t time, char *out,
    size_t room)
{
	struct buf text = BUF_INIT;
	size_t len;

	flow_table_row_label(p, t, row, time, &text);
	len = text.failed ? 0 : text.len < room ? text.len : room - 1;
	while (len > 0 && len < text.len && (text.data[len] & 0xc0) == 0x80)
		len--;
	memcpy(out, text.data, len);
	out[len] = '\0';
	buf_release(&text);
}

/* Appends the readable form of a value; false where the exact one is to be shown. */
static bool
put_readable(struct flow_table_printer *p, const struct flow_table *t, size_t c, size_t row, struct buf *out)
{
	const struct flow_table_column *column = &t->column[c];
	const char *unit = html_unit(column->name);
	double v = html_real_value(t, c, row);
	char span[SPAN_TEXT_MAX];

	switch (column->kind) {
	case FLOW_KIND_COUNT:
		if (unit[0] == '\0' && v < EXACT_BELOW)
			return false;
		html_scaled(out, v, unit);
		return true;
	case FLOW_KIND_RATE:
		html_scaled(out, v, unit);
		return true;
	case FLOW_KIND_TIME:
		html_instant(out, ((const int64_t *)column->values)[row] / 1000 * 1000, p->options.zone);
		return true;
	case FLOW_KIND_DURATION:
		if (v < 1000 || v > (double)INT64_MAX)
			return false;
		buf_append(out, span, span_text_format((int64_t)v / 1000 * 1000, span));
		return true;
	default:
		return false;
	}
}

static void
put_value(struct flow_table_printer *p, const struct flow_table *t, size_t c, size_t row, struct buf *out)
{
	struct buf text = BUF_INIT;

	if (table_has(t, c, row) && put_readable(p, t, c, row, out))
		return;
	if (table_has(t, c, row) || table_is_rest(t, c, row))
		table_pretty(p, t, c, row, &text);
	html_text(out, (const char *)text.data, text.len);
	out->failed |= text.failed;
	buf_release(&text);
}

/* The exact value, for sorting and copying, where it differs from what is shown. */
static void
put_exact(struct flow_table_printer *p, const struct flow_table *t, size_t c, size_t row, struct buf *out)
{
	const enum flow_kind kind = t->column[c].kind;
	struct buf text = BUF_INIT;

	if (!table_has(t, c, row) || kind == FLOW_KIND_TEXT || kind == FLOW_KIND_ADDR || kind == FLOW_KIND_PREFIX ||
	    kind == FLOW_KIND_ID || (kind == FLOW_KIND_COUNT && html_unit(t->column[c].name)[0] == '\0' &&
	    html_real_value(t, c, row) < EXACT_BELOW))
		return;
	table_plain(p, t, c, row, &text);
	buf_append_text(out, " data-v=\"");
	html_text(out, (const char *)text.data, text.len);
	buf_append_u8(out, '"');
	out->failed |= text.failed;
	buf_release(&text);
}

static void
put_class(const struct flow_table *t, size_t c, size_t row, bool share, struct buf *out)
{
	const struct flow_table_column *column = &t->column[c];
	double percent = share ? html_real_value(t, c + 1, row) : 0;

	if (column->key)
		buf_append_text(out, column->kind == FLOW_KIND_TEXT ? " class=\"k t\"" : " class=\"k\"");
	else if (column->kind == FLOW_KIND_TEXT)
		buf_append_text(out, " class=\"t\"");
	else if (share && percent >= 0)
		buf_printf(out, " class=\"n s w%.0f\"", fmin(percent, 100));
	else if (column->kind == FLOW_KIND_TIME || column->kind == FLOW_KIND_DURATION)
		buf_append_text(out, " class=\"d\"");
	else if (flow_kind_is_number(column->kind))
		buf_append_text(out, " class=\"n\"");
}

static void
put_cell(struct flow_table_printer *p, const struct flow_table *t, size_t c, size_t row, const char *link,
    struct buf *out)
{
	bool share = c + 1 < t->columns && table_is_share(t, c + 1) && table_has(t, c + 1, row);

	buf_append_text(out, "<td");
	put_class(t, c, row, share, out);
	if (!t->column[c].key || (c > 0 && t->column[c - 1].key && !table_is_name(t, c))) {
		buf_append_text(out, " data-l=\"");
		html_string(out, t->column[c].label);
		buf_append_u8(out, '"');
	}
	put_exact(p, t, c, row, out);
	buf_append_u8(out, '>');
	if (link != NULL)
		buf_printf(out, "<a href=\"#%s\">", link);
	put_value(p, t, c, row, out);
	if (link != NULL)
		buf_append_text(out, "</a>");
	if (share)
		buf_printf(out, " <small>%.1f&nbsp;%%</small>", html_real_value(t, c + 1, row));
	buf_append_text(out, "</td>");
}

void
html_row(struct flow_table_printer *p, const struct flow_table *t, size_t row, const char *link, struct buf *out)
{
	for (size_t c = 0; c < t->columns; c++)
		if (!table_is_share(t, c))
			put_cell(p, t, c, row, t->column[c].key ? link : NULL, out);
	buf_append_text(out, "</tr>\n");
}
