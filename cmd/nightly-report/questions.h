/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What a report asks of an archive, and the tables that answer it, in one pass over the rows. */

#include "common/local_names.h"
#include "nightly-report/report_span.h"

/* Tables of a report; the first is what other times are compared by, too. */
enum report_table {
	TABLE_LOAD,		/* bins by exporter */
	TABLE_PROTO_LOAD, TABLE_SERVICE_LOAD, TABLE_IF_LOAD,
	TABLE_PROTO, TABLE_SERVICE, TABLE_SOURCE, TABLE_DESTINATION, TABLE_PAIR, TABLE_SOURCE_AS, TABLE_DESTINATION_AS,
	TABLE_IF_BILL, TABLE_AS_BILL,
	TABLE_EXPORTER_SOURCE_AS, TABLE_EXPORTER_DESTINATION_AS, TABLE_IF_SOURCE_AS,
	TABLE_SERVICE_SPIKE, TABLE_IF_SPIKE,
	TABLES
};

/* Exporters beyond are "other". */
#define EXPORTERS_SHOWN 256

struct report_answer {
	struct flow_table *table[TABLES];	/* those that were asked for; owned */
	uint64_t flows, packets, bytes;		/* that begin in the span */
	bool unreadable;			/* something could not be read; it was told */
};

/*
 * Asks for the first `count` tables of a span.  names: NULL, or what is added to tables.  CLI_OK, or CLI_FAILURE or
 * CLI_MISUSE after a message.
 */
int report_ask(struct nightly_options *options, const struct report_span *span, size_t count, const struct names *names,
    struct report_answer *answer);
void report_answer_clear(struct report_answer *answer);

/* flowstat's options that make a table, without paths and window; NULL: none make it. */
const char *report_question(enum report_table table);

/*
 * The address that sent most of what a filter (beside the report's own) selects in a span, as text of at most
 * ADDR_TEXT_MAX bytes and a NUL; empty where that is not known.
 */
void report_top_source(struct nightly_options *options, const struct report_span *span, const char *filter, char *out);
