/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* An open file of an archive, or standard input read into memory. */

#include "base/buf.h"
#include "parquet/file_read.h"
#include "store/profile.h"

/* Standard input, which can be read only once; zero-initialised. */
struct source_input {
	struct buf bytes;
};

struct source {
	int fd;			/* -1: in memory, or somebody else's to close */
	struct pq_file *file;
	struct profile_map map;
};

/* Reads all of standard input. */
enum flow_status source_read_input(struct source_input *input, struct flow_error *err) NODISCARD;

/*
 * Opens a path ("-": what was read from standard input), reads its footer and finds
 * the columns.  Another source that is open saves work if its schema is the same; NULL: none.
 * Messages begin with the path; a file that is not there is FLOW_ENOTFOUND.
 */
enum flow_status source_open(struct source *source, const char *path,
    const struct source_input *input, const struct source *model, struct flow_error *err) NODISCARD;
/* The same of a file that is open already, and stays so longer than the source. */
enum flow_status source_open_fd(struct source *source, int fd, const char *path,
    const struct source *model, struct flow_error *err) NODISCARD;
void source_close(struct source *source);
