/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A rule's query: sums over the flows that were received in a period. */

#include "flowstat/options.h"

struct alert_question {
	const char *filter;		/* NULL: all flows */
	const char *keys, *measure;	/* of flowstat */
	uint64_t limit;			/* how many of the greatest groups; 0: all */
	int64_t from_ms, to_ms;		/* received in [from, to) */
};

/* Receives rows of the answer, whose last column is the measure; CLI_OK, or an exit status after a message. */
typedef int alert_take(void *context, const struct flow_table *slice);

/* CLI_OK, or an exit status after a message; *damaged: something could not be read (which was reported). */
int alert_ask(const struct flowstat_options *options, const struct alert_question *question, alert_take *take,
    void *context, bool *damaged);

/* When the latest flow of the archive was received; false: there is none. */
bool alert_latest(struct flow_files *files, int64_t *received_ms);

/* Appends a filter of flows received in [from, to) that pass another filter (NULL: all), without an end. */
void alert_put_filter(struct buf *out, const char *filter, int64_t from_ms, int64_t to_ms);
