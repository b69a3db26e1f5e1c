/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The files' metadata one after the other, for what is told without decoding a column.
 *
 *	metadata_begin(&m, options)
 *	do { begin anew; while (metadata_next(&m, &path, &one)) ... } while (metadata_again(&m))
 *	metadata_end(&m, &text)
 */

#include "flowcat/options.h"

struct metadata {
	struct flow_files *files;
	size_t next;
	struct flow_merged merged;	/* files that one before them holds */
	bool vanished;			/* the last round met a file that is no more */
	unsigned rounds;
	int status;		/* CLI_FAILURE, after messages, where files could not be read */
};

/* Sorts the files. */
void metadata_begin(struct metadata *m, struct flowcat_options *options);

/*
 * The next file that can be read; the summary is the caller's to clear.  A file that another one
 * holds the rows of is passed over.  False at the end.
 */
bool metadata_next(struct metadata *m, const char **path, struct flow_summary *summary);

/*
 * Whether files were merged or removed meanwhile, so that what was read is to be thrown away: they
 * are listed again, and the next one is the first.
 */
bool metadata_again(struct metadata *m);

/* All of them added up; the sum is the caller's to clear. */
void metadata_sum(struct metadata *m, struct flow_summary *sum);

/* Prints and releases a text; the status of the whole.  Files that were not found are told of. */
int metadata_end(struct metadata *m, struct buf *text);
