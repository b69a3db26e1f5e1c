/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "output/table/table_format.h"

/* Width of a UTF-8 text in columns, one per character. */
static uint32_t
text_width(const void *text, size_t len)
{
	const unsigned char *p = text;
	uint32_t width = 0;

	for (size_t i = 0; i < len; i++)
		width += (p[i] & 0xc0) != 0x80;
	return width;
}

static void
put_blanks(struct buf *out, uint32_t n)
{
	while (n-- > 0)
		buf_append_u8(out, ' ');
}

/* A cell with the share that stands after it: "1200 (60.0%)". */
static void
put_cell(struct flow_table_printer *p, const struct flow_table *t, size_t c, size_t row,
    struct buf *out)
{
	table_pretty(p, t, c, row, out);
	if (c + 1 == t->columns || !table_is_share(t, c + 1) || !table_has(t, c + 1, row))
		return;
	buf_append_text(out, " (");
	table_pretty(p, t, c + 1, row, out);
	buf_append_u8(out, ')');
}

static bool
is_right(const struct flow_table *t, size_t c)
{
	return flow_kind_is_number(t->column[c].kind);
}

static void
put_aligned(struct flow_table_printer *p, const struct flow_table *t, size_t c, const void *text,
    size_t len, bool last, struct buf *out)
{
	uint32_t width = text_width(text, len);
	uint32_t fill = p->width[c] > width ? p->width[c] - width : 0;

	if (is_right(t, c))
		put_blanks(out, fill);
	buf_append(out, text, len);
	if (!is_right(t, c) && !last)
		put_blanks(out, fill);
	buf_append_text(out, last ? "\n" : "  ");
}

static bool
is_last(const struct flow_table *t, size_t c)
{
	return c + 1 == t->columns || (c + 2 == t->columns && table_is_share(t, c + 1));
}

static void
put_headings(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	for (size_t c = 0; c < t->columns; c++) {
		const char *label = t->column[c].label;

		if (!table_is_share(t, c))
			put_aligned(p, t, c, label, strlen(label), is_last(t, c), out);
	}
}

/* Makes the columns as wide as the slice needs. */
static void
measure(struct flow_table_printer *p, const struct flow_table *t)
{
	for (size_t r = 0; r < t->rows; r++) {
		for (size_t c = 0; c < t->columns; c++) {
			uint32_t width;

			buf_clear(&p->cells);
			put_cell(p, t, c, r, &p->cells);
			width = text_width(p->cells.data, p->cells.len);
			if (width > p->width[c])
				p->width[c] = width;
		}
	}
}

static void
text_begin(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	free(p->width);
	p->width = calloc(t->columns + 1, sizeof(*p->width));
	if (p->width == NULL) {
		out->failed = true;
		return;
	}
	for (size_t c = 0; c < t->columns; c++)
		p->width[c] = text_width(t->column[c].label, strlen(t->column[c].label));
	measure(p, t);
	if (p->tables > 0)
		buf_append_u8(out, '\n');
	if (!p->options.quiet)
		buf_printf(out, "%s\n", t->title);
	put_headings(p, t, out);
}

static void
text_rows(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	if (p->width == NULL)
		return;
	if (p->rows > 0)
		measure(p, t);
	for (size_t r = 0; r < t->rows; r++) {
		for (size_t c = 0; c < t->columns; c++) {
			if (table_is_share(t, c))
				continue;
			buf_clear(&p->cells);
			put_cell(p, t, c, r, &p->cells);
			put_aligned(p, t, c, p->cells.data, p->cells.len, is_last(t, c), out);
		}
	}
}

const struct table_format table_text = { "text", text_begin, text_rows, table_totals, NULL, NULL };
