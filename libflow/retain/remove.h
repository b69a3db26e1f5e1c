/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Looks into files, and removes them, one directory at a time. */

#include "retain/listing.h"

/* A file as it was when it was looked at. */
struct retain_seen {
	int64_t end_ms;			/* of what it holds: the last receive time, or, unknown, of the last write */
	ino_t ino;
	int64_t mtime_ns;
	uint64_t bytes, disk_bytes;
};

/* The directory that was used last stays open, and locked once something was removed in it. */
struct retain_remover {
	struct retain_listing *list;
	int64_t directory;		/* -1: none */
	int fd;				/* -1: it cannot be opened */
	bool locked;
	int64_t end_ms;			/* of the last file that went from it */
};

void retain_remover_init(struct retain_remover *r, struct retain_listing *list);

/* Closes, and removes what is empty now. */
void retain_remover_end(struct retain_remover *r);

/* False where it is not there any more, or cannot be opened, which is told. */
bool retain_look(struct retain_remover *r, const struct retain_file *file, struct retain_seen *seen);

enum retain_fate {
	RETAIN_GONE,			/* removed, now or by somebody else; or it would be */
	RETAIN_IN_USE,			/* others work in its directory, or have replaced it */
	RETAIN_REFUSED,			/* told */
};

/* Removes a file, if it still is what was seen.  Counts, and tells that it went. */
enum retain_fate retain_remove(struct retain_remover *r, const struct retain_file *file,
    const struct retain_seen *seen);

/* Removes the directories that the listing found empty. */
void retain_remove_empty(struct retain_listing *list);
