/* SPDX-License-Identifier: BSD-2-Clause */
#include "output/escape.h"
#include "output/table/table_format.h"

static void
csv_text(const struct flow_table_printer *p, const char *text, size_t len, struct buf *out)
{
	if (buf_reserve(out, escape_room(len)))
		out->len += (p->options.csv_safe ? escape_csv_safe : escape_csv)(text, len,
		    (char *)buf_end(out));
}

static void
csv_begin(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	if (p->tables > 0)
		buf_append_text(out, "\n");
	for (size_t c = 0; c < t->columns; c++) {
		if (c > 0)
			buf_append_u8(out, ',');
		csv_text(p, t->column[c].name, strlen(t->column[c].name), out);
	}
	for (int i = 0; i < PERIOD_VALUES && table_period_in_rows(t); i++)
		buf_printf(out, ",%s", table_period_name[i]);
	buf_append_text(out, "\n");
}

static void
csv_cell(struct flow_table_printer *p, const struct flow_table *t, size_t c, size_t row,
    struct buf *out)
{
	const struct flow_text *text = t->column[c].values;

	if (t->column[c].kind != FLOW_KIND_TEXT || table_is_rest(t, c, row)) {
		table_plain(p, t, c, row, out);
		return;
	}
	text += row;
	if (table_has(t, c, row))
		csv_text(p, text->p, text->len, out);
}

static void
csv_rows(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	for (size_t r = 0; r < t->rows; r++) {
		for (size_t c = 0; c < t->columns; c++) {
			if (c > 0)
				buf_append_u8(out, ',');
			csv_cell(p, t, c, r, out);
		}
		for (int i = 0; i < PERIOD_VALUES && table_period_in_rows(t); i++) {
			buf_append_u8(out, ',');
			table_period_value(p, t, i, out);
		}
		buf_append_text(out, "\n");
	}
}

const struct table_format table_csv = { "csv", csv_begin, csv_rows, NULL, NULL, NULL };
