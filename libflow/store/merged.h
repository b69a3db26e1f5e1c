/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Which files others hold the rows of.  Merging writes one file that takes the name of the first,
 * then removes the others; in between, and after a crash, both are there.  The one file says so in its
 * metadata, flow.merged:
 *
 *	[{"name":"flowcap.202611230805.parquet","bytes":123,"mtime_ns":456},...]
 *
 * names of files beside it, or in other directories of the same archive ("../06/flowcap.202611230600.parquet",
 * at most four times "../"), with their sizes and times, so that a later file of the same name is another one.
 * Paths are compared as they are spelled, but for "//" and "./".
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"

struct stat;

struct flow_merged {
	struct flow_merged_entry {
		char *path;
		uint64_t bytes, mtime_ns;
	} *slot;
	size_t slots, used;
};

#define FLOW_MERGED_INIT { NULL, 0, 0 }

void flow_merged_clear(struct flow_merged *m);

/* Adds what the file at `holder` says it holds; what is malformed is passed over. */
enum flow_status flow_merged_add(struct flow_merged *m, const char *holder, const char *json, size_t len)
    NODISCARD;

/* Whether some file holds that one; `st` NULL: of any size and time. */
bool flow_merged_has(const struct flow_merged *m, const char *path, const struct stat *st);

/* The i-th entry, in no order; NULL where there is none, up to m->slots. */
const struct flow_merged_entry *flow_merged_at(const struct flow_merged *m, size_t i);

/*
 * Appends an object as above for the file at `path`, after a comma unless it is the first.  Both paths are
 * spelled alike as far as they lead through the same directories.
 */
void flow_merged_append(struct buf *out, const char *holder, const char *path, const struct stat *st);
