/* SPDX-License-Identifier: BSD-2-Clause */
#include "nightly-report/made_tables.h"

#include <stdio.h>
#include <string.h>

struct column {
	const char *name, *label;
	enum flow_kind kind;
	bool key;
};

static struct flow_table *
new_table(const char *title, const struct column *column, size_t columns, size_t rows)
{
	struct flow_table *t = flow_table_new(title);
	bool good = t != NULL;

	for (size_t c = 0; c < columns && good; c++)
		good = flow_table_add(t, column[c].name, column[c].label, column[c].kind, column[c].key) == FLOW_OK;
	if (good)
		good = flow_table_reserve(t, rows > 0 ? rows : 1) == FLOW_OK;
	if (!good) {
		flow_table_free(t);
		return NULL;
	}
	t->rows = rows;
	t->total = rows;
	return t;
}

static bool
compare_row(struct flow_table *t, size_t row, const struct figures *f, const struct figures *now)
{
	double change = f->any && f->bytes > 0 ? 100 * ((double)now->bytes / (double)f->bytes - 1) : 0;
	const void *values[] = { &f->bytes, &f->packets, &f->flows, &f->mean_bps, &f->peak_bps, &f->peak_ms,
	    &f->p95_bps,
		&f->mean_pps };
	char text[32];

	if (flow_table_set_text(t, 0, row, f->span.text, strlen(f->span.text)) != FLOW_OK)
		return false;
	if (!f->any)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		flow_table_set(t, i + 1, row, values[i]);
	if (row == 0)
		return true;
	(void)snprintf(text, sizeof(text), "%+.1f %%", change);
	return flow_table_set_text(t, ARRAY_LEN(values) + 1, row, text, strlen(text)) == FLOW_OK;
}

struct flow_table *
compare_table(const struct report *r)
{
	static const struct column columns[] = {
		{ "span", "Time", FLOW_KIND_TEXT, true }, { "bytes", "Bytes", FLOW_KIND_COUNT, false },
		{ "packets", "Packets", FLOW_KIND_COUNT, false }, { "flows", "Flows", FLOW_KIND_COUNT, false },
		{ "mean_bps", "Mean", FLOW_KIND_RATE, false }, { "peak_bps", "Peak", FLOW_KIND_RATE, false },
		{ "peak_at", "Peak at", FLOW_KIND_TIME, false }, { "p95_bps", "95 %", FLOW_KIND_RATE, false },
		{ "mean_pps", "Mean packets", FLOW_KIND_RATE, false },
		{ "change", "Now against it", FLOW_KIND_TEXT, false },
	};
	size_t rows = 1;
	struct flow_table *t;
	bool good;

	for (size_t i = 0; i < PASTS; i++)
		rows += r->past[i].any;
	t = new_table("traffic against the weeks before", columns, ARRAY_LEN(columns), rows);
	good = t != NULL && compare_row(t, 0, &r->now, &r->now);
	rows = 1;
	for (size_t i = 0; i < PASTS && good; i++)
		if (r->past[i].any)
			good = compare_row(t, rows++, &r->past[i], &r->now);
	if (good)
		return t;
	flow_table_free(t);
	return NULL;
}

static bool
exporter_row(struct flow_table *t, size_t row, const struct exporter_health *e)
{
	double loss = e->lost > 0 ? 100 * (double)e->lost / ((double)e->lost + (double)e->units) : 0;
	const void *values[] = { &e->flows, &e->datagrams, &e->lost, &loss, &e->restarts, NULL, &e->clock_wrong,
		&e->times_wrong };

	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		if (values[i] != NULL)
			flow_table_set(t, i + 1, row, values[i]);
	if (e->sampling > 0)
		flow_table_set(t, 6, row, &e->sampling);
	return flow_table_set_text(t, 0, row, e->exporter, strlen(e->exporter)) == FLOW_OK;
}

struct flow_table *
exporters_table(const struct report *r)
{
	static const struct column columns[] = {
		{ "exporter", "Exporter", FLOW_KIND_TEXT, true }, { "flows", "Flows", FLOW_KIND_COUNT, false },
		{ "datagrams", "Datagrams", FLOW_KIND_COUNT, false }, { "lost", "Lost", FLOW_KIND_COUNT, false },
		{ "loss_pct", "Loss %", FLOW_KIND_PERCENT, false }, { "restarts", "Restarts", FLOW_KIND_COUNT, false },
		{ "sampling", "Sampling 1 of", FLOW_KIND_COUNT, false },
		{ "clock_wrong", "Clock wrong", FLOW_KIND_COUNT, false },
		{ "times_wrong", "Impossible times", FLOW_KIND_COUNT, false },
	};
	struct flow_table *t = new_table("exporters and losses", columns, ARRAY_LEN(columns), r->health.count);

	bool good = t != NULL;

	for (size_t i = 0; i < r->health.count && good; i++)
		good = exporter_row(t, i, &r->health.exporter[i]);
	if (good)
		return t;
	flow_table_free(t);
	return NULL;
}

