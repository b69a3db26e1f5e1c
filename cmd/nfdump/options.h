/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* nfdump 1.7's command line: its letters, their arguments, and what they exclude. */

#include "common/query.h"

enum nfdump_action {
	NFDUMP_FLOWS,		/* flows, groups or statistics */
	NFDUMP_INFO,		/* -I */
	NFDUMP_GNUPLOT,		/* -g */
	NFDUMP_CHECK,		/* -Z */
	NFDUMP_DONE,		/* -V, -h: nothing remains to be done */
};

/* What -o means, also for the form of summaries and statistics. */
enum nfdump_mode {
	NFDUMP_FMT,
	NFDUMP_CSV,
	NFDUMP_JSON,
	NFDUMP_NDJSON,
	NFDUMP_RAW,
	NFDUMP_NULL,
};

/* Most statistics, as in nfdump. */
#define NFDUMP_STATISTICS 8

struct nfdump_options {
	enum nfdump_action action;
	struct query_request request;
	char *filter;			/* the user's filter of flows; owned */
	bool has_window;
	int64_t from_ms, to_ms;		/* flows that begin after the first and end before the second */
	enum nfdump_mode mode;
	char *format;			/* of flow_printer_new, or csv: and tokens; owned */
	bool full_ipv6, plain, quiet;
	bool aggregate;			/* flows are grouped: -a, -A, -b, -B, -s record */
	bool two_way, guess;		/* -b, -B */
	const char *keys;		/* -A; NULL: the five keys of a connection */
	const char *order;		/* -O, -m; NULL: none */
	const char *post;		/* -P */
	const char *records;		/* the orders of -s record; NULL: none */
	const char *statistic[NFDUMP_STATISTICS];
	size_t statistics;
	uint64_t top;			/* -n; 0: all */
	uint64_t limit;			/* -c; UINT64_MAX: none */
	const char *write_path;		/* -w */
	struct flow_writer_options writer;
};

/*
 * CLI_OK, or a status after a message.  As in nfdump 1.7, -h and a line without input print the usage, misuse
 * exits with 1, and a wrong filter with 254.
 */
int nfdump_options_parse(int argc, char **argv, struct nfdump_options *options);
void nfdump_options_clear(struct nfdump_options *options);
