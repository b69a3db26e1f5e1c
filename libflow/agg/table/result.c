/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/table/result.h"

#include "agg/report/billing.h"
#include "agg/report/bins.h"
#include "agg/report/series.h"
#include "agg/report/spikes.h"

uint64_t
flow_agg_rows(const struct flow_agg_result *r, size_t table)
{
	return r->view[table].rows;
}

/* The groups of a view's rows. */
static const struct groups *
view_groups(const struct flow_agg_result *r, const struct view *v)
{
	return &r->groups[v->series ? v->bins : v->grouping];
}

/* Adds columns: in a series the time, then keys, then measures. */
static enum flow_status
add_columns(struct flow_table *t, const struct grouping *g, const struct view *v)
{
	enum flow_status st = FLOW_OK;

	if (v->series)
		st = result_key_column(&g->part[g->parts - 1], t);
	for (size_t k = 0; k + v->series < g->parts && st == FLOW_OK; k++)
		st = result_key_column(&g->part[k], t);
	for (size_t c = 0; c < v->columns && st == FLOW_OK; c++)
		st = flow_table_add(t, v->column[c].name, v->column[c].label, v->column[c].cell,
		    false);
	return st;
}

/* Adds the totals of the columns that were read. */
static enum flow_status
add_notes(struct flow_table *t, const struct flow_agg_result *r)
{
	static const char *const name[TOTALS] = { "flows", "packets", "bytes" };
	static const enum flow_field field[TOTALS] = { FLOW_FIELD_FLOWS, FLOW_FIELD_PACKETS,
	    FLOW_FIELD_BYTES };
	struct flow_fieldset read = { { 0 } };
	struct flow_table_note *n;

	flow_agg_fields(r->spec, &read);
	for (size_t i = 0; i < TOTALS; i++) {
		if (!flow_fieldset_has(&read, field[i]))
			continue;
		n = flow_table_note(t, name[i], FLOW_KIND_COUNT);
		if (n == NULL)
			return FLOW_ENOMEM;
		n->value.number = r->totals.sum[i];
		t->beyond |= r->totals.sum[i] == UINT64_MAX;
	}
	if (r->totals.first > r->totals.last)
		return FLOW_OK;
	n = flow_table_note(t, "first", FLOW_KIND_TIME);
	if (n == NULL)
		return FLOW_ENOMEM;
	n->value.time_ms = (int64_t)(r->totals.first ^ SLOT_TIME_BIAS);
	n = flow_table_note(t, "last", FLOW_KIND_TIME);
	if (n == NULL)
		return FLOW_ENOMEM;
	n->value.time_ms = (int64_t)(r->totals.last ^ SLOT_TIME_BIAS);
	return FLOW_OK;
}

/* The index of the first column after the keys. */
static size_t
keys_end(const struct flow_table *t)
{
	size_t c = 0;

	while (c < t->columns && t->column[c].key)
		c++;
	return c;
}

/* Sets a rate of a series' row, over the time of its bin within the period. */
static void
bin_rate_cell(const struct flow_agg_result *r, const struct view *v, size_t c,
    const struct result_row *from, const uint64_t *state, struct flow_table *t, size_t column,
    size_t row)
{
	const struct grouping *g = view_groups(r, v)->grouping;
	const struct bin_range *range = &r->view[v - r->spec->view].range;
	struct measure m = v->column[c];
	bool has;
	uint64_t bin = result_value(&g->part[g->parts - 1], from->group, &has) ^ SLOT_TIME_BIAS;

	m.width_ms = (int64_t)bins_length_ms(range, bin);
	measure_cell(&m, state, &r->totals, t, column, row);
}

static enum flow_status
fill_row(const struct flow_agg_result *r, const struct view *v, const struct result_row *from,
    struct flow_table *t, size_t row)
{
	const struct groups *gs = view_groups(r, v);
	const struct grouping *g = gs->grouping;
	bool rest = v->series && from->rank == SERIES_REST;
	size_t column = v->series;
	enum flow_status st = FLOW_OK;
	uint64_t room[NARROW_SLOTS];
	const uint64_t *state = groups_read(gs, from->group, room);

	if (v->series)
		st = result_key_cell(r, g, g->parts - 1u, from->group, t, 0, row);
	for (size_t k = 0; k + v->series < g->parts && st == FLOW_OK && !rest; k++)
		if (!g->part[k].hidden)
			st = result_key_cell(r, g, k, from->group, t, column++, row);
	if (rest)
		bitmap_set(t->rest, row);
	column = keys_end(t);
	for (size_t c = 0; c < v->columns; c++)
		if (v->column[c].kind == MEASURE_BIN_RATE)
			bin_rate_cell(r, v, c, from, state, t, column++, row);
		else
			measure_cell(&v->column[c], state, &r->totals, t, column++, row);
	return st;
}

/* Prefetch distance in rows: sorted groups are scattered in memory. */
#define ROWS_AHEAD 16

static enum flow_status
fill_rows(const struct flow_agg_result *r, size_t table, uint64_t from, size_t rows,
    struct flow_table *t)
{
	const struct view *v = &r->spec->view[table];
	const struct result_row *row = r->view[table].row;
	enum flow_status st = add_columns(t, view_groups(r, v)->grouping, v);

	if (st == FLOW_OK)
		st = flow_table_reserve(t, rows);
	for (size_t i = 0; i < rows && st == FLOW_OK; i++) {
		__builtin_prefetch(row[from + (i + ROWS_AHEAD < rows ? i + ROWS_AHEAD : i)].group);
		st = fill_row(r, v, &row[from + i], t, i);
	}
	return st;
}

/* Sets a table's period: for a bill, spikes or a series. */
static void
tell_period(const struct flow_agg_result *r, size_t table, struct flow_table *t)
{
	const struct view *v = &r->spec->view[table];
	const struct bin_range *range = &r->view[table].range;

	if (!v->billing && !v->spikes && !v->series)
		return;
	t->period = (struct flow_table_period){
		.known = range->bins > 0,
		.in_rows = !v->series,
		.from_ms = range->from_ms, .to_ms = range->to_ms, .width_ms = range->width_ms,
		.bins = range->bins,
		.rows_outside = r->outside[v->series ? v->bins : v->grouping],
	};
}

static enum flow_status
fill(const struct flow_agg_result *r, size_t table, uint64_t from, size_t rows,
    struct flow_table *t)
{
	enum flow_status st;

	if (r->spec->view[table].billing)
		st = billing_table(r, table, from, rows, t);
	else if (r->spec->view[table].spikes)
		st = spikes_table(r, table, from, rows, t);
	else
		st = fill_rows(r, table, from, rows, t);
	t->rows = rows;
	t->from = from;
	t->total = r->view[table].rows;
	tell_period(r, table, t);
	return st == FLOW_OK ? add_notes(t, r) : st;
}

enum flow_status
flow_agg_table(struct flow_agg_result *r, size_t table, uint64_t from, size_t rows,
    struct flow_table **out, struct flow_error *err)
{
	uint64_t left = r->view[table].rows > from ? r->view[table].rows - from : 0;
	struct flow_table *t = flow_table_new(r->spec->view[table].title);

	if (t == NULL)
		return flow_fail_memory(err);
	if (fill(r, table, from, rows < left ? rows : (size_t)left, t) != FLOW_OK) {
		flow_table_free(t);
		return flow_fail_memory(err);
	}
	*out = t;
	return FLOW_OK;
}
