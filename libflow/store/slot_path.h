/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Paths of slots' files. */

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
 * Makes the path of the file for the slot that begins at slot_ms, such as
 * DIRECTORY/2026/11/23/09/flowcap.202611230905.parquet, and its directories.  If the name is taken, a writer that
 * keeps existing files (store/writer.h) adds a number.  *path is allocated.  FLOW_EIO, FLOW_ENOMEM.
 */
enum flow_status flow_slot_path(const struct flow_slot_layout *layout, int64_t slot_ms, char **path,
    struct flow_error *err) NODISCARD;

/*
 * Length of the part of a file's path before the directories that a layout makes: the archive's directory and a
 * slash, "tree/" of "tree/2026/11/23/09/flowcap.202611230905.parquet".  Files of different directories with the
 * same part belong to one archive.  It is the whole directory part if no layout matches, or Hive's form does:
 * names of Hive's directories are values of rows, so that rows must stay where they are.
 */
size_t flow_slot_root(const char *path);

/* The time YYYYMMDDhhmm in a file's name, taken as UTC, in seconds since 1970; false if there is none. */
bool flow_slot_time(const char *path, int64_t *s);
