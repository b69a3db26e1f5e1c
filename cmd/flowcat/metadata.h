/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The files' metadata one after the other, for what is told without decoding a column. */

#include "flowcat/options.h"

struct metadata {
	const struct flow_files *files;
	size_t next;
	int status;		/* CLI_FAILURE, after messages, where files could not be read */
};

/* Sorts the files; those that were not found are told of. */
void metadata_begin(struct metadata *m, struct flowcat_options *options);

/* The next file that can be read; the summary is the caller's to clear.  False at the end. */
bool metadata_next(struct metadata *m, const char **path, struct flow_summary *summary);

/* All of them added up; the sum is the caller's to clear. */
void metadata_sum(struct metadata *m, struct flow_summary *sum);

/* Prints and releases a text; the status of the whole. */
int metadata_end(struct metadata *m, struct buf *text);
