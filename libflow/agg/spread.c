/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/spread.h"

#include <stdlib.h>
#include <string.h>

#include "agg/group/groups.h"

/* One column of the spread rows: values or codes, and validity. */
struct gathered {
	uint64_t values[GROUP_ROWS];
	uint32_t codes[GROUP_ROWS];
	uint64_t valid[BITMAP_WORDS(GROUP_ROWS)];
};

struct spread {
	const struct grouping *grouping;
	const struct flow_batch *from;
	struct rows all, rows;		/* rows: those of `all` to be spread */
	uint16_t within[GROUP_ROWS], cut[GROUP_ROWS];
	uint32_t wholes;
	struct flow_fieldset fields;
	uint32_t at;			/* index of the row that is being spread */
	int64_t bin;			/* its bins that are done */
	uint64_t outside;		/* rows without any bin */
	/* The spread rows of this step: their row of the batch, and the time that they cover of it. */
	uint32_t n;
	uint32_t source[GROUP_ROWS];
	int64_t first[GROUP_ROWS];
	uint64_t before[GROUP_ROWS], until[GROUP_ROWS], whole[GROUP_ROWS];
	struct flow_batch batch;
	struct gathered *column[FLOW_FIELD_COUNT];
};

struct spread *
spread_new(void)
{
	return calloc(1, sizeof(struct spread));
}

void
spread_free(struct spread *s)
{
	if (s == NULL)
		return;
	for (size_t f = 0; f < FLOW_FIELD_COUNT; f++)
		free(s->column[f]);
	free(s);
}

static void
add_fields(const struct grouping *g, struct flow_fieldset *fields)
{
	for (size_t k = 0; k < g->parts; k++) {
		for (size_t a = 0; a < g->part[k].alts; a++)
			flow_fieldset_add(fields, g->part[k].field[a]);
		if (g->part[k].mask != FLOW_FIELD_NONE)
			flow_fieldset_add(fields, g->part[k].mask);
	}
	slots_fields(&g->slots, fields);
}

uint64_t
spread_outside(const struct spread *s)
{
	return s->outside;
}

static int64_t
instant(const struct flow_batch *b, enum flow_field field, uint32_t row, int64_t otherwise)
{
	const struct flow_column *c = &b->column[field];

	if (c->form != FLOW_FORM_FLAT || !flow_column_has(c, row))
		return otherwise;
	return ((const int64_t *)c->values)[row];
}

/* The part of a row's time within the period, and the bins that it touches. */
struct part {
	int64_t from;			/* the part's begin */
	uint64_t to;			/* its end, modulo 2^64 */
	uint64_t whole;			/* the row's duration; 1 for an instant */
	int64_t start;			/* begin of its first bin */
	int64_t bins;			/* 0: the row is outside */
};

static int64_t
floor_bin(int64_t ms, int64_t width_ms)
{
	int64_t rest = ms % width_ms, start;

	/* The earliest bin begins at INT64_MIN. */
	return __builtin_sub_overflow(ms, rest < 0 ? rest + width_ms : rest, &start) ? INT64_MIN : start;
}

/* Separates the rows within one bin from those to be spread. */
static void
part_rows(struct spread *s)
{
	const struct flow_column *first = &s->from->column[FLOW_FIELD_FIRST], *last = &s->from->column[FLOW_FIELD_LAST];
	const int64_t *begin = first->values, *end = last->values;
	const struct grouping *g = s->grouping;
	int64_t start = 0, stop = 0;	/* of the current bin, clipped to the period */
	uint32_t cut = 0;

	s->wholes = 0;
	for (uint32_t i = 0; i < s->all.n; i++) {
		uint32_t row = rows_at(&s->all, i);
		bool known = first->form == FLOW_FORM_FLAT && last->form == FLOW_FORM_FLAT &&
		    flow_column_has(first, row) && flow_column_has(last, row);

		if (known && (begin[row] < start || begin[row] >= stop) && begin[row] >= g->from_ms &&
		    begin[row] < g->to_ms) {
			start = floor_bin(begin[row], g->spread_ms);
			if (__builtin_add_overflow(start, g->spread_ms, &stop) || stop > g->to_ms)
				stop = g->to_ms;
			start = start > g->from_ms ? start : g->from_ms;
		}
		if (known && begin[row] >= start && begin[row] < stop && end[row] <= stop)
			s->within[s->wholes++] = (uint16_t)row;
		else
			s->cut[cut++] = (uint16_t)row;
	}
	s->rows = (struct rows){ s->cut, 0, cut };
}

void
spread_begin(struct spread *s, const struct flow_agg_spec *spec, const struct grouping *g,
    const struct flow_batch *batch, const struct rows *rows)
{
	memset(&s->fields, 0, sizeof(s->fields));
	for (size_t i = 0; i < spec->groupings; i++)
		if (spread_is_same(&spec->grouping[i], g))
			add_fields(&spec->grouping[i], &s->fields);
	s->grouping = g;
	s->from = batch;
	s->all = *rows;
	s->at = 0;
	s->bin = 0;
	s->outside = 0;
	part_rows(s);
}

struct rows
spread_whole(const struct spread *s)
{
	return s->wholes == s->all.n ? s->all : (struct rows){ s->within, 0, s->wholes };
}

