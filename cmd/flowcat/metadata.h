/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Reads the metadata of files in sequence, for tasks that decode no column.
 *
 *	metadata_begin(&m, options)
 *	do { begin anew; while (metadata_next(&m, &path, &one)) ... } while (metadata_again(&m))
 *	metadata_end(&m, &text)
 */

#include "flowcat/options.h"

struct metadata {
	struct flow_files *files;
	size_t next;
	struct flow_merged merged;	/* files that an earlier one holds */
	bool vanished;			/* a file vanished in the last round */
	unsigned rounds;
	int status;		/* CLI_FAILURE, after messages, where files could not be read */
};

/* Sorts the files. */
void metadata_begin(struct metadata *m, struct flowcat_options *options);

/*
 * The next readable file; the caller clears the summary.  Files whose rows another one holds are skipped.
 * False at the end.
 */
bool metadata_next(struct metadata *m, const char **path, struct flow_summary *summary);

/*
 * Whether files were merged or removed in the meantime, so that the results must be discarded: lists them
 * again and restarts.
 */
bool metadata_again(struct metadata *m);

/* The sum of all; the caller clears it. */
void metadata_sum(struct metadata *m, struct flow_summary *sum);

/* Prints and releases a text, and reports missing files; returns the final status. */
int metadata_end(struct metadata *m, struct buf *text);
