/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "collect/journal_cache.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collect/priority.h"
#include "collect/wakeup.h"

/* Bytes that leave the page cache at once, and how many such steps ahead writeback begins. */
#define STEP ((int64_t)4 << 20)
#define STEPS_AHEAD 4

/* Most files that are managed; further ones are left to the system. */
#define FILES 8

#define LOOK_MS 100

struct cached {
	int fd;
	int64_t size;
	int64_t begun;			/* up to here writeback has begun */
	int64_t dropped;		/* up to here it has left the cache, or was told to */
};

struct journal_cache {
	uint64_t keep_bytes;
	pthread_mutex_t lock;		/* of what follows */
	struct cached file[FILES];	/* the oldest first; the last is being written */
	size_t files;
	bool follows;			/* the last one is being written */
	bool busy;			/* the thread works on the first */
	bool ended;
	struct wakeup wakeup;
	pthread_t thread;
};

#if defined(SYNC_FILE_RANGE_WRITE)

/* Writes some of a file to the disk and drops it from the page cache. */
static void
cool(struct cached *f)
{
	const unsigned whole = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
	int64_t ahead = f->dropped + STEPS_AHEAD * STEP;

	if (ahead > f->begun) {
		(void)sync_file_range(f->fd, f->begun, ahead - f->begun, SYNC_FILE_RANGE_WRITE);
		f->begun = ahead;
	}
	/* Dirty pages stay in the cache. */
	if (sync_file_range(f->fd, f->dropped, STEP, whole) == 0)
		(void)posix_fadvise(f->fd, f->dropped, STEP, POSIX_FADV_DONTNEED);
	f->dropped += STEP;
}

#else

static void
cool(struct cached *f)
{
	f->dropped = f->size;
}

#endif

void
journal_cache_have_read(int fd, int64_t offset, int64_t *done)
{
#if defined(POSIX_FADV_DONTNEED)
	if (offset - *done < STEP)
		return;
	(void)posix_fadvise(fd, *done, offset / STEP * STEP - *done, POSIX_FADV_DONTNEED);
	*done = offset / STEP * STEP;
#else
	(void)fd;
	(void)offset;
	(void)done;
#endif
}

/* Whether the oldest file is to leave the cache. */
static bool
is_too_much(const struct journal_cache *c)
{
	uint64_t all = 0;
	size_t i;

	for (i = 0; i < c->files; i++)
		if (c->file[i].size > c->file[i].dropped)
			all += (uint64_t)(c->file[i].size - c->file[i].dropped);
	return all > c->keep_bytes;
}

static bool
is_removed(int fd)
{
	struct stat st;

	return fstat(fd, &st) != 0 || st.st_nlink == 0;
}

/* The lock is held. */
static void
forget(struct journal_cache *c, size_t i)
{
	(void)close(c->file[i].fd);
	c->files--;
	/* It was the last. */
	if (i == c->files)
		c->follows = false;
	for (; i < c->files; i++)
		c->file[i] = c->file[i + 1];
}

/* Removed files occupy the disk as long as they are open.  The lock is held. */
static void
forget_removed(struct journal_cache *c)
{
	size_t i = 0;

	while (i < c->files) {
		if (is_removed(c->file[i].fd))
			forget(c, i);
		else
			i++;
	}
}

/* One step on the oldest file.  The lock is held, except while waiting for the disk. */
static void
step(struct journal_cache *c)
{
	struct cached f = c->file[0];

	c->busy = true;
	(void)pthread_mutex_unlock(&c->lock);
	cool(&f);
	(void)pthread_mutex_lock(&c->lock);
	c->busy = false;
	c->file[0].begun = f.begun;
	c->file[0].dropped = f.dropped;
	if (f.dropped >= c->file[0].size && (c->files > 1 || !c->follows))
		forget(c, 0);
}

static void *
run(void *argument)
{
	struct journal_cache *c = argument;

	priority_take(PRIORITY_USUAL);
	(void)pthread_mutex_lock(&c->lock);
	while (!c->ended) {
		forget_removed(c);
		if (is_too_much(c)) {
			step(c);
			continue;
		}
		(void)pthread_mutex_unlock(&c->lock);
		wakeup_prepare(&c->wakeup);
		wakeup_wait(&c->wakeup, LOOK_MS);
		(void)pthread_mutex_lock(&c->lock);
	}
	(void)pthread_mutex_unlock(&c->lock);
	return NULL;
}

struct journal_cache *
journal_cache_new(uint64_t keep_bytes)
{
	struct journal_cache *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->keep_bytes = keep_bytes;
	(void)pthread_mutex_init(&c->lock, NULL);
	wakeup_init(&c->wakeup);
	if (pthread_create(&c->thread, NULL, run, c) == 0)
		return c;
	wakeup_destroy(&c->wakeup);
	(void)pthread_mutex_destroy(&c->lock);
	free(c);
	return NULL;
}

void
journal_cache_free(struct journal_cache *c)
{
	if (c == NULL)
		return;
	(void)pthread_mutex_lock(&c->lock);
	c->ended = true;
	(void)pthread_mutex_unlock(&c->lock);
	wakeup_wake(&c->wakeup);
	(void)pthread_join(c->thread, NULL);
	while (c->files > 0)
		forget(c, 0);
	wakeup_destroy(&c->wakeup);
	(void)pthread_mutex_destroy(&c->lock);
	free(c);
}

void
journal_cache_begin(struct journal_cache *c, int fd)
{
	int own;

	if (c == NULL)
		return;
	(void)pthread_mutex_lock(&c->lock);
	if (c->files == FILES && !c->busy)
		forget(c, 0);
	own = c->files < FILES ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
	c->follows = own >= 0;
	if (c->follows)
		c->file[c->files++] = (struct cached){ .fd = own };
	(void)pthread_mutex_unlock(&c->lock);
}

void
journal_cache_written(struct journal_cache *c, int64_t size)
{
	if (c == NULL)
		return;
	(void)pthread_mutex_lock(&c->lock);
	if (c->follows)
		c->file[c->files - 1].size = size;
	(void)pthread_mutex_unlock(&c->lock);
}
