/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * --split: the rows of a query into a tree of files by the time they were received.
 * With slots of a day, many small files become few.
 */

#include "flowcat/options.h"

/* What became of the files' records. */
struct split_counts {
	size_t nfdump, flow_tools;		/* files */
	uint64_t flows, others, lost, damaged;	/* records of these, as store/scan.h has them */
	uint64_t filed;				/* rows */
	bool failed;				/* something could not be read, which was told */
};

/* Splits what options ask for; CLI_OK where all that could be read is filed. */
int split_files(struct flowcat_options *options, struct split_counts *counts);

int flowcat_split(struct flowcat_options *options);
