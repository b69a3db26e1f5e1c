/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What the printers of tables share. */

#include "net/addr_range.h"
#include "output/print_table.h"

struct table_format {
	const char *name;
	void (*begin)(struct flow_table_printer *p, const struct flow_table *t, struct buf *out);
	void (*rows)(struct flow_table_printer *p, const struct flow_table *t, struct buf *out);
	void (*end)(struct flow_table_printer *p, const struct flow_table *t, struct buf *out);
	void (*finish)(struct flow_table_printer *p, struct buf *out);
	void (*free)(struct flow_table_printer *p);	/* frees the format's own data; may be NULL */
};

extern const struct table_format table_text, table_csv, table_json, table_ndjson, table_markdown,
    table_html, table_set, table_set_cidr;

struct flow_table_printer {
	const struct table_format *format;
	struct flow_table_printer_options options;
	size_t tables;		/* begun so far */
	uint64_t rows;		/* of this table, so far */
	struct stamp_cache stamps;
	struct buf cells;	/* text: one slice */
	uint32_t *width;	/* text: by column */
	size_t columns;
	struct table_html *html;
	struct addr_range *range;	/* set:cidr: of the table so far */
	size_t ranges, ranges_cap;
};

static inline bool
table_has(const struct flow_table *t, size_t column, size_t row)
{
	return bitmap_get(t->column[column].valid, row);
}

/* Whether a cell shows "other". */
static inline bool
table_is_rest(const struct flow_table *t, size_t column, size_t row)
{
	return t->column[column].key && t->rest != NULL && bitmap_get(t->rest, row) &&
	    !table_has(t, column, row);
}

/* A value for programs, not escaped; nothing where there is none. */
void table_plain(struct flow_table_printer *p, const struct flow_table *t, size_t column,
    size_t row, struct buf *out);

/* A value for people, "-" where there is none. */
void table_pretty(struct flow_table_printer *p, const struct flow_table *t, size_t column,
    size_t row, struct buf *out);

/* A note's value for programs or for people. */
void table_note(struct flow_table_printer *p, const struct flow_table_note *n, bool pretty,
    struct buf *out);

/* The period in one line for people, without its end; nothing where the table has none. */
void table_period(struct flow_table_printer *p, const struct flow_table *t, struct buf *out);

/* For formats that repeat the period in each row: the name of its i-th value, and the value for programs. */
enum { PERIOD_FROM, PERIOD_TO, PERIOD_BINS, PERIOD_VALUES };
extern const char *const table_period_name[PERIOD_VALUES];
bool table_period_in_rows(const struct flow_table *t);
void table_period_value(struct flow_table_printer *p, const struct flow_table *t, int i,
    struct buf *out);

/* The notes in one line for people; nothing if the printer is quiet. */
void table_totals(struct flow_table_printer *p, const struct flow_table *t, struct buf *out);

/* Whether JSON takes the kind without quotes. */
bool table_is_bare(enum flow_kind kind);

/* Whether column c is the share of the column before it: printed with it. */
bool table_is_share(const struct flow_table *t, size_t c);

/* Whether column c is the name for the number in the column before it: printed with it. */
bool table_is_name(const struct flow_table *t, size_t c);
