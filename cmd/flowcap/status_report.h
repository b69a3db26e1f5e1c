/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The state of a running collector in Prometheus' text format 0.0.4: the ledger, queues, files, disk, settings. */

#include "flowcap/directory_watch.h"
#include "flowcap/expiry.h"
#include "flowcap/options.h"
#include "flowcap/repeat.h"

struct status_report;

/* What it reports on besides the intake; all of it outlives the report. */
struct status_parts {
	int udp;			/* the socket */
	struct expiry *expiry;		/* NULL: none, here and below */
	struct directory_watch *watch;
	const struct repeater *repeater;
};

/* For an intake, which outlives it; NULL after a log line. */
struct status_report *status_report_new(const struct options *options, struct intake *intake,
    const struct status_parts *parts);
void status_report_free(struct status_report *r);

/* Appends the text; takes two seconds where the decoder does not answer.  Any thread, until intake_finish. */
void status_report_put(struct status_report *r, struct buf *out);

/* Whether decoding has failed for good (intake_failed). */
bool status_report_failed(const struct status_report *r);
