/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What there is below the directories that were named: files of slots, and empty directories. */

#include <sys/types.h>

#include "retain/retain.h"
#include "retain/slot_name.h"

/* One that was named. */
struct retain_root {
	const char *path;
	int fd;
	dev_t dev;
	ino_t ino;
	uint64_t missing;		/* bytes that are not free there, and should be */
};

struct retain_directory {
	char *path;			/* below its root, without slashes at its ends; "" the root itself */
	uint32_t root;
	uint32_t archive;		/* number of the archive that it belongs to */
	bool refused;			/* nothing can be removed there; that was told */
};

/* Millions of these may be in memory. */
struct retain_file {
	int64_t begin_ms;
	uint64_t bytes;			/* 0 where sizes were not asked for; once gone, of the disk */
	struct slot_name name;
	uint32_t directory;
	uint32_t group;			/* what it is sorted by first: an archive, or a file system */
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
	uint32_t *empty;		/* directories without any entry for an hour, what is below first */
	size_t empties, empties_cap;
	char **archive;			/* "ROOT path" of each */
	size_t archives, archives_cap;
};

/* Lists; problems are told.  FLOW_ENOMEM.  Clear it whatever comes. */
enum flow_status retain_list(struct retain_listing *list, const char *const *directories, size_t count,
    const struct retain_options *options, struct retain_sum *sum) NODISCARD;
void retain_listing_clear(struct retain_listing *list);

/* The path of a file of the list, or of a directory with a slash at its end, allocated; NULL without memory. */
char *retain_file_path(const struct retain_listing *list, const struct retain_file *file);
char *retain_directory_path(const struct retain_listing *list, const struct retain_directory *directory);

/* Tells of a problem. */
void retain_tell(const struct retain_options *options, struct retain_sum *sum, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Whether it is to end now. */
bool retain_stopped(const struct retain_options *options);

/*
 * Opens a directory below a root, name by name, so that no link leads elsewhere.  -1 with errno set.
 */
int retain_directory_open(const struct retain_listing *list, const struct retain_directory *directory);
