/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* flowstat's command line. */

#include "common/list_files.h"
#include "common/query.h"
#include "flow.h"

struct flowstat_options {
	struct query_request request;
	/* The queries: -s, -A, -a each add one; the shared settings are added at the end. */
	struct flow_agg_ask *ask;
	size_t asks;
	struct flow_detect_options detect;	/* --scans and the like */
	struct list_files lists, local;		/* --lists, --local */
	bool distribution;			/* --distribution */
	const char *alert, *alert_state;	/* --alert, --state; NULL: not given */
	bool alert_check;
	const char *format;
	struct flow_table_printer_options printer;
	const char *as_names, *if_names;	/* files; NULL: none */
	const char *title;	/* title of an HTML page; NULL: the default */
	uint64_t memory;	/* memory for all workers; 0: half of the machine's */
	uint64_t follow_s;	/* --follow; 0: once */
	bool redraw;		/* redraws in place on a terminal */
	const struct rollup_width *rollup_width;	/* --rollup; NULL: no rollups are made */
	const char *write_path;	/* -w: a file, or the directory of rollups; NULL: none */
	const char *rollups;	/* --rollups: where they are; NULL: none is used */
	bool explain;
	bool sql;		/* print the query in SQL */
	enum flow_sql_dialect dialect;
};

/* CLI_OK, or an exit status after a message; *done: help or version was printed. */
int flowstat_options_parse(int argc, char **argv, struct flowstat_options *options, bool *done);
void flowstat_options_clear(struct flowstat_options *options);
