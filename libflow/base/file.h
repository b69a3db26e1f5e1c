/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Files that appear only whole: a sink is written without a name (Linux, O_TMPFILE), so that nobody comes upon
 * it and nothing of it stays when the process is killed, and takes its name when it is committed.  Where the
 * file system has no such files, it has a temporary dot-name in the same directory.  A name of a device or a
 * pipe (/dev/null, /dev/stdout) is written as it is, and is replaced by nothing.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct file_sink {
	int fd;			/* open for writing; -1 when closed */
	char *path;		/* the final name; NULL once committed or aborted */
	char *temporary;	/* the name meanwhile; NULL: none */
	bool special;		/* written as it is */
};

#define FILE_SINK_INIT { -1, NULL, NULL, false }

/*
 * Creates the file in the directory of `path`, which must exist, empty.
 * Errors: FLOW_EIO, FLOW_ENOMEM.
 */
enum flow_status file_sink_open(struct file_sink *sink, const char *path,
    struct flow_error *err) NODISCARD;

/*
 * fsync, close, the final name (replacing what has it), fsync of the
 * directory.  On failure nothing is left of the file.  The sink is closed
 * either way.
 */
enum flow_status file_sink_commit(struct file_sink *sink, struct flow_error *err) NODISCARD;

/*
 * As file_sink_commit, but replaces nothing: where "dir/a.b" is taken, the name is the first of
 * "dir/a.1.b", "dir/a.2.b" ... that is free, whoever else takes names at the same time.  Where
 * `path` is not NULL, *path is the name, allocated.  FLOW_ELIMIT beyond 100000 of them.
 */
enum flow_status file_sink_commit_new(struct file_sink *sink, char **path, struct flow_error *err)
    NODISCARD;

/* A file of these bytes under that name, whole or not at all, instead of what is there.  Messages begin with the path. */
enum flow_status file_replace(const char *path, const void *bytes, size_t len, struct flow_error *err)
    NODISCARD;

/* Another descriptor of what an open sink writes, for reading alone; -1 with errno. */
int file_sink_open_again(const struct file_sink *sink);

/* Closes, and nothing is left of the file; fine on a closed sink. */
void file_sink_abort(struct file_sink *sink);

/*
 * Removes the temporary files of sinks in that directory whose writers are gone, of final names that
 * begin and end so.  A writer holds a lock (flock) on its file; where locks tell nothing, because an
 * earlier version wrote it, one whose process is there too is left alone for an hour.
 */
void file_sinks_clean(const char *directory, const char *begin, const char *end);

/* Creates a directory and those above it where they are missing (mode 0777 & ~umask). */
enum flow_status file_mkdirs(const char *path, struct flow_error *err) NODISCARD;

/* The directory part of a path ("." if it has none), newly allocated; NULL when out of memory. */
char *file_directory(const char *path);

/*
 * Reads exactly `len` bytes of fd at `offset`, across short reads and EINTR.  FLOW_EIO; FLOW_ETRUNCATED where
 * they are not there: for files whose size said that they are.  Errors have the offset.
 */
enum flow_status file_read_all_at(int fd, uint64_t offset, void *out, size_t len, struct flow_error *err)
    NODISCARD;

/* Writes all bytes to fd, across short writes and EINTR. */
enum flow_status file_write_all(int fd, const void *bytes, size_t len, struct flow_error *err)
    NODISCARD;
