/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The parts of an HTML page: text that is inert, numbers, the page around the sections, and charts. */

#include <stdint.h>

#include "base/buf.h"
#include "time/stamp.h"

/* Colours of series that the style sheet has; the last one stands for the rest. */
#define HTML_COLOURS 8
#define HTML_REST (HTML_COLOURS - 1)

/* Appends text as content or attribute value: markup and control characters do nothing. */
void html_text(struct buf *out, const char *text, size_t len);
/* The same of a text that ends in NUL. */
void html_string(struct buf *out, const char *text);

/* A table's title with its columns in people's words. */
void html_title(struct buf *out, const char *title);

/* A number with three significant places, a letter and a unit: "1.53 Gb/s", "820 B", "12 k". */
void html_scaled(struct buf *out, double v, const char *unit);

/* The unit of a column by its name: "bytes" is in B, "bps" in b/s, "pps" in p/s, others have "". */
const char *html_unit(const char *name);

enum html_scripts {
	HTML_NO_SCRIPT,
	HTML_SCRIPT,		/* tables sort, charts are read at the pointer */
	HTML_EXPLORER,		/* and what explore.js makes of the elements with the ids "cube" and "explore" */
};

/*
 * From the document's beginning to its <main>; `title` as it is, not escaped.  The page's own style and scripts are
 * allowed by their SHA-256 in a Content-Security-Policy, and nothing else.
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
	const double *past;	/* sums of a week before for each time, below 0 where there are none; NULL: unknown */
	size_t points;		/* most places that tell values when pointed at */
	enum stamp_zone zone;
};

/* More are narrower than a pixel on most screens, and make a heavy page; where a page has many charts fewer are enough. */
#define HTML_POINTS 288
#define HTML_POINTS_BRIEF 96

/* Stacked areas with axes, the peak marked, a line of the past; each bin says its values when pointed at. */
void html_chart(struct buf *out, const struct html_series *s);

/* What its keys have: an area of each, mean, 95th percentile, peak and when.  Row k has the id "ID-k". */
void html_series_table(struct buf *out, const struct html_series *s);

/* An area of `count` values without axes, as an <svg>; nothing where none is above 0. */
void html_spark(struct buf *out, const double *values, size_t count, size_t stride);
