/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Removes files from archives that are too old, or exceed a limit of size.
 *
 * There is no state file: each run looks at what exists, so an interrupted or repeated run does no harm.
 * Only regular files with flowcap's names (slot_name.h) are removed, the oldest first, by the end of their
 * data: a file of a day that --compact made is removed when its day is too old.  A file that ends in the
 * future (the clock was wrong, perhaps) is never removed.  Directories that are parts of a date are removed
 * with their last file.
 *
 * A directory with an entry named .keep is spared with all that is below; so are names that begin with a dot,
 * targets of symlinks, and other file systems mounted below a named directory.
 *
 * Readers that miss a file look again (store/archive.h).  A program that merges files locks their directories:
 * files in a locked directory stay until the next run, as does a file that was replaced meanwhile.
 */

#include "retain/limits.h"
#include "time/stamp.h"

/* An entry of this name spares its directory. */
#define RETAIN_HOLD ".keep"

struct retain_options {
	struct retain_limits limits;
	bool each;			/* limits.size_bytes is for each archive, not for all together */
	bool dry_run;			/* report, remove nothing */
	enum stamp_zone zone;		/* of files' names */
	int64_t now_ms;
	void *context;
	/* A file or directory (with a slash at its end) was, or would be, removed, with its size.  NULL: not wanted. */
	void (*gone)(void *context, const char *path, uint64_t bytes);
	void (*problem)(void *context, const char *message);
	bool (*stop)(void *context);	/* true: stop now; NULL: never */
};

struct retain_sum {
	uint64_t files, bytes, directories;	/* removed, or would be */
	uint64_t kept_files;
	uint64_t kept_bytes;			/* theirs, where there is a limit of size; else 0 */
	uint64_t archives;			/* with slot files */
	uint64_t held;			/* directories with a hold */
	uint64_t in_use;		/* files to be removed, but in use by other programs */
	uint64_t problems;		/* reported to options->problem */
};

/*
 * Applies the limits to these directories (links to them are followed) together.  FLOW_OK even after
 * problems; FLOW_ENOMEM.
 */
enum flow_status retain_run(const char *const *directories, size_t count, const struct retain_options *options,
    struct retain_sum *sum) NODISCARD;
