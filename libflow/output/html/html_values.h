/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Collects a series from its rows: numbers its keys, sorts values by instant; the result is a chart. */

#include "output/html/html.h"
#include "output/html/html_times.h"
#include "output/table/table_format.h"

/* Longer labels are cut. */
#define HTML_LABEL_MAX 96

struct html_values {
	size_t measure, time;	/* columns; SIZE_MAX: none */
	size_t keys;
	bool has_rest;
	char label[HTML_COLOURS][HTML_LABEL_MAX];
	struct html_times times;
};

void html_values_clear(struct html_values *v);

/* Finds the columns that matter; `time` is SIZE_MAX where the table is no series. */
void html_values_begin(struct html_values *v, const struct flow_table *t);

void html_values_row(struct html_values *v, struct flow_table_printer *p, const struct flow_table *t, size_t row);

/*
 * Fills the data of a chart; `label` has room for HTML_COLOURS.  `past` (may be NULL) is aligned into
 * *aligned, which the caller frees.  False where there is nothing to draw.
 */
bool html_values_series(struct html_values *v, const struct flow_table *t, const struct flow_table_past *past,
    const char *label[HTML_COLOURS], double **aligned, struct html_series *s);
