/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The tables of a report in the order of display, with their parts, headings and commands. */

#include "nightly-report/findings.h"

struct section {
	const struct flow_table *table;
	struct flow_table *owned;	/* the same, if made for the report; NULL: it belongs to the answer */
	char part[128], title[128];	/* "": none, the table's own */
	char *command;			/* owned; NULL: none */
	enum report_table from;		/* TABLES: none of them */
	bool past;			/* a chart that also shows the past */
	bool brief;			/* one of many charts */
};

struct sections {
	struct section *list;
	size_t count, cap;
};

/* Even after FLOW_ENOMEM the result may be cleared. */
enum flow_status sections_make(const struct report *report, struct sections *sections) NODISCARD;
void sections_clear(struct sections *sections);

/* Appends the beginning of flowstat commands for the report's archive: flowstat -r ... */
void sections_command(const struct report *report, struct buf *out);
