/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The tables of a report in the order in which they are shown, with their parts, headings and commands. */

#include "nightly-report/findings.h"

struct section {
	const struct flow_table *table;
	struct flow_table *owned;	/* the same where it was made for the report; NULL: it is the answer's */
	char part[128], title[128];	/* "": none, the table's own */
	char *command;			/* owned; NULL: none */
	enum report_table from;		/* TABLES: of none of them */
	bool past;			/* a chart that the past is shown in */
	bool brief;			/* one of many charts */
};

struct sections {
	struct section *list;
	size_t count, cap;
};

/* FLOW_ENOMEM leaves something that may be cleared. */
enum flow_status sections_make(const struct report *report, struct sections *sections) NODISCARD;
void sections_clear(struct sections *sections);

/* Appends what a flowstat command over the report's archive begins with: flowstat -r ... */
void sections_command(const struct report *report, struct buf *out);
