/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A table of nfdump's -s: rows of an answer, the handling of absent values, and nfdump's three formats. */

#include "nfdump/options.h"
#include "nfdump/row_counters.h"

enum statistic_value {
	STATISTIC_NUMBER,
	STATISTIC_HEX,
	STATISTIC_ADDR,
	STATISTIC_FLAGS,
	STATISTIC_MAC,
	STATISTIC_LABEL,
	STATISTIC_LATENCY,
	STATISTIC_EVENT,
	STATISTIC_TEXT,
	STATISTIC_ORG,		/* of an AS */
};

/* Direction of the packets and bytes that count. */
enum statistic_way {
	STATISTIC_BOTH,
	STATISTIC_IN,
	STATISTIC_OUT,
};

struct statistic_word {
	const char *word, *title;
	enum statistic_value value;
	bool always;
	const char *end[2];	/* NULL: only one */
};

struct statistic_order {
	const char *word;
	enum statistic_way way;
	const char *by;		/* without the direction */
};

struct statistic_question {
	const struct statistic_word *word;
	const struct statistic_order *order;
	bool by_proto, ascending;
	uint64_t limit;
	size_t tables;		/* tables of the answer, one per end */
};

struct statistic_table;

struct statistic_table *statistic_table_new(const struct statistic_question *question) NODISCARD;
void statistic_table_free(struct statistic_table *t);

/* Adds the rows of a slice of the answer. FLOW_ENOMEM. */
enum flow_status statistic_table_add(struct statistic_table *t, const struct flow_table *slice) NODISCARD;

/* Removes flows without the element, or counts them as 0 where in nfdump every flow has it; adds up ends. */
void statistic_table_settle(struct statistic_table *t);

void statistic_table_print(const struct statistic_table *t, const struct nfdump_options *options,
    const struct nfdump_totals *totals, struct buf *out);
