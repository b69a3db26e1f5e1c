/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Which files' rows other files hold.  Merging writes one file that takes the name of the first, then removes the
 * others; before that, and after a crash, both exist.  The merged file lists them in its metadata, flow.merged:
 *
 *	[{"name":"flowcap.202611230805.parquet","bytes":123,"mtime_ns":456},...]
 *
 * names of files beside it, or in other directories of the same archive ("../06/flowcap.202611230600.parquet", at
 * most four times "../"), with size and time, to tell them from later files of the same name. Paths are compared
 * as text, but for "//" and "./".
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

/* Adds the flow.merged of the file at `holder`; skips malformed parts. */
enum flow_status flow_merged_add(struct flow_merged *m, const char *holder, const char *json, size_t len)
    NODISCARD;

/* Whether another file holds the rows of this one; `st` NULL: whatever its size and time. */
bool flow_merged_has(const struct flow_merged *m, const char *path, const struct stat *st);

/* The i-th entry, in no particular order; NULL for an empty slot; i < m->slots. */
const struct flow_merged_entry *flow_merged_at(const struct flow_merged *m, size_t i);

/*
 * Appends an object as above for the file at `path`, after a comma unless it is the first.  Both paths spell the
 * directories that they share alike.
 */
void flow_merged_append(struct buf *out, const char *holder, const char *path, const struct stat *st);
