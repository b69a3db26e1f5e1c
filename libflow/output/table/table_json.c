/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>

#include "output/escape.h"
#include "output/table/table_format.h"

static void
put_string(struct buf *out, const char *text, size_t len)
{
	buf_append_u8(out, '"');
	if (buf_reserve(out, escape_room(len)))
		out->len += escape_json(text, len, (char *)buf_end(out));
	buf_append_u8(out, '"');
}

static void
put_name(struct buf *out, const char *name)
{
	put_string(out, name, strlen(name));
	buf_append_u8(out, ':');
}

static void
put_value(struct flow_table_printer *p, const struct flow_table *t, size_t c, size_t row,
    struct buf *out)
{
	const struct flow_text *text = t->column[c].values;

	if (table_is_rest(t, c, row)) {
		put_string(out, "other", 5);
		return;
	}
	if (t->column[c].kind == FLOW_KIND_TEXT) {
		put_string(out, text[row].p, text[row].len);
		return;
	}
	if (!table_is_bare(t->column[c].kind))
		buf_append_u8(out, '"');
	table_plain(p, t, c, row, out);
	if (!table_is_bare(t->column[c].kind))
		buf_append_u8(out, '"');
}

/* The members of one row's object; a comma before each but the first. */
static void
put_members(struct flow_table_printer *p, const struct flow_table *t, size_t row, bool first,
    struct buf *out)
{
	for (size_t c = 0; c < t->columns; c++) {
		if (!table_has(t, c, row) && !table_is_rest(t, c, row))
			continue;
		if (!first)
			buf_append_u8(out, ',');
		first = false;
		put_name(out, t->column[c].name);
		put_value(p, t, c, row, out);
	}
}

static void
json_begin(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	buf_append_text(out, p->tables == 0 ? "[\n" : ",\n");
	buf_append_u8(out, '{');
	put_name(out, "title");
	put_string(out, t->title, strlen(t->title));
	buf_append_u8(out, ',');
	put_name(out, "rows");
	buf_append_u8(out, '[');
}

static void
json_rows(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	for (size_t r = 0; r < t->rows; r++) {
		buf_append_text(out, p->rows + r == 0 ? "\n{" : ",\n{");
		put_members(p, t, r, true, out);
		buf_append_u8(out, '}');
	}
}

/* The period's values as members, each after a comma. */
static void
put_period(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	for (int i = 0; i < PERIOD_VALUES; i++) {
		const char *quote = i == PERIOD_BINS ? "" : "\"";

		buf_append_u8(out, ',');
		put_name(out, table_period_name[i]);
		buf_append_text(out, quote);
		table_period_value(p, t, i, out);
		buf_append_text(out, quote);
	}
}

static void
json_end(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	buf_append_u8(out, ']');
	if (t->period.known) {
		put_period(p, t, out);
		buf_printf(out, ",\"period_records_outside\":%" PRIu64, t->period.rows_outside);
	}
	buf_append_u8(out, ',');
	put_name(out, "totals");
	buf_append_u8(out, '{');
	for (size_t i = 0; i < t->notes; i++) {
		bool bare = table_is_bare(t->note[i].kind);

		if (i > 0)
			buf_append_u8(out, ',');
		put_name(out, t->note[i].name);
		if (!bare)
			buf_append_u8(out, '"');
		table_note(p, &t->note[i], false, out);
		if (!bare)
			buf_append_u8(out, '"');
	}
	buf_append_text(out, "}}");
}

static void
json_finish(struct flow_table_printer *p, struct buf *out)
{
	buf_append_text(out, p->tables == 0 ? "[]\n" : "\n]\n");
}

static void
ndjson_begin(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	UNUSED(p);
	UNUSED(t);
	UNUSED(out);
}

static void
ndjson_rows(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	bool named = p->options.tables > 1;

	for (size_t r = 0; r < t->rows; r++) {
		buf_append_u8(out, '{');
		if (named) {
			put_name(out, "table");
			put_string(out, t->title, strlen(t->title));
		}
		put_members(p, t, r, !named, out);
		if (table_period_in_rows(t))
			put_period(p, t, out);
		buf_append_text(out, "}\n");
	}
}

const struct table_format table_json = { "json", json_begin, json_rows, json_end, json_finish,
	NULL };
const struct table_format table_ndjson = { "ndjson", ndjson_begin, ndjson_rows, NULL, NULL,
	NULL };
