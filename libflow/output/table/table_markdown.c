/* SPDX-License-Identifier: BSD-2-Clause */
#include "output/table/table_format.h"

/*
 * Whether a character has a meaning in CommonMark or GitHub's dialect: it ends the cell, or begins emphasis,
 * code, HTML, an entity or a link, also an automatic one.
 */
static bool
is_markup(const char *p, size_t len, size_t i)
{
	if (p[i] == ':')
		return len - i > 2 && p[i + 1] == '/' && p[i + 2] == '/';
	if (p[i] == '.')
		return i >= 3 && memcmp(p + i - 3, "www", 3) == 0;
	return p[i] != '\0' && strchr("|\\`*_[]<>&~@$", p[i]) != NULL;
}

/* A cell's text, escaped so that it is shown literally, in one line. */
static void
put_safe(struct buf *out, const void *text, size_t len)
{
	const char *p = text;

	for (size_t i = 0; i < len; i++) {
		if (is_markup(p, len, i))
			buf_append_u8(out, '\\');
		buf_append_u8(out, p[i] == '\n' || p[i] == '\r' ? ' ' : (uint8_t)p[i]);
	}
}

static void
markdown_begin(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	if (p->tables > 0)
		buf_append_u8(out, '\n');
	if (!p->options.quiet)
		buf_printf(out, "### %s\n\n", t->title);
	for (size_t c = 0; c < t->columns; c++) {
		buf_append_text(out, "| ");
		put_safe(out, t->column[c].label, strlen(t->column[c].label));
		buf_append_u8(out, ' ');
	}
	buf_append_text(out, "|\n");
	for (size_t c = 0; c < t->columns; c++)
		buf_append_text(out, flow_kind_is_number(t->column[c].kind) ? "| ---: " : "| --- ");
	buf_append_text(out, "|\n");
}

static void
markdown_rows(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	for (size_t r = 0; r < t->rows; r++) {
		for (size_t c = 0; c < t->columns; c++) {
			buf_clear(&p->cells);
			if (table_has(t, c, r) || table_is_rest(t, c, r))
				table_pretty(p, t, c, r, &p->cells);
			buf_append_text(out, "| ");
			put_safe(out, p->cells.data, p->cells.len);
			buf_append_u8(out, ' ');
		}
		buf_append_text(out, "|\n");
	}
}

static void
markdown_end(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	if (p->options.quiet || (t->notes == 0 && !t->period.known))
		return;
	buf_append_u8(out, '\n');
	table_totals(p, t, out);
}

const struct table_format table_markdown = { "markdown", markdown_begin, markdown_rows,
	markdown_end, NULL, NULL };
