/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A thread that serves the contents of open slots to readers of an archive (--live of flowcat and flowstat), and the
 * collector's state to flowcap --check: over a Unix socket in each directory that is written to, with -M in the one
 * above the exporters' (store/live_reply.h).  Who may read the archive may ask.  Requests within the same second get
 * the same answer, so that the cost does not grow with readers; one that does not receive its answer is disconnected.
 */

#include "flowcap/options.h"
#include "flowcap/status_report.h"

struct live_server;

/*
 * Begins to answer; must run as the user that writes the archive.  NULL after a log line where that is not
 * possible: the collector continues without.
 */
struct live_server *live_server_start(const struct options *options, struct intake *intake,
    struct status_report *report);

/*
 * Stops answering; call it before the intake is finished.  Later requests wait until live_server_free, so
 * that slots that are being finished are not taken for missing.  NULL is fine for both.
 */
void live_server_stop(struct live_server *s);
/* Removes the sockets, so that waiting readers turn to the files. */
void live_server_free(struct live_server *s);
