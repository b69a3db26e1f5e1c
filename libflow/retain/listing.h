/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Lists the slot files, and the empty directories, below the directories that the user named. */

#include <sys/types.h>

#include "retain/retain.h"
#include "retain/slot_name.h"

/* A directory that the user named. */
struct retain_root {
	const char *path;
	int fd;
	dev_t dev;
	ino_t ino;
	uint64_t missing;		/* bytes still to be freed there */
};

struct retain_directory {
	char *path;			/* relative to its root, no slash at either end; "": the root */
	uint32_t root;
	uint32_t archive;		/* number of the archive that it belongs to */
	bool refused;			/* nothing can be removed there; reported once */
};

/* Millions of these may be in memory. */
struct retain_file {
	int64_t begin_ms;
	uint64_t bytes;			/* 0 without a limit of size; once removed, those on the disk */
	struct slot_name name;
	uint32_t directory;
	uint32_t group;			/* first sort key: an archive, or a file system */
	bool gone;
};

struct retain_listing {
	const struct retain_options *options;
	struct retain_sum *sum;
	struct retain_root *root;
	size_t roots;
	struct retain_directory *directory;
	size_t directories, directories_cap;
	struct retain_file *file;
	size_t files, files_cap;
	uint32_t *empty;		/* directories empty for an hour, children before parents */
	size_t empties, empties_cap;
	char **archive;			/* "ROOT path" of each */
	size_t archives, archives_cap;
};

/* Fills *list; reports problems and goes on.  FLOW_ENOMEM.  Clear the list even after a failure. */
enum flow_status retain_list(struct retain_listing *list, const char *const *directories, size_t count,
    const struct retain_options *options, struct retain_sum *sum) NODISCARD;
void retain_listing_clear(struct retain_listing *list);

/* The path of a listed file, or of a directory with a slash at its end; the caller frees it.  NULL: out of memory. */
char *retain_file_path(const struct retain_listing *list, const struct retain_file *file);
char *retain_directory_path(const struct retain_listing *list, const struct retain_directory *directory);

/* Counts a problem and passes it to options->problem. */
void retain_tell(const struct retain_options *options, struct retain_sum *sum, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Whether the caller wants to stop now. */
bool retain_stopped(const struct retain_options *options);

/*
 * Opens a directory below a root, one component at a time, so that no symlink is followed.  -1 with errno set.
 */
int retain_directory_open(const struct retain_listing *list, const struct retain_directory *directory);
