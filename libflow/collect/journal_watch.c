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

/* Spares that are gone; under the lock.  Returns how many there were. */
static unsigned
drop_lost_spares(struct journal *j)
{
	unsigned lost = 0;
	size_t i, kept = 0;

	for (i = 0; i < j->spares; i++) {
		if (journal_file_is(j->spare[i].path, j->spare[i].fd)) {
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
lost_segment(struct journal *j)
{
	const struct journal_segment *s = j->watched;

	if (s == NULL || s->left || journal_file_is(s->path, j->watched_fd))
		return false;
	j->watched = NULL;
	return true;
}

void
journal_watch(struct journal *j)
{
	bool renewed = false, lost, there;
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
	(void)pthread_mutex_lock(&j->lock);
	spares = drop_lost_spares(j);
	lost = lost_segment(j);
	(void)pthread_mutex_unlock(&j->lock);
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
