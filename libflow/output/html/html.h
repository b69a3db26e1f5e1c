/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Parts of an HTML page: escaped text, numbers, the frame around the sections, and charts. */

#include <stdint.h>

#include "base/buf.h"
#include "time/stamp.h"

/* Number of colours of series in the style sheet; the last one is for the rest. */
#define HTML_COLOURS 8
#define HTML_REST (HTML_COLOURS - 1)

/* Appends text as content or attribute value; markup and control characters are made inert. */
void html_text(struct buf *out, const char *text, size_t len);
/* The same of a text that ends in NUL. */
void html_string(struct buf *out, const char *text);

/* A table's title, with words for its columns. */
void html_title(struct buf *out, const char *title);

/* A number with three significant places, a letter and a unit: "1.53 Gb/s", "820 B", "12 k". */
void html_scaled(struct buf *out, double v, const char *unit);

/* The unit of a column by its name: "bytes" is in B, "bps" in b/s, "pps" in p/s, others have "". */
const char *html_unit(const char *name);

enum html_scripts {
	HTML_NO_SCRIPT,
	HTML_SCRIPT,		/* sortable tables, tooltips of charts */
	HTML_EXPLORER,		/* and explore.js, on the elements with the ids "cube" and "explore" */
};

/*
 * Appends the document up to its <main>; `title` is not escaped yet.  The Content-Security-Policy allows only
 * the page's own style and scripts, by their SHA-256.
 */
void html_page_begin(struct buf *out, const char *title, enum html_scripts scripts);
/* The end of <main> and of the document. */
void html_page_end(struct buf *out, enum html_scripts scripts);

/* Values over time: values[t * keys + k], times ascending. */
struct html_series {
	const char *about;	/* what the values are: "bits per second" */
	const char *unit;	/* "b/s" */
	const char *id;		/* unique in the page */
	size_t keys;		/* at most HTML_COLOURS; the last may be the rest */
	const char *const *label;	/* of each key, not escaped */
	bool has_rest;
	size_t times;
	const int64_t *time_ms;
	int64_t width_ms;	/* of a bin; the chart ends where the last one does */
	const double *values;
	const double *past;	/* for each time the sum a week before, below 0 where there is none; NULL: unknown */
	size_t points;		/* most places with a tooltip */
	enum stamp_zone zone;
};

/*
 * Most places with a tooltip: more are narrower than a pixel on most screens, and make the page large.  Pages
 * with many charts use fewer.
 */
#define HTML_POINTS 288
#define HTML_POINTS_BRIEF 96

/* Stacked areas with axes, the peak marked, and a line for the past; each bin has a tooltip with its values. */
void html_chart(struct buf *out, const struct html_series *s);

/* A table of its keys: an area, mean, 95th percentile, peak and its time.  Row k has the id "ID-k". */
void html_series_table(struct buf *out, const struct html_series *s);

/* An area of `count` values without axes, as an <svg>; nothing where none is above 0. */
void html_spark(struct buf *out, const double *values, size_t count, size_t stride);