static struct part
part_of(const struct grouping *g, int64_t first, int64_t last)
{
	struct part p = { .from = first > g->from_ms ? first : g->from_ms };
	int64_t to = last < g->to_ms ? last : g->to_ms;
	uint64_t bins;

	if (last <= first) {
		p.from = first;
		p.to = (uint64_t)first + 1;
		p.whole = 1;
		p.bins = first >= g->from_ms && first < g->to_ms;
		p.start = floor_bin(first, g->spread_ms);
		return p;
	}
	if (p.from >= to)
		return p;
	p.to = (uint64_t)to;
	p.whole = (uint64_t)last - (uint64_t)first;
	p.start = floor_bin(p.from, g->spread_ms);
	/* The end is exclusive: a bin that begins at `to` gets nothing. */
	bins = (p.to - 1 - (uint64_t)p.start) / (uint64_t)g->spread_ms + 1;
	p.bins = bins > FLOW_AGG_SPREAD_MAX ? 1 : (int64_t)bins;
	return p;
}

/* Emits one row's bins while there is room; true when all are done. */
static bool
take_bins(struct spread *s, uint32_t row)
{
	int64_t first = instant(s->from, FLOW_FIELD_FIRST, row, 0);
	int64_t last = instant(s->from, FLOW_FIELD_LAST, row, first);
	struct part p = part_of(s->grouping, first, last);
	int64_t width_ms = s->grouping->spread_ms;

	s->outside += p.bins == 0;
	for (; s->bin < p.bins && s->n < GROUP_ROWS; s->bin++, s->n++) {
		int64_t from = s->bin == 0 ? p.from : p.start + s->bin * width_ms;
		uint64_t to = s->bin + 1 == p.bins ? p.to :
		    (uint64_t)p.start + (uint64_t)(s->bin + 1) * (uint64_t)width_ms;

		s->source[s->n] = row;
		s->first[s->n] = from;
		s->whole[s->n] = p.whole;
		s->before[s->n] = (uint64_t)from - (uint64_t)first;
		s->until[s->n] = to - (uint64_t)first;
	}
	return s->bin == p.bins;
}

/* The share of a counter: its amount up to the part's end less that up to its begin, so that shares add up. */
static uint64_t
share(const struct spread *s, uint32_t i, uint64_t v)
{
	unsigned __int128 all = v;

	/* Avoids 128-bit division, a call that takes three times as long: most parts are whole, most products fit. */
	if (s->before[i] == 0 && s->until[i] == s->whole[i])
		return v;
	if (v <= UINT32_MAX && s->until[i] <= UINT32_MAX)
		return v * s->until[i] / s->whole[i] - v * s->before[i] / s->whole[i];
	return (uint64_t)(all * s->until[i] / s->whole[i] - all * s->before[i] / s->whole[i]);
}

static bool
is_shared(enum flow_field field)
{
	return field == FLOW_FIELD_PACKETS || field == FLOW_FIELD_BYTES ||
	    field == FLOW_FIELD_REV_PACKETS || field == FLOW_FIELD_REV_BYTES;
}

static void
gather_values(struct spread *s, enum flow_field field, struct gathered *g)
{
	const uint64_t *wide = s->from->column[field].values;
	size_t size = flow_type_size(flow_field_info(field)->type);
	const char *values = s->from->column[field].values;

	for (uint32_t i = 0; i < s->n; i++) {
		if (field == FLOW_FIELD_FIRST)
			g->values[i] = (uint64_t)s->first[i];
		else if (is_shared(field))
			g->values[i] = share(s, i, wide[s->source[i]]);
		else if (field == FLOW_FIELD_FLOWS)
			g->values[i] = s->before[i] == 0 ? wide[s->source[i]] : 0;
		else
			memcpy((char *)g->values + i * size, values + s->source[i] * size, size);
	}
}

static enum flow_status
gather(struct spread *s, enum flow_field field)
{
	const struct flow_column *c = &s->from->column[field];
	struct flow_column *out = &s->batch.column[field];
	struct gathered *g = s->column[field];

	*out = (struct flow_column){ .form = c->form };
	if (c->form == FLOW_FORM_NULL)
		return FLOW_OK;
	if (g == NULL) {
		g = s->column[field] = malloc(sizeof(*g));
		if (g == NULL)
			return FLOW_ENOMEM;
	}
	if (c->valid != NULL) {
		memset(g->valid, 0, sizeof(g->valid));
		for (uint32_t i = 0; i < s->n; i++)
			if (bitmap_get(c->valid, s->source[i]))
				bitmap_set(g->valid, i);
		out->valid = g->valid;
	}
	if (c->form == FLOW_FORM_FLAT) {
		gather_values(s, field, g);
		out->values = g->values;
		return FLOW_OK;
	}
	for (uint32_t i = 0; i < s->n; i++)
		g->codes[i] = c->codes[s->source[i]];
	out->codes = g->codes;
	out->dict = c->dict;
	return FLOW_OK;
}

enum flow_status
spread_next(struct spread *s, const struct flow_batch **batch)
{
	s->n = 0;
	while (s->at < s->rows.n && s->n < GROUP_ROWS) {
		if (!take_bins(s, rows_at(&s->rows, s->at)))
			break;
		s->at++;
		s->bin = 0;
	}
	if (s->n == 0)
		return FLOW_END;
	s->batch.rows = s->n;
	for (size_t f = 0; f < FLOW_FIELD_COUNT; f++)
		if (flow_fieldset_has(&s->fields, (enum flow_field)f) &&
		    gather(s, (enum flow_field)f) != FLOW_OK)
			return FLOW_ENOMEM;
	*batch = &s->batch;
	return FLOW_OK;
}
