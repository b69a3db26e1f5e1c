/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The command line of nfdump 1.7, as it is: letters, their arguments, and what they exclude. */

#include "common/query.h"

enum nfdump_action {
	NFDUMP_FLOWS,		/* flows, groups or statistics */
	NFDUMP_INFO,		/* -I */
	NFDUMP_GNUPLOT,		/* -g */
	NFDUMP_CHECK,		/* -Z */
	NFDUMP_DONE,		/* -V, -h: nothing is left to do */
};

/* What -o stands for: what summaries and statistics look like follows from it, too. */
enum nfdump_mode {
	NFDUMP_FMT,
	NFDUMP_CSV,
	NFDUMP_JSON,
	NFDUMP_NDJSON,
	NFDUMP_RAW,
	NFDUMP_NULL,
};

/* As many statistics as nfdump takes. */
#define NFDUMP_STATISTICS 8

struct nfdump_options {
	enum nfdump_action action;
	struct query_request request;
	char *filter;			/* what the user asks of flows; owned */
	bool has_window;
	int64_t from_ms, to_ms;		/* flows that begin after the one and end before the other */
	enum nfdump_mode mode;
	char *format;			/* of flow_printer_new, or csv: and tokens; owned */
	bool full_ipv6, plain, quiet;
	bool aggregate;			/* flows are put together: -a, -A, -b, -B, -s record */
	bool two_way, guess;		/* -b, -B */
	const char *keys;		/* -A; NULL: the five that name a connection */
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
 * CLI_OK, or a status after a message.  As in nfdump 1.7, -h and a line that names nothing to read print the usage, and
 * misuse ends with 1, a filter that says nothing with 254.
 */
int nfdump_options_parse(int argc, char **argv, struct nfdump_options *options);
void nfdump_options_clear(struct nfdump_options *options);
