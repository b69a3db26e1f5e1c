/* SPDX-License-Identifier: BSD-2-Clause */
/* Journals protect nothing once somebody has removed them, or their directory: finds that, and has it mended. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "collect/journal_inner.h"

#define WATCH_MS 1000

/* A file in use, looked at without the lock: a disk that hangs must not stop those who need it. */
struct seen {
	int fd;
	char *path;
	bool gone;
};

#define SEEN_MAX (JOURNAL_SPARES + 1)

static void
see(struct seen *seen, size_t *count, int fd, const char *path)
{
	char *copy = path != NULL ? strdup(path) : NULL;

	if (copy != NULL)
		seen[(*count)++] = (struct seen){ fd, copy, false };
}

/* Finds spares, and the open segment's file, that are gone. */
static size_t
look(struct journal *j, struct seen seen[SEEN_MAX])
{
	size_t count = 0, i;

	(void)pthread_mutex_lock(&j->lock);
	for (i = 0; i < j->spares; i++)
		see(seen, &count, j->spare[i].fd, j->spare[i].path);
	if (j->watched != NULL && !j->watched->left)
		see(seen, &count, j->watched_fd, j->watched->path);
	(void)pthread_mutex_unlock(&j->lock);
	for (i = 0; i < count; i++)
		seen[i].gone = !journal_file_is(seen[i].path, seen[i].fd);
	return count;
}

static bool
is_gone(const struct seen *seen, size_t count, int fd, const char *path)
{
	for (size_t i = 0; i < count; i++)
		if (seen[i].fd == fd && path != NULL && strcmp(seen[i].path, path) == 0)
			return seen[i].gone;
	return false;
}

/* Drops spares that are gone; under the lock.  Returns how many there were. */
static unsigned
drop_lost_spares(struct journal *j, const struct seen *seen, size_t count)
{
	unsigned lost = 0;
	size_t i, kept = 0;

	for (i = 0; i < j->spares; i++) {
		if (!is_gone(seen, count, j->spare[i].fd, j->spare[i].path)) {
			j->spare[kept++] = j->spare[i];
			continue;
		}
		(void)close(j->spare[i].fd);
		free(j->spare[i].path);
		lost++;
	}
	j->spares = kept;
	return lost;
}

/* Whether the open segment's file is gone; under the lock.  Tells it once. */
static bool
lost_segment(struct journal *j, const struct seen *seen, size_t count)
{
	const struct journal_segment *s = j->watched;

	/* The decoder removes files of segments that it has left. */
	if (s == NULL || s->left || !is_gone(seen, count, j->watched_fd, s->path))
		return false;
	j->watched = NULL;
	return true;
}

void
journal_watch(struct journal *j)
{
	bool renewed = false, lost, there;
	struct seen seen[SEEN_MAX];
	size_t count, i;
	unsigned spares;

	if (clock_steady_ms() < j->watched_ms + WATCH_MS)
		return;
	j->watched_ms = clock_steady_ms();
	there = journal_run_renew(&j->run, &renewed);
	if (!there && !j->run_lost)
		log_to(j->log, LOG_LEVEL_ERROR, "%s: was removed, and cannot be made again: %s: a crash would lose "
		    "what is received from now on", j->run.directory, strerror(errno));
	else if (renewed)
		log_to(j->log, LOG_LEVEL_ERROR, "%s: journals were removed, or their directory: it is made again",
		    j->run.directory);
	j->run_lost = !there;
	count = look(j, seen);
	(void)pthread_mutex_lock(&j->lock);
	spares = drop_lost_spares(j, seen, count);
	lost = lost_segment(j, seen, count);
	(void)pthread_mutex_unlock(&j->lock);
	for (i = 0; i < count; i++)
		free(seen[i].path);
	if (lost)
		log_to(j->log, LOG_LEVEL_ERROR, "%s: the journal of the open slot was removed: the slot ends, and the "
		    "next has a new one", j->run.directory);
	atomic_fetch_add(&j->removed, (lost ? 1 : 0) + spares);
	if (lost)
		atomic_store(&j->lost, true);
}

bool
journal_lost(struct journal *j)
{
	return atomic_load(&j->lost) && atomic_exchange(&j->lost, false);
}

uint64_t
journal_removed(const struct journal *j)
{
	return atomic_load(&j->removed);
}
