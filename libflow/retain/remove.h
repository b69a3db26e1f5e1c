/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Examines and removes files, one directory at a time. */

#include "retain/listing.h"

/* What retain_look found of a file. */
struct retain_seen {
	int64_t end_ms;			/* the last receive time in it; if unknown, the last write */
	ino_t ino;
	int64_t mtime_ns;
	uint64_t bytes, disk_bytes;
};

/* The directory that was used last stays open; it is locked from the first removal in it on. */
struct retain_remover {
	struct retain_listing *list;
	int64_t directory;		/* -1: none */
	int fd;				/* -1: it cannot be opened */
	bool locked;
	int64_t end_ms;			/* the latest end of a file removed from it */
};

void retain_remover_init(struct retain_remover *r, struct retain_listing *list);

/* Closes the directory; removes it, and parts of a date above it, if they are empty now. */
void retain_remover_end(struct retain_remover *r);

/* Fills *seen; false if the file is gone, or cannot be opened, which is reported. */
bool retain_look(struct retain_remover *r, const struct retain_file *file, struct retain_seen *seen);

enum retain_fate {
	RETAIN_GONE,			/* removed, now or by another program; or a dry run */
	RETAIN_IN_USE,			/* its directory is locked or held, or it was replaced */
	RETAIN_REFUSED,			/* that failed, which is reported */
};

/* Removes a file if it is unchanged since *seen.  Counts it and calls options->gone. */
enum retain_fate retain_remove(struct retain_remover *r, const struct retain_file *file,
    const struct retain_seen *seen);

/* Removes the directories that the listing found empty. */
void retain_remove_empty(struct retain_listing *list);
