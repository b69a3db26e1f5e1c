/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What a file's footer tells of it: no column is decoded. */

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "store/writer.h"

struct flow_summary {
	uint64_t files, rows, groups, bytes;	/* bytes on disk */
	/*
	 * Sums of flow.stats.  Files without it, or written by another program, which may have copied it, count in
	 * `without_totals`; only their rows and times are known.
	 */
	struct flow_totals totals;
	uint64_t without_totals;
	/* Sums over the `with_losses` files that tell of losses. */
	uint64_t with_losses;
	uint64_t sequence_gaps, kernel_drops;
	char *ident;		/* common to all files; NULL: none, or they differ */
	char *exporters;	/* flow.exporters, merged over the files that are ours; NULL: none */
	char *merged;		/* flow.merged of a single file; NULL: none */
	char *created_by;	/* of a single file; NULL: unknown */
};

/* Reads a file's footer ("-": standard input).  Messages begin with the path. */
enum flow_status flow_summary_read(const char *path, struct flow_summary *summary,
    struct flow_error *err) NODISCARD;

/* The same for a file that is open for reading, and stays open; the path is for messages. */
enum flow_status flow_summary_read_fd(int fd, const char *path, struct flow_summary *summary,
    struct flow_error *err) NODISCARD;

/* Adds another summary; *summary begins zeroed. */
void flow_summary_add(struct flow_summary *summary, const struct flow_summary *more);
void flow_summary_clear(struct flow_summary *summary);
