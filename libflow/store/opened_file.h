/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * An open file, or standard input read into memory: a file of an archive, any other Parquet file, or one of
 * another collector (history/old_file.h).
 */

#include "base/buf.h"
#include "history/old_file.h"
#include "parquet/file_read.h"
#include "store/hive_partition.h"
#include "store/profile.h"

/* Standard input, kept because it can be read only once; zero-initialised. */
struct source_input {
	struct buf bytes;
};

struct source {
	int fd;			/* -1: in memory, or the caller's */
	struct old_file *old;	/* NULL: it is Parquet */
	struct pq_file *file;	/* NULL: it is not */
	struct profile_map map;	/* of `file` */
	struct hive_partition *partition;	/* what its directories tell; NULL: nothing */
};

/* Reads all of standard input. */
enum flow_status source_read_input(struct source_input *input, struct flow_error *err) NODISCARD;

/*
 * Opens a path ("-": standard input as it was read), reads its footer and finds the columns.  An open source with
 * the same schema saves work; NULL: none. Messages begin with the path; a missing file is FLOW_ENOTFOUND, and the
 * message about an unknown file tells what it seems to be.
 */
enum flow_status source_open(struct source *source, const char *path,
    const struct source_input *input, const struct source *model, struct flow_error *err) NODISCARD;
/* The same for an open file, which stays open longer than the source. */
enum flow_status source_open_fd(struct source *source, int fd, const char *path,
    const struct source *model, struct flow_error *err) NODISCARD;

struct flow_live_slot;

/* The same for a slot that is being written, which stays open longer than the source. */
enum flow_status source_open_live(struct source *source, const struct flow_live_slot *slot, const struct source *model,
    struct flow_error *err) NODISCARD;
void source_close(struct source *source);

/* The same, but FLOW_EUNSUPPORTED for files of other collectors; the message tells what reads them. */
enum flow_status source_open_parquet(struct source *source, const char *path, const struct source_input *input,
    struct flow_error *err) NODISCARD;
