/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* nfdump's -s for an element: flowstat's results in nfdump's tables. */

#include "nfdump/options.h"
#include "nfdump/row_counters.h"

struct statistics;

/* Parses the statistics of the options; CLI_OK, or a status after a message. */
int statistics_open(const struct nfdump_options *options, struct statistics **statistics);
void statistics_free(struct statistics *statistics);

void statistics_fields(const struct statistics *statistics, struct flow_fieldset *fields);

/* Computes them over all rows of a query, from its beginning. */
int statistics_answer(struct statistics *statistics, struct query *query);

/* Or over rows that are fed, and then finished. */
int statistics_feed(struct statistics *statistics, const struct flow_batch *batch, const struct flow_selection *sel);
int statistics_finish(struct statistics *statistics);

/* Appends all tables; shares are of the totals. */
int statistics_print(struct statistics *statistics, const struct nfdump_totals *totals, struct buf *out);

/* The totals of the rows that were counted. */
int statistics_totals(struct statistics *statistics, struct nfdump_totals *totals);
