/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Watches the directories that flowcap writes to: archives and those of journals.  Who removes one under a running
 * collector gets it back; one that cannot be made or written to is logged, and told in metrics and health.
 */

#include "base/buf.h"
#include "flow.h"

struct directory_watch;

/* Begins; the options outlive it.  NULL, after a log line, where that is not possible: flowcap goes on without. */
struct directory_watch *directory_watch_start(const struct collect_options *options);

/* Appends flowcap_directory_fault for each directory.  Any thread; NULL is fine. */
void directory_watch_put(struct directory_watch *w, struct buf *out);

void directory_watch_stop(struct directory_watch *w);
