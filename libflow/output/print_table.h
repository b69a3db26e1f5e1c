/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Prints tables of results (record/result_table.h) into a buffer.
 *
 *	p = flow_table_printer_new("csv", &options, err)
 *	for each table:  begin(first slice), rows(each slice), end(last slice)
 *	flow_table_printer_finish
 *
 * Formats: text (for people), csv (RFC 4180 with LF, a header row; an empty line between tables),
 * json (one array of {"title", "rows", "totals"}; bills, spikes and series have "period_from", ...
 * too), ndjson (one object per row; "table", its title, where there are several), markdown, html (one
 * self-contained page with charts, kept in memory until finish), set (the values of the first key alone), set:cidr
 * (these as the fewest prefixes, for keys of kind ADDR or PREFIX).  In csv and ndjson, rows of bills
 * and spikes end with period_from, period_to and period_bins.  A cell without a value is empty, left
 * out of JSON, and "-" in text.
 */

#include "base/buf.h"
#include "base/status.h"
#include "record/result_table.h"
#include "time/stamp.h"

struct flow_table_printer;

/* A line at the head of a page about the query. */
struct flow_table_fact {
	const char *name, *value;
};

/* Values of another time, which a chart shows as a line; from_ms is an instant of the chart. */
struct flow_table_past {
	int64_t from_ms, width_ms;
	const double *value;
	size_t count;
};

/* Texts for one of a page's tables, besides the table's own.  Borrowed; NULL: left out. */
struct flow_table_section {
	const char *part;	/* heading of the part that begins with this table */
	const struct buf *lead;	/* HTML below this heading, unchanged */
	const char *title;	/* instead of the table's own */
	const char *command;	/* the command that prints the table */
	const struct flow_table_past *past;
	bool brief;		/* one of many charts: fewer tooltips */
};

struct flow_table_printer_options {
	bool plain_numbers;	/* text: no scaling by k, M, G */
	bool quiet;		/* text, markdown: no title, no totals */
	bool csv_safe;		/* csv: texts that spreadsheets might take for formulas get an apostrophe */
	enum stamp_zone zone;	/* of times for people */
	const char *title;	/* html: of the page; NULL: a general one */
	const struct flow_table_fact *fact;	/* html; borrowed */
	size_t facts;
	const struct buf *lead;	/* html: HTML at the head in place of facts and totals, unchanged */
	const struct flow_table_section *section;	/* html: of each table in their order */
	size_t sections;
	bool no_scripts, explorer;	/* html: see html.h, enum html_scripts */
	size_t tables;		/* how many will come; ndjson names them if there are several */
};

/* FLOW_EINVAL if there is no such format. */
enum flow_status flow_table_printer_new(const char *format,
    const struct flow_table_printer_options *options, struct flow_table_printer **out,
    struct flow_error *err) NODISCARD;
void flow_table_printer_free(struct flow_table_printer *p);

void flow_table_printer_begin(struct flow_table_printer *p, const struct flow_table *t,
    struct buf *out);
void flow_table_printer_rows(struct flow_table_printer *p, const struct flow_table *t,
    struct buf *out);
void flow_table_printer_end(struct flow_table_printer *p, const struct flow_table *t,
    struct buf *out);

/* Appends the end of the output (a closing bracket). */
void flow_table_printer_finish(struct flow_table_printer *p, struct buf *out);

/* A row's keys in one line for people, without column `time` (SIZE_MAX: none). */
void flow_table_row_label(struct flow_table_printer *p, const struct flow_table *t, size_t row, size_t time,
    struct buf *out);
