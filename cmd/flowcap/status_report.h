/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* How a running collector is, as of now, in Prometheus' text format 0.0.4: the ledger, queues, files, disk, settings. */

#include "flowcap/options.h"

struct status_report;

/* Of an intake that outlives it, and its UDP socket; NULL after a log line. */
struct status_report *status_report_new(const struct options *options, struct intake *intake, int udp);
void status_report_free(struct status_report *r);

/* Appends the text.  It takes two seconds where who decodes does not answer.  Any thread, until intake_finish. */
void status_report_put(struct status_report *r, struct buf *out);

/* Whether nothing can be decoded any more (intake_failed). */
bool status_report_failed(const struct status_report *r);
