/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Where a collector keeps files that do not belong to the archive: journals, and its state of exporters.
 *
 * Engines that are given a directory read all files in it, and not all skip hidden ones (polars takes them
 * for Parquet).  So it is "ARCHIVE.state" beside the archive, if that exists or can be made, belongs to the
 * collector's user, and is on the archive's file system (a disk mounted for flows should have their journals,
 * too).  Otherwise it is the archive itself.
 */

#include "base/log.h"

/*
 * The state directory of an archive, which exists.  `asked` (NULL: none) is a directory that the user named;
 * its last component is made if missing.  Allocated; NULL after a log line.
 */
char *state_directory(const char *archive, const char *asked, const struct log *log);

/* The same for an exporter's directory of that name below the archive, made if missing. */
char *state_directory_below(const char *state, const char *name, const struct log *log);
