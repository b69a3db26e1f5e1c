/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Takes what is too old, or too much, out of archives.
 *
 * What is there is all that is known: there is no file of state, and a run that was interrupted, or runs
 * twice, does no harm.  Only files that are named as flowcap names them (slot_name.h) and are no links go,
 * the oldest first, by the end of what they hold: a file of a day that --compact made goes when its day is
 * too old.  A file whose time is not over (the clock was wrong, perhaps) never goes.  Directories that are
 * parts of a date go with their last file.
 *
 * A directory with an entry named .keep is spared with all that is below; so is what begins with a dot, what
 * links lead to, and other file systems below a directory that is named.
 *
 * Readers that miss a file look again (store/archive.h).  Whoever merges files locks their directories: what
 * is locked stays until the next run, as does a file that was replaced meanwhile.
 */

#include "retain/limits.h"
#include "time/stamp.h"

/* An entry of this name spares its directory. */
#define RETAIN_HOLD ".keep"

struct retain_options {
	struct retain_limits limits;
	bool each;			/* the size is that of each archive below, not of all together */
	bool dry_run;			/* only tell */
	enum stamp_zone zone;		/* of files' names */
	int64_t now_ms;
	void *context;
	/* A file or directory (with a slash at its end) went, or would go; its bytes.  NULL: nobody needs to know. */
	void (*gone)(void *context, const char *path, uint64_t bytes);
	void (*problem)(void *context, const char *message);
	bool (*stop)(void *context);	/* whether it is to end now; NULL: never */
};

struct retain_sum {
	uint64_t files, bytes, directories;	/* that went, or would go */
	uint64_t kept_files;
	uint64_t held;			/* directories with a hold */
	uint64_t in_use;		/* files that would have gone, but others work on them */
	uint64_t problems;		/* told */
};

/*
 * In these directories (links to them are followed), which count together.  FLOW_OK even after problems;
 * FLOW_ENOMEM.
 */
enum flow_status retain_run(const char *const *directories, size_t count, const struct retain_options *options,
    struct retain_sum *sum) NODISCARD;
