/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Where a collector keeps what is no file of its archive: journals, and what it knows of exporters.
 *
 * Engines that are given a directory read what they find in it, and not all of them pass over hidden files
 * (polars takes them for Parquet).  So it is a directory beside the archive, "ARCHIVE.state", where there is one, or
 * one can be made, that belongs to who runs the collector and is of the archive's file system: a disk that is mounted
 * for flows is to hold its journals, too.  Elsewhere it is the archive itself.
 */

#include "base/log.h"

/*
 * That of an archive, which exists.  `asked` (NULL: nothing) is a directory that somebody named; it is made where
 * only its last part is missing.  Allocated; NULL after a log line.
 */
char *state_directory(const char *archive, const char *asked, const struct log *log);

/* That of an exporter's directory of that name below the archive, made where it is missing.  The same. */
char *state_directory_below(const char *state, const char *name, const struct log *log);
