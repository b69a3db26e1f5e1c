/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* One of the files of a split, with metadata about its own rows. */

#include "flowcat/options.h"

struct split_writer {
	struct flow_writer *writer;		/* NULL: not open */
	struct exporters_tally *tally;
};

/* Opens `path`; *w must not be open.  All of these fail with a message. */
int split_writer_open(struct split_writer *w, const char *path,
    const struct flow_writer_options *options);

int split_writer_batch(struct split_writer *w, const struct flow_batch *batch,
    const struct flow_selection *rows);

/*
 * Finishes the file, if one is open.  `exporters` is the inputs' data on exporters; NULL: none, or
 * not to be written.
 */
int split_writer_close(struct split_writer *w, const char *exporters);

/* Closes and discards the file. */
void split_writer_abort(struct split_writer *w);
