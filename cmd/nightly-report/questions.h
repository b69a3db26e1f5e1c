/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A report's queries, and the tables that answer them, in one pass over the rows. */

#include "common/local_names.h"
#include "nightly-report/report_span.h"

/* Tables of a report; the first is also the one to compare spans by. */
enum report_table {
	TABLE_LOAD,		/* bins by exporter */
	TABLE_PROTO_LOAD, TABLE_SERVICE_LOAD, TABLE_IF_LOAD,
	TABLE_PROTO, TABLE_SERVICE, TABLE_SOURCE, TABLE_DESTINATION, TABLE_PAIR, TABLE_SOURCE_AS, TABLE_DESTINATION_AS,
	TABLE_IF_BILL, TABLE_AS_BILL,
	TABLE_EXPORTER_SOURCE_AS, TABLE_EXPORTER_DESTINATION_AS, TABLE_IF_SOURCE_AS,
	TABLE_SERVICE_SPIKE, TABLE_IF_SPIKE,
	TABLE_SOURCE_COUNTRY, TABLE_DESTINATION_COUNTRY,	/* with --geo; else NULL */
	TABLES
};

/* Most exporters in tables; the rest is "other". */
#define EXPORTERS_SHOWN 256

struct report_answer {
	struct flow_table *table[TABLES];	/* the requested ones; owned */
	uint64_t flows, packets, bytes;		/* of flows that begin in the span */
	bool unreadable;			/* something could not be read, which was reported */
};

/*
 * Makes the first `count` tables of a span.  names: names to add to tables, or NULL.  CLI_OK, or CLI_FAILURE
 * or CLI_MISUSE after a message.
 */
int report_ask(struct nightly_options *options, const struct report_span *span, size_t count, const struct names *names,
    struct report_answer *answer);
void report_answer_clear(struct report_answer *answer);

/* flowstat's options for a table, without paths and window; NULL: there are none. */
const char *report_question(enum report_table table);

/*
 * The address that sent most of what a filter (and the report's own) selects in a span, as text of at most
 * ADDR_TEXT_MAX bytes and a NUL; empty where unknown.
 */
void report_top_source(struct nightly_options *options, const struct report_span *span, const char *filter, char *out);
