/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Files the journals that killed collectors left. */

#include "collect/collect.h"

struct left_sum {
	size_t unfiled;		/* journals that could not be read completely */
};

/*
 * Files all journals but those of our own run, in every directory of the options, including earlier ones
 * below `dynamic`.  False when out of memory.
 */
bool left_journals_file(const struct collect_options *options, const char *own_run,
    struct collector *collector, struct filing *filing, struct left_sum *sum);

/*
 * Feeds the collector the contents of a journal; the caller begins and ends it.  *damaged: not all could be
 * read.  FLOW_EIO, after a log line: it cannot be opened; FLOW_ENOMEM, the same.
 */
enum flow_status left_journal_read(const struct log *log, struct collector *collector,
    const char *path, bool *damaged);
