/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Files that appear only when they are complete.  A sink is written without a name (Linux, O_TMPFILE), so
 * that nobody sees it and nothing is left when the process is killed; committing it gives it its name.  Where
 * the file system has no unnamed files, it has a temporary dot-name in the same directory.  A device or a
 * pipe (/dev/null, /dev/stdout) is written directly, and is never replaced.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct file_sink {
	int fd;			/* open for writing; -1 when closed */
	char *path;		/* the final name; NULL once committed or aborted */
	char *temporary;	/* the temporary name; NULL: none */
	bool special;		/* a device or a pipe, written directly */
};

#define FILE_SINK_INIT { -1, NULL, NULL, false }

/*
 * Creates the file in the directory of `path`, which must exist, empty.
 * Errors: FLOW_EIO, FLOW_ENOMEM.
 */
enum flow_status file_sink_open(struct file_sink *sink, const char *path,
    struct flow_error *err) NODISCARD;

/*
 * fsync, close, rename to the final name (replacing a file of that name), fsync
 * of the directory.  On failure nothing is left of the file.  The sink is closed
 * either way.
 */
enum flow_status file_sink_commit(struct file_sink *sink, struct flow_error *err) NODISCARD;

/*
 * As file_sink_commit, but replaces nothing: where "dir/a.b" exists, the name is the first of "dir/a.1.b",
 * "dir/a.2.b" ... that is free, also while other processes take names.  Where `path` is not NULL, *path is
 * the name, allocated.  FLOW_ELIMIT beyond 100000 of them.
 */
enum flow_status file_sink_commit_new(struct file_sink *sink, char **path, struct flow_error *err)
    NODISCARD;

/*
 * Writes a file of these bytes, replacing the one of that name; all or nothing.  Messages begin with the
 * path.
 */
enum flow_status file_replace(const char *path, const void *bytes, size_t len, struct flow_error *err)
    NODISCARD;

/* A second, read-only descriptor of the file of an open sink; -1 with errno. */
int file_sink_open_again(const struct file_sink *sink);

/* Closes the sink and removes the file; fine on a closed sink. */
void file_sink_abort(struct file_sink *sink);

/*
 * Removes the temporary files in that directory whose writers are gone, of final names that begin with
 * `begin` and end with `end`.  A writer holds a lock (flock) on its file.  Earlier versions did not, so an
 * unlocked file whose process still exists is kept until it is an hour old.
 */
void file_sinks_clean(const char *directory, const char *begin, const char *end);

/* The same of this final name alone: what killed runs left of the file. */
void file_sinks_clean_of(const char *path);

/*
 * A file without a name for data of this process alone, open for reading and writing; it goes with its last
 * descriptor, however the process ends.  -1: *err says why, and names the directory.
 */
int file_open_scratch(const char *directory, struct flow_error *err) NODISCARD;

/* Creates a directory and those above it where they are missing (mode 0777 & ~umask). */
enum flow_status file_mkdirs(const char *path, struct flow_error *err) NODISCARD;

/* The directory part of a path ("." if it has none), newly allocated; NULL when out of memory. */
char *file_directory(const char *path);

/*
 * Reads exactly `len` bytes of fd at `offset`, across short reads and EINTR.  FLOW_EIO; FLOW_ETRUNCATED where
 * the file ends before, although its size said otherwise.  Errors have the offset.
 */
enum flow_status file_read_all_at(int fd, uint64_t offset, void *out, size_t len, struct flow_error *err)
    NODISCARD;

/* Writes all bytes to fd, across short writes and EINTR. */
enum flow_status file_write_all(int fd, const void *bytes, size_t len, struct flow_error *err)
    NODISCARD;
