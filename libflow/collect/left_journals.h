/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Files what collectors that were killed left in their journals. */

#include "collect/collect.h"

struct left_sum {
	size_t unfiled;		/* journals that could not be read, or not whole */
};

/*
 * In every directory of the options, those that `dynamic` made before too: one journal after the
 * other, but those of our own run.  False when memory is out.
 */
bool left_journals_file(const struct collect_options *options, const char *own_run,
    struct collector *collector, struct filing *filing, struct left_sum *sum);

/*
 * Gives the collector what a journal holds; its begin and end are the caller's.  *damaged: not all
 * could be read.  FLOW_EIO, after a log line: it cannot be opened; FLOW_ENOMEM, the same.
 */
enum flow_status left_journal_read(const struct log *log, struct collector *collector,
    const char *path, bool *damaged);
