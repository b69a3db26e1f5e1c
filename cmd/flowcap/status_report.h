/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The state of a running collector in Prometheus' text format 0.0.4: the ledger, queues, files, disk, settings. */

#include "flowcap/directory_watch.h"
#include "flowcap/expiry.h"
#include "flowcap/options.h"

struct status_report;

/*
 * For an intake, its expiry (NULL: none) and a watch (NULL: none), which outlive it, and its UDP socket; NULL
 * after a log line.
 */
struct status_report *status_report_new(const struct options *options, struct intake *intake, int udp,
    struct expiry *expiry, struct directory_watch *watch);
void status_report_free(struct status_report *r);

/* Appends the text; takes two seconds where the decoder does not answer.  Any thread, until intake_finish. */
void status_report_put(struct status_report *r, struct buf *out);

/* Whether decoding has failed for good (intake_failed). */
bool status_report_failed(const struct status_report *r);
