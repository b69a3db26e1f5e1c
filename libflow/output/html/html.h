/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The parts of an HTML page: text that is inert, the page around the sections, and charts. */

#include <stdint.h>

#include "base/buf.h"
#include "time/stamp.h"

/* Colours of series and shares that the style sheet has; the last one stands for the rest. */
#define HTML_COLOURS 8
#define HTML_REST (HTML_COLOURS - 1)

/* Appends text as content or attribute value: markup and control characters do nothing. */
void html_text(struct buf *out, const char *text, size_t len);

/* A table's title with its columns in people's words. */
void html_title(struct buf *out, const char *title);

/* From the document's beginning to its <main>; `title` as it is, not escaped. */
void html_page_begin(struct buf *out, const char *title);
/* The end of <main> and of the document. */
void html_page_end(struct buf *out);

/* A labelled value of a bar chart; text is pretty already, all of it not escaped. */
struct html_bar {
	char label[96], text[32];
	double value;
};

/*
 * Bars, the longest as wide as there is room; bar i links to the element "ID-i".  Nothing where
 * no value is above 0.
 */
void html_bars(struct buf *out, const char *id, const struct html_bar *bar, size_t count);

/*
 * One bar of shares of `whole`, and what the bars leave of it as "others"; nothing where the bars
 * are more than the whole.
 */
void html_shares(struct buf *out, const char *about, const struct html_bar *bar, size_t count,
    double whole);

/* Values over time: values[t * keys + k], times ascending. */
struct html_series {
	const char *about;	/* what the values are: "bits per second" */
	const char *id;		/* unique in the page */
	size_t keys;		/* at most HTML_COLOURS; the last may be the rest */
	const struct html_bar *key;	/* labels; values are sums */
	bool has_rest;
	size_t times;
	const int64_t *time_ms;
	const double *values;
	enum stamp_zone zone;
};

/* Stacked areas with axes and a legend, then a line chart "ID-k" for each key to be opened. */
void html_series(struct buf *out, const struct html_series *s);
