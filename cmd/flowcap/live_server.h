/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A thread that tells readers of an archive (--live of flowcat and flowstat) what the open slots hold, and flowcap
 * --check how it is: over a Unix socket in each directory that is written to, with -M in that above the exporters' (store/live_reply.h).  Whoever may
 * read the archive may ask.  Readers that ask at the same time, or within the same second, get the same answer, so that
 * it costs the same however many they are; who does not take his answer is let go.
 */

#include "flowcap/options.h"
#include "flowcap/status_report.h"

struct live_server;

/*
 * Listens and answers; NULL where that is not possible, after a log line: the collector goes on without.  As whom the
 * archive is written.
 */
struct live_server *live_server_start(const struct options *options, struct intake *intake, struct status_report *report);

/*
 * Answers no more: before the intake is finished.  Who asks from then on waits until live_server_free, so that nobody
 * takes slots that are being finished for none.  NULL is fine for both.
 */
void live_server_stop(struct live_server *s);
/* Removes the sockets, which sends those who wait to the files. */
void live_server_free(struct live_server *s);
