/* SPDX-License-Identifier: BSD-2-Clause */
#include "output/printer.h"

#include <stdlib.h>
#include <string.h>

#include "output/format_program.h"

/* What joining needs of a column, in one cache line. */
struct lane {
	const char *before;
	const char *text;
	const uint32_t *len;
	const char *const *ref;
	uint32_t before_len;
	uint32_t step;
	uint32_t copy;
	char after[2];
	uint8_t after_len;
	/*
	 * csv uses this in place of `before` and `after`: a comma and the following columns that are the same
	 * in all rows.
	 */
	uint32_t tail_len;
	const char *tail;
};

/* Longest cell that may be part of a tail. */
#define TAIL_CELL_MAX CELL_INLINE_MAX

static size_t
cells_bytes(const struct column *c)
{
	return (size_t)c->stride * OUTPUT_CHUNK;
}

struct flow_printer_state {
	uint64_t number;	/* of the next row */
	struct chunk chunk;
	struct lane *lane;
	struct column_state *column;
	char *cells;		/* of all columns */
	char *tails;		/* of all lanes, one behind the other */
};

void
flow_printer_free(struct flow_printer *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->count; i++)
		free(p->column[i].before);
	free(p->column);
	buf_release(&p->literal);
	buf_release(&p->open);
	buf_release(&p->close);
	buf_release(&p->header);
	buf_release(&p->footer);
	buf_release(&p->ident);
	free(p);
}

const struct flow_fieldset *
flow_printer_fields(const struct flow_printer *p)
{
	return &p->fields;
}

bool
flow_printer_wants_names(const struct flow_printer *p)
{
	return p->wants_names;
}

bool
flow_printer_ordered(const struct flow_printer *p)
{
	return p->ordered;
}

size_t
flow_printer_first_skip(const struct flow_printer *p)
{
	return p->first_skip;
}

struct flow_printer_state *
flow_printer_state_new(const struct flow_printer *p)
{
	struct flow_printer_state *s = calloc(1, sizeof(*s));
	size_t bytes = 0, at = 0;

	if (s == NULL)
		return NULL;
	for (size_t i = 0; i < p->count; i++)
		bytes += cells_bytes(&p->column[i]);
	s->number = 1;
	s->lane = calloc(p->count + 1, sizeof(*s->lane));
	s->column = calloc(p->count + 1, sizeof(*s->column));
	s->cells = calloc(1, bytes + CELL_INLINE_MAX);
	s->tails = calloc(p->count + 1, TAIL_CELL_MAX + 1);
	if (s->lane == NULL || s->column == NULL || s->cells == NULL || s->tails == NULL) {
		free(s->lane);
		free(s->column);
		free(s->cells);
		free(s->tails);
		free(s);
		return NULL;
	}
	for (size_t i = 0; i < p->count; i++) {
		s->column[i].cells.stride = p->column[i].stride;
		s->column[i].cells.text = s->cells + at;
		at += cells_bytes(&p->column[i]);
		buf_init(&s->column[i].cache.arena);
	}
	return s;
}

void
flow_printer_state_free(struct flow_printer_state *s)
{
	if (s == NULL)
		return;
	for (struct column_state *c = s->column; c->cells.text != NULL; c++)
		text_cache_release(&c->cache);
	free(s->lane);
	free(s->column);
	free(s->cells);
	free(s->tails);
	free(s);
}

void
flow_printer_state_ident(struct flow_printer_state *s, const char *ident)
{
	s->chunk.ident = ident != NULL ? ident : NO_IDENT;
}

static enum flow_status
append(const struct buf *from, struct buf *out)
{
	buf_append(out, from->data, from->len);
	return buf_status(out);
}

enum flow_status
flow_printer_begin(const struct flow_printer *p, struct buf *out)
{
	return append(&p->header, out);
}

enum flow_status
flow_printer_end(const struct flow_printer *p, struct buf *out)
{
	return append(&p->footer, out);
}

/* Copies len bytes in steps of 16; may read and write up to 15 more. */
static inline char *
copy_steps(char *out, const char *from, uint32_t len)
{
	memcpy(out, from, 16);
	for (uint32_t i = 16; UNLIKELY(i < len); i += 16)
		memcpy(out + i, from + i, 16);
	return out + len;
}

/* The value of row r at `out`. */
static inline char *
copy_cell(char *out, const struct lane *l, size_t r, uint32_t len)
{
	const char *from = l->text + r * l->step;

	switch (l->copy) {
	case 0:
		return copy_steps(out, l->ref[r], len);
	case 16:
		memcpy(out, from, 16);
		break;
	case 32:
		memcpy(out, from, 32);
		break;
	default:
		memcpy(out, from, CELL_INLINE_MAX);
		break;
	}
	return out + len;
}

