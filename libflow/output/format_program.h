/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A compiled format, and how parsers of formats build it. */

#include "output/cell_column.h"

/* Most columns: more are a mistake, and each costs memory in every thread. */
#define PROGRAM_COLUMNS_MAX 1024

struct flow_printer {
	struct column *column;
	size_t count;
	struct buf literal;	/* text that waits for the next column */
	struct buf open;	/* before each row */
	struct buf close;	/* after each row */
	size_t trim;		/* bytes of the last column's `after` to drop before `close` */
	struct buf header;	/* before the rows */
	struct buf footer;	/* after the rows */
	size_t first_skip;
	bool commas;		/* csv: a comma after each column but the last, LF after that */
	bool nothing;		/* print nothing at all */
	bool ordered;
	bool wants_names;
	struct flow_fieldset fields;
	struct flow_printer_options options;
	struct buf ident;	/* the text that options.ident was */
};

/*
 * Adds a column, zeroed except for field and second (none) and the options'
 * settings, with the waiting literal as its `before`; NULL with *err filled when
 * out of memory or of columns.  Valid until the next one.
 */
struct column *program_column(struct flow_printer *p, struct flow_error *err);

/* Parses nfdump's format text into columns and the header line; offsets count from `base`. */
enum flow_status fmt_compile(struct flow_printer *p, const char *text, size_t len, size_t base,
    struct flow_error *err) NODISCARD;

/*
 * The names of our columns for a % token (with its %), joined by commas; NULL if it is only for fmt:
 * or there is no such token, which *why explains.
 */
#define FMT_WHY_ROOM 96
const char *fmt_token_names(const char *token, size_t len, char room[FMT_WHY_ROOM], const char **why);
