/* SPDX-License-Identifier: BSD-2-Clause */
#include "output/html/html_values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/html/html_rows.h"

void
html_values_clear(struct html_values *v)
{
	html_times_clear(&v->times);
	*v = (struct html_values){ .measure = SIZE_MAX, .time = SIZE_MAX };
}

/* Rates of bins, else the first number. */
static size_t
choose_measure(const struct flow_table *t)
{
	static const char *const names[] = { "bps", "bytes", "flows" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		size_t c = flow_table_find(t, names[i]);

		if (c < t->columns && !t->column[c].key)
			return c;
	}
	for (size_t c = 0; c < t->columns; c++)
		if (!t->column[c].key && flow_kind_is_number(t->column[c].kind) && t->column[c].kind != FLOW_KIND_TIME)
			return c;
	return SIZE_MAX;
}

void
html_values_begin(struct html_values *v, const struct flow_table *t)
{
	html_values_clear(v);
	if (strncmp(t->title, "spikes", 6) == 0)
		return;
	for (size_t c = 0; c < t->columns && v->time == SIZE_MAX; c++)
		if (t->column[c].key && t->column[c].kind == FLOW_KIND_TIME)
			v->time = c;
	if (v->time != SIZE_MAX)
		v->measure = choose_measure(t);
}

/* The key's number; after HTML_REST keys all others share the last one. */
static size_t
key_of(struct html_values *v, const char *label, bool rest)
{
	if (!rest) {
		for (size_t k = 0; k < v->keys; k++)
			if (strcmp(v->label[k], label) == 0)
				return k;
		if (v->keys < HTML_REST) {
			(void)snprintf(v->label[v->keys], HTML_LABEL_MAX, "%s", label);
			return v->keys++;
		}
	}
	v->has_rest = true;
	return HTML_REST;
}

void
html_values_row(struct html_values *v, struct flow_table_printer *p, const struct flow_table *t, size_t row)
{
	char label[HTML_LABEL_MAX];
	double *values;

	if (v->measure == SIZE_MAX || !table_has(t, v->time, row))
		return;
	values = html_times_at(&v->times, ((const int64_t *)t->column[v->time].values)[row]);
	if (values == NULL)
		return;
	html_row_label(p, t, row, v->time, label, sizeof(label));
	values[key_of(v, label, t->rest != NULL && bitmap_get(t->rest, row))] +=
	    html_real_value(t, v->measure, row);
}

/* A row of values gets as many as there are keys. */
static void
close_ranks(struct html_values *v, size_t keys)
{
	for (size_t i = 0; i < v->times.count; i++)
		for (size_t k = 0; k < keys; k++)
			v->times.values[i * keys + k] = v->times.values[i * HTML_COLOURS +
			    (v->has_rest && k == v->keys ? HTML_REST : k)];
}

/* The past's values at the series' instants; NULL where it has none of them. */
static double *
align(const struct html_values *v, const struct flow_table_past *past)
{
	double *values = past != NULL ? calloc(v->times.count, sizeof(*values)) : NULL;
	bool any = false;

	for (size_t t = 0; values != NULL && t < v->times.count; t++) {
		int64_t at = v->times.time_ms[t] - past->from_ms, bin = past->width_ms > 0 ? at / past->width_ms : -1;

		values[t] = at >= 0 && bin >= 0 && (uint64_t)bin < past->count ? past->value[bin] : -1;
		any |= values[t] > 0;
	}
	if (!any) {
		free(values);
		return NULL;
	}
	return values;
}

static int64_t
width_of(const struct html_values *v, const struct flow_table *t)
{
	const struct html_times *times = &v->times;

	if (t->period.known && t->period.width_ms > 0)
		return t->period.width_ms;
	return times->count > 1 ? times->time_ms[1] - times->time_ms[0] : 1;
}

bool
html_values_series(struct html_values *v, const struct flow_table *t, const struct flow_table_past *past,
    const char *label[HTML_COLOURS], double **aligned, struct html_series *s)
{
	size_t keys = v->keys + v->has_rest;
	const char *name;

	*aligned = NULL;
	if (v->measure == SIZE_MAX || v->times.count == 0 || !html_times_finish(&v->times))
		return false;
	name = t->column[v->measure].name;
	if (v->has_rest)
		(void)snprintf(v->label[v->keys], HTML_LABEL_MAX, "other");
	close_ranks(v, keys);
	for (size_t k = 0; k < keys; k++)
		label[k] = v->label[k];
	*aligned = align(v, past);
	s->about = strcmp(name, "bps") == 0 ? "bits per second" : strcmp(name, "pps") == 0 ? "packets per second" :
	    t->column[v->measure].label;
	s->unit = html_unit(name);
	s->keys = keys;
	s->label = label;
	s->has_rest = v->has_rest;
	s->times = v->times.count;
	s->time_ms = v->times.time_ms;
	s->width_ms = width_of(v, t);
	s->values = v->times.values;
	s->past = *aligned;
	return true;
}
