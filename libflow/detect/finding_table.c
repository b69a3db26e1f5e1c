/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "detect/detector.h"
#include "time/stamp.h"

void
detect_put_addr(struct buf *out, const struct addr *a)
{
	char text[ADDR_TEXT_MAX];

	buf_append(out, text, addr_format(a, text));
}

void
detect_put_times(struct buf *out, const struct finding *f)
{
	struct stamp_cache cache = { .day_known = false };
	char text[STAMP_TEXT_MAX];

	buf_append_text(out, " and first >= ");
	buf_append(out, text, stamp_format_iso(&cache, f->first_ms, text));
	buf_append_text(out, " and last <= ");
	buf_append(out, text, stamp_format_iso(&cache, f->last_ms, text));
}

/* Sets the value of a column that is not a text. */
static void
set_value(const struct finding_column *c, const struct finding *f, struct flow_table *t, size_t column, size_t row)
{
	uint64_t number = 0;

	switch (c->value) {
	case FINDING_SCORE:
		flow_table_set(t, column, row, &f->score);
		return;
	case FINDING_A:
		flow_table_set(t, column, row, &f->a);
		return;
	case FINDING_B:
		flow_table_set(t, column, row, &f->b);
		return;
	case FINDING_FIRST:
		flow_table_set(t, column, row, &f->first_ms);
		return;
	case FINDING_LAST:
		flow_table_set(t, column, row, &f->last_ms);
		return;
	case FINDING_REAL:
		flow_table_set(t, column, row, &f->real[c->n]);
		return;
	case FINDING_PORT:
		number = f->port;
		break;
	case FINDING_PROTO:
		number = f->proto;
		break;
	case FINDING_COUNT:
		number = f->count[c->n];
		break;
	case FINDING_TEXT:
		break;
	}
	flow_table_set(t, column, row, &number);
}

static enum flow_status
set_command(const struct detector *d, const struct flow_detect_options *o, const struct finding *f,
    struct flow_table *t, size_t row)
{
	struct buf flows = BUF_INIT, command = BUF_INIT;
	enum flow_status st;

	d->filter(f, &flows);
	buf_append_u8(&flows, '\0');
	st = buf_status(&flows);
	if (st == FLOW_OK) {
		finding_command(&command, o->command != NULL ? o->command : "flowcat", o->filter,
		    (const char *)flows.data);
		st = buf_status(&command);
	}
	if (st == FLOW_OK)
		st = flow_table_set_text(t, d->columns, row, (const char *)command.data, command.len);
	buf_release(&flows);
	buf_release(&command);
	return st;
}

static enum flow_status
set_row(const struct detector *d, const struct flow_detect_options *o, const struct finding *f,
    struct flow_table *t, size_t row)
{
	enum flow_status st = FLOW_OK;

	for (size_t c = 0; c < d->columns && st == FLOW_OK; c++) {
		const char *text;

		if (d->column[c].value != FINDING_TEXT) {
			set_value(&d->column[c], f, t, c, row);
			continue;
		}
		text = d->text(o, f, d->column[c].n);
		st = flow_table_set_text(t, c, row, text, strlen(text));
	}
	return st == FLOW_OK ? set_command(d, o, f, t, row) : st;
}

enum flow_status
finding_table(const struct detector *d, const struct flow_detect_options *o, const struct finding *list,
    uint64_t from, size_t rows, uint64_t total, struct flow_table **out)
{
	struct flow_table *t = flow_table_new(d->title);
	enum flow_status st = t != NULL ? FLOW_OK : FLOW_ENOMEM;

	for (size_t c = 0; c < d->columns && st == FLOW_OK; c++)
		st = flow_table_add(t, d->column[c].name, d->column[c].label, d->column[c].kind, d->column[c].key);
	if (st == FLOW_OK)
		st = flow_table_add(t, "command", "Command", FLOW_KIND_TEXT, false);
	if (st == FLOW_OK) {
		t->column[d->columns].whole = true;
		st = flow_table_reserve(t, rows);
	}
	for (size_t r = 0; r < rows && st == FLOW_OK; r++)
		st = set_row(d, o, &list[from + r], t, r);
	if (st != FLOW_OK) {
		flow_table_free(t);
		return st;
	}
	t->rows = rows;
	t->from = from;
	t->total = total;
	*out = t;
	return FLOW_OK;
}