/* Joins the chunk's rows from their cells; the room at `out` is enough. */
static char *
join(const struct flow_printer *p, const struct lane *lane, size_t lanes, size_t rows, char *out)
{
	const char *open = (const char *)p->open.data, *close = (const char *)p->close.data;
	uint32_t open_len = (uint32_t)p->open.len, close_len = (uint32_t)p->close.len;

	for (size_t r = 0; r < rows; r++) {
		char *start;

		if (open_len > 0)
			out = copy_steps(out, open, open_len);
		start = out;
		for (size_t i = 0; i < lanes; i++) {
			const struct lane *l = &lane[i];
			uint32_t len = l->len[r];

			if (UNLIKELY(len == CELL_ABSENT))
				continue;
			if (l->before_len > 0)
				out = copy_steps(out, l->before, l->before_len);
			out = copy_cell(out, l, r, len);
			memcpy(out, l->after, 2);
			out += l->after_len;
		}
		if (out > start)
			out -= p->trim;
		out = copy_steps(out, close, close_len);
	}
	return out;
}

/* The same for csv, where only commas separate columns and none is left out. */
static char *
join_commas(const struct lane *lane, size_t lanes, size_t rows, char *out)
{
	for (size_t r = 0; r < rows; r++) {
		for (const struct lane *l = lane; l < lane + lanes; l++) {
			out = copy_cell(out, l, r, l->len[r]);
			if (l->tail_len == 1)
				*out++ = ',';
			else
				out = copy_steps(out, l->tail, l->tail_len);
		}
		out[-1] = '\n';
	}
	return out;
}

/* Most bytes that the chunk's cells of a column take. */
static size_t
cells_room(const struct cells *c, size_t rows)
{
	size_t total = 0;

	if (c->copy > 0)
		return c->copy * rows;
	for (size_t r = 0; r < rows; r++)
		total += c->len[r] == CELL_ABSENT ? 0 : c->len[r];
	return total;
}

/*
 * Puts a comma after each lane of csv, and in that tail the columns that are the same in all rows of the
 * chunk.  Most columns are, because no row has a value.
 */
static bool
into_tail(const struct cells *c, struct lane *last, char *tail)
{
	uint32_t len = c->len[0];

	if (last == NULL || !c->same || len > TAIL_CELL_MAX)
		return false;
	memcpy(tail, c->copy > 0 ? c->text : c->ref[0], len);
	tail[len] = ',';
	last->tail_len += len + 1;
	return true;
}

/* Prepares the chunk's columns; sets the lanes that have any value and the most bytes they take. */
static bool
prepare(const struct flow_printer *p, struct flow_printer_state *s, size_t *lanes, size_t *room)
{
	size_t n = 0, fixed = p->open.len + p->close.len + 96, total = 0;
	char *tail = s->tails;

	for (size_t i = 0; i < p->count; i++) {
		const struct column *c = &p->column[i];
		struct column_state *cs = &s->column[i];

		if (c->null_len == CELL_ABSENT && c->field != FLOW_FIELD_NONE &&
		    s->chunk.batch->column[c->field].form == FLOW_FORM_NULL)
			continue;
		cs->cells.step = cs->cells.stride;
		cs->cells.same = false;
		if (!c->cells(c, cs, &s->chunk))
			return false;
		if (p->commas && into_tail(&cs->cells, n > 0 ? &s->lane[n - 1] : NULL, tail)) {
			tail += cs->cells.len[0] + 1;
			fixed += cs->cells.len[0] + 1;
			continue;
		}
		s->lane[n++] = (struct lane){
			.before = c->before,
			.text = cs->cells.text,
			.len = cs->cells.len,
			.ref = cs->cells.ref,
			.before_len = c->before_len,
			.step = cs->cells.step,
			.copy = cs->cells.copy,
			.after = { c->after[0], c->after[1] },
			.after_len = c->after_len,
			.tail_len = 1,
			.tail = tail,
		};
		*tail++ = ',';
		fixed += c->before_len + 2;
		total += cells_room(&cs->cells, s->chunk.n);
	}
	*lanes = n;
	*room = total + fixed * s->chunk.n + 96;
	return true;
}

static bool
print_chunk(const struct flow_printer *p, struct flow_printer_state *s, struct buf *out)
{
	size_t lanes, room;
	char *end;

	s->chunk.number = s->number;
	if (!prepare(p, s, &lanes, &room) || !buf_reserve(out, room))
		return false;
	end = (char *)buf_end(out);
	end = p->commas ? join_commas(s->lane, lanes, s->chunk.n, end)
	    : join(p, s->lane, lanes, s->chunk.n, end);
	out->len = (size_t)(end - (char *)out->data);
	s->number += s->chunk.n;
	return true;
}

enum flow_status
flow_printer_batch(const struct flow_printer *p, struct flow_printer_state *s,
    const struct flow_batch *batch, const struct flow_selection *sel, struct buf *out)
{
	size_t rows = sel == NULL || sel->all ? batch->rows : sel->count;
	struct chunk *k = &s->chunk;

	if (p->nothing)
		return FLOW_OK;
	if (sel != NULL && sel->all)
		rows = sel->count;
	k->batch = batch;
	k->call_rows = rows;
	for (size_t at = 0; at < rows; at += OUTPUT_CHUNK) {
		k->n = rows - at < OUTPUT_CHUNK ? rows - at : OUTPUT_CHUNK;
		for (size_t i = 0; i < k->n; i++)
			k->row[i] = sel == NULL ? (uint32_t)(at + i)
			    : flow_selection_row(sel, (uint32_t)(at + i));
		k->contiguous = k->row[k->n - 1] - k->row[0] == k->n - 1;
		if (!print_chunk(p, s, out))
			return FLOW_ENOMEM;
	}
	return FLOW_OK;
}
