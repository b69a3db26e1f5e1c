/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Journals as files: pcap files of what a collector has received and not filed yet.
 *
 *	DIRECTORY/.flowcap.RUN-NUMBER.journal   one for each slot of a run, in order
 *	DIRECTORY/.flowcap.RUN-NUMBER.spare     the next ones, empty
 *	DIRECTORY/.flowcap.RUN.lock             locked (flock) as long as the run lives
 *
 * RUN is 'r' and digits that grow with time, so that names sort in the order of what was received.
 * Version 0.1.0 had DIRECTORY/.flowcap.SLOT.PID-N.journal instead, each locked itself.
 * All of them can be read by their owner alone: they hold what others must not see, and whoever
 * can open a file can lock it.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/log.h"

/* Identifies a journal elsewhere: its name without directory, ".flowcap." and ".journal". */
#define JOURNAL_ID_MAX 64

struct journal_run {
	char *directory;
	char name[24];
	int lock;
};

/* Takes a new, unused run name in that directory; false after a log line. */
bool journal_run_begin(struct journal_run *run, const char *directory, const struct log *log);
void journal_run_end(struct journal_run *run);

/*
 * Makes a directory, and the lock in it, again where somebody has removed them; *renewed becomes true then.  False with
 * errno set where that is not possible.
 */
bool journal_run_renew(struct journal_run *run, bool *renewed);

/* Whether the journal of that path, or its spare, is the file of that descriptor. */
bool journal_file_is(const char *path, int fd);

/*
 * Creates journal number `number` as a spare, with only a header; returns its descriptor, or -1 with errno
 * set.  *path, allocated, is the name that journal_file_use gives it.
 */
int journal_file_create(const struct journal_run *run, unsigned number, char **path);

/* Renames a spare that was written into to its final name.  False with errno set. */
bool journal_file_use(const char *path);

/* Opens a journal for reading, also while it is still called a spare; -1 with errno set. */
int journal_file_open(const char *path);

/* Removes a spare. */
void journal_file_drop(const char *path);

/* The id of a journal of that path or name; false where it is none. */
bool journal_file_id(const char *path, char id[JOURNAL_ID_MAX]);

/* Whether two journals are of one run, and the first is not after the second. */
bool journal_id_upto(const char *id, const char *last);

/* The process that wrote it; false where the id does not say. */
bool journal_id_pid(const char *id, long *pid);

/*
 * The names of a directory's journals except those of that run, in the order of their contents; free each and
 * the array.  False with errno set.
 */
bool journal_file_list(const char *directory, const char *but_run, char ***names, size_t *count);

/* Locks of runs that have ended. */
struct journal_lock {
	int fd;
	char *path;	/* NULL: the journal itself is locked */
};

/*
 * Takes over a journal whose writer is gone.  False with errno EWOULDBLOCK where it is alive (or another
 * process has the lock), else another errno.
 */
bool journal_lock_take(struct journal_lock *lock, const char *directory, const char *name);

/* Renames spares that ended runs had written into to journals; `but_run` is ours. */
void journal_files_adopt(const char *directory, const char *but_run);

/* Removes spares and locks that ended runs left in a directory; `but_run` is ours. */
void journal_files_clean(const char *directory, const char *but_run);

/* Whether the lock covers this journal of the same directory too. */
bool journal_lock_covers(const struct journal_lock *lock, const char *name);
void journal_lock_release(struct journal_lock *lock);

/* Frees it without unlocking; the lock ends with the process. */
void journal_lock_keep(struct journal_lock *lock);
