/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The source files of a rollup, which its metadata list under the key flow.rollup:
 *
 *	{"width":"1h","table":"as","sources":[
 *	    {"name":"flowcap.202611230805.parquet","bytes":123,"mtime_ns":456,"rows":789},...]}
 *
 * Two files are the same if name (without directories), size and mtime are; rewriting a file changes its mtime. rows is
 * the number of rows when it was read (0: not known), for people and checks.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"
#include "rollup/rollup_table.h"

struct rollup_file {
	char *name;		/* without directories */
	uint64_t bytes, mtime_ns, rows;
};

/* A list, and a hash table of names into it. */
struct rollup_files {
	struct rollup_file *file;
	size_t count, cap;
	uint32_t *slot;		/* index in the list + 1; 0: empty */
	size_t slots;
};

#define ROLLUP_FILES_INIT { .file = NULL }
#define ROLLUP_FILES_NONE SIZE_MAX

void rollup_files_clear(struct rollup_files *files);

/* Adds the file at that path, with its size and mtime of now. FLOW_EIO, FLOW_ENOMEM. */
enum flow_status rollup_files_add(struct rollup_files *files, const char *path, struct flow_error *err) NODISCARD;

/* The index of the same file in the list; ROLLUP_FILES_NONE. */
size_t rollup_files_find(const struct rollup_files *files, const struct rollup_file *file);

/* Appends the JSON text of flow.rollup. */
void rollup_files_tell(const struct rollup_files *files, enum rollup_table table, const struct rollup_width *width,
    struct buf *out);

/*
 * Reads the source files of the rollup at `path`. FLOW_ENOTFOUND: not a rollup, or of another table or width;
 * FLOW_EIO, ...: it cannot be read; FLOW_ENOMEM. Messages begin with the path.
 */
enum flow_status rollup_files_of(const char *path, enum rollup_table table, const struct rollup_width *width,
    struct rollup_files *files, struct flow_error *err) NODISCARD;

/* "DIRECTORY/1h/as", or the path of the file in it whose period begins at begin_ms; NULL when out of memory. */
char *rollup_directory(const char *directory, enum rollup_table table, const struct rollup_width *width) NODISCARD;
char *rollup_path(const char *directory, enum rollup_table table, const struct rollup_width *width, int64_t begin_ms)
    NODISCARD;

/*
 * The beginning of the period that a file of flows belongs to: by the time in its name, taken as UTC, else by its first
 * receive time. It decides only which files are rolled up together. False, and *err, if the file cannot be read.
 */
bool rollup_period(const char *path, const struct rollup_width *width, int64_t *begin_ms, struct flow_error *err);
