/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * An open file, or standard input read into memory: one of an archive, somebody's Parquet, or one of another
 * collector (history/old_file.h).
 */

#include "base/buf.h"
#include "history/old_file.h"
#include "parquet/file_read.h"
#include "store/profile.h"

/* Standard input, which can be read only once; zero-initialised. */
struct source_input {
	struct buf bytes;
};

struct source {
	int fd;			/* -1: in memory, or somebody else's to close */
	struct old_file *old;	/* NULL: it is Parquet, */
	struct pq_file *file;	/* and this is NULL where it is not */
	struct profile_map map;	/* of `file` */
};

/* Reads all of standard input. */
enum flow_status source_read_input(struct source_input *input, struct flow_error *err) NODISCARD;

/*
 * Opens a path ("-": what was read from standard input), reads its footer and finds
 * the columns.  Another source that is open saves work if its schema is the same; NULL: none.
 * Messages begin with the path; a file that is not there is FLOW_ENOTFOUND, and one that is something else
 * altogether is told what it is.
 */
enum flow_status source_open(struct source *source, const char *path,
    const struct source_input *input, const struct source *model, struct flow_error *err) NODISCARD;
/* The same of a file that is open already, and stays so longer than the source. */
enum flow_status source_open_fd(struct source *source, int fd, const char *path,
    const struct source *model, struct flow_error *err) NODISCARD;

struct flow_live_slot;

/* The same of a slot that is being written, which stays open longer than the source. */
enum flow_status source_open_live(struct source *source, const struct flow_live_slot *slot, const struct source *model,
    struct flow_error *err) NODISCARD;
void source_close(struct source *source);

/* The same, but FLOW_EUNSUPPORTED for files of other collectors, with what does read them. */
enum flow_status source_open_parquet(struct source *source, const char *path, const struct source_input *input,
    struct flow_error *err) NODISCARD;
