/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * --split: writes the rows of a query to a tree of files by receive time. With
 * slots of a day, many small files become few.
 */

#include "flowcat/options.h"

/* Counts of the files' records. */
struct split_counts {
	size_t nfdump, flow_tools;		/* files */
	uint64_t flows, others, lost, damaged;	/* records of these, as store/scan.h has them */
	uint64_t filed;				/* rows */
	bool failed;				/* a part could not be read, which was reported */
};

/* Is told each file that could not be read whole. */
struct split_unread {
	void (*take)(void *context, const char *path);
	void *context;
};

/* Splits the files of the options; CLI_OK where all that could be read is filed.  unread may be NULL. */
int split_files(struct flowcat_options *options, struct split_counts *counts, const struct split_unread *unread);

int flowcat_split(struct flowcat_options *options);