static bool
direction_row(struct flow_table *t, size_t row, const struct cube *cube, const struct figures *now)
{
	const char *label = cube->dim[CUBE_DIRECTION].value[row].label;
	double seconds = (double)(cube->span.to_ms - cube->span.from_ms) / 1000, share, mean;
	struct cube_sums all = { 0, 0, 0 };

	for (size_t b = 0; b < CUBE_BINS; b++) {
		all.flows += cube->time[CUBE_DIRECTION][row][b].flows;
		all.packets += cube->time[CUBE_DIRECTION][row][b].packets;
		all.bytes += cube->time[CUBE_DIRECTION][row][b].bytes;
	}
	share = now->bytes > 0 ? 100 * (double)all.bytes / (double)now->bytes : 0;
	mean = (double)all.bytes * 8 / seconds;
	flow_table_set(t, 1, row, &all.flows);
	flow_table_set(t, 2, row, &all.packets);
	flow_table_set(t, 3, row, &all.bytes);
	flow_table_set(t, 4, row, &share);
	flow_table_set(t, 5, row, &mean);
	return flow_table_set_text(t, 0, row, label, strlen(label)) == FLOW_OK;
}

struct flow_table *
direction_table(const struct report *r)
{
	static const struct column columns[] = {
		{ "direction", "Direction", FLOW_KIND_TEXT, true }, { "flows", "Flows", FLOW_KIND_COUNT, false },
		{ "packets", "Packets", FLOW_KIND_COUNT, false }, { "bytes", "Bytes", FLOW_KIND_COUNT, false },
		{ "bytes_pct", "%", FLOW_KIND_PERCENT, false }, { "mean_bps", "Mean", FLOW_KIND_RATE, false },
	};
	struct flow_table *t = new_table("own networks", columns, ARRAY_LEN(columns), CUBE_DIRECTIONS);
	bool good = t != NULL;

	for (size_t i = 0; i < CUBE_DIRECTIONS && good; i++)
		good = direction_row(t, i, r->cube, &r->now);
	if (good)
		return t;
	flow_table_free(t);
	return NULL;
}

/* A table of the same columns with some of the rows, without one column (SIZE_MAX: with all). */
static struct flow_table *
like(const struct flow_table *t, size_t without, size_t rows)
{
	struct flow_table *out = flow_table_new(t->title);
	bool good = out != NULL;

	for (size_t c = 0; c < t->columns && good; c++)
		if (c != without)
			good = flow_table_add(out, t->column[c].name, t->column[c].label, t->column[c].kind,
			    t->column[c].key) == FLOW_OK;
	if (good)
		good = flow_table_reserve(out, rows > 0 ? rows : 1) == FLOW_OK;
	if (!good) {
		flow_table_free(out);
		return NULL;
	}
	out->period = t->period;
	out->period.rows_outside = 0;
	return out;
}

static bool
copy_row(const struct flow_table *t, size_t row, size_t without, struct flow_table *out)
{
	size_t to = 0;

	for (size_t c = 0; c < t->columns; c++) {
		const struct flow_table_column *column = &t->column[c];

		if (c == without)
			continue;
		to++;
		if (!bitmap_get(column->valid, row))
			continue;
		if (column->kind == FLOW_KIND_TEXT) {
			const struct flow_text *text = &((const struct flow_text *)column->values)[row];

			if (flow_table_set_text(out, to - 1, out->rows, text->p, text->len) != FLOW_OK)
				return false;
			continue;
		}
		flow_table_set(out, to - 1, out->rows,
		    (const uint8_t *)column->values + row * flow_kind_size(column->kind));
	}
	out->total = ++out->rows;
	return true;
}

struct flow_table *
table_of_exporter(const struct flow_table *t, const char *exporter, size_t most)
{
	size_t without = flow_table_find(t, "exporter");
	struct flow_table *out = like(t, without, t->rows < most ? t->rows : most);
	char name[ADDR_TEXT_MAX + 1];

	for (size_t r = 0; out != NULL && r < t->rows && out->rows < most; r++) {
		figures_exporter(t, r, name);
		if (strcmp(name, exporter) == 0 && !copy_row(t, r, without, out)) {
			flow_table_free(out);
			return NULL;
		}
	}
	return out;
}

struct flow_table *
table_first(const struct flow_table *t, size_t most)
{
	struct flow_table *out = like(t, SIZE_MAX, t->rows < most ? t->rows : most);

	for (size_t r = 0; out != NULL && r < t->rows && r < most; r++)
		if (!copy_row(t, r, SIZE_MAX, out)) {
			flow_table_free(out);
			return NULL;
		}
	return out;
}

struct flow_table *
table_with_average(const struct flow_table *t, const struct report_span *span, size_t most)
{
	double seconds = (double)(span->to_ms - span->from_ms) / 1000;
	struct flow_table *out = table_first(t, most);
	size_t at;

	if (out == NULL)
		return NULL;
	at = out->columns;
	if (flow_table_insert(out, at, "mean_bps", "Mean", FLOW_KIND_RATE, false) != FLOW_OK) {
		flow_table_free(out);
		return NULL;
	}
	for (size_t r = 0; r < out->rows; r++) {
		double bps = figures_value(out, "bytes", r) * 8 / seconds;

		flow_table_set(out, at, r, &bps);
	}
	return out;
}
