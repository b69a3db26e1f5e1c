/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Where the file of a slot goes. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "time/partition.h"

struct flow_slot_layout {
	const char *directory;		/* of the archive; exists */
	enum partition_layout layout;
	uint32_t slot_s;
	enum stamp_zone zone;
};

/*
 * DIRECTORY/2026/11/23/09/flowcap.202611230905.parquet for the slot that begins at slot_ms; makes the
 * directories.  A writer that keeps what exists (store/writer.h) adds a number where that is taken.
 * *path is allocated.  FLOW_EIO, FLOW_ENOMEM.
 */
enum flow_status flow_slot_path(const struct flow_slot_layout *layout, int64_t slot_ms, char **path,
    struct flow_error *err) NODISCARD;

/*
 * The bytes of a file's path before the directories that its slot has in some layout: the archive's directory and a
 * slash, "tree/" of "tree/2026/11/23/09/flowcap.202611230905.parquet".  Files of different directories with the same
 * beginning are of one archive.  It is all of the file's directory where that is not a slot's, or of Hive's form:
 * there the names of directories are values of rows, and rows must stay where they are.
 */
size_t flow_slot_root(const char *path);

/*
 * The instant that YYYYMMDDhhmm in a file's name stands for, taken for UTC, in seconds since 1970; false if there
 * is none.
 */
bool flow_slot_time(const char *path, int64_t *s);
