/* SPDX-License-Identifier: BSD-2-Clause */
/* Two threads: one writes the ring into files, the other makes the files ahead of need and closes them. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "capture/pcap_write.h"
#include "collect/datagram_record.h"
#include "collect/journal_inner.h"

/* Pause between writes while datagrams come quickly, unless there are many. */
#define PACE_NS 2000000
#define PACE_BYTES (JOURNAL_CHUNK / 2)

/* Pause before a failed write is tried again. */
#define RETRY_MS 1000

#define IDLE_MS 1000

/* How long to wait for a spare before checking whether making them failed. */
#define SPARE_MS 5

/* Janitor */

static void
make_spare(struct journal *j)
{
	struct journal_spare spare;

	spare.fd = journal_file_create(&j->run, j->number, &spare.path);
	j->number++;
	if (spare.fd < 0) {
		if (!atomic_load(&j->spare_failed))
			log_to(j->log, LOG_LEVEL_ERROR, "%s: no journal (%s): a crash would lose this "
			    "slot", j->run.directory, strerror(errno));
		atomic_store(&j->spare_failed, true);
		return;
	}
	if (atomic_load(&j->spare_failed))
		log_to(j->log, LOG_LEVEL_INFO, "%s: there is a journal again", j->run.directory);
	atomic_store(&j->spare_failed, false);
	(void)pthread_mutex_lock(&j->lock);
	j->spare[j->spares++] = spare;
	(void)pthread_mutex_unlock(&j->lock);
	wakeup_wake(&j->writer_wakeup);
}

/* Work that the writer leaves to the janitor. */
struct chores {
	int old[sizeof(((struct journal *)NULL)->old) / sizeof(int)];
	size_t olds;
	char *used[JOURNAL_SPARES];
	size_t uses;
	bool full, ended;		/* there are enough spares; the writer has ended */
};

static void
take_chores(struct journal *j, struct chores *c)
{
	(void)pthread_mutex_lock(&j->lock);
	c->olds = j->olds;
	memcpy(c->old, j->old, sizeof(c->old));
	j->olds = 0;
	c->uses = j->uses;
	memcpy(c->used, j->used, sizeof(c->used));
	j->uses = 0;
	c->full = j->spares == JOURNAL_SPARES;
	c->ended = j->ended;
	(void)pthread_mutex_unlock(&j->lock);
}

static void
do_chores(struct journal *j, const struct chores *c)
{
	size_t i;

	for (i = 0; i < c->uses; i++) {
		/* It was removed: its slot is filed already. */
		if (!journal_file_use(c->used[i]) && errno != ENOENT)
			log_to(j->log, LOG_LEVEL_ERROR, "%s: %s", c->used[i], strerror(errno));
		free(c->used[i]);
	}
	for (i = 0; i < c->olds; i++)
		(void)close(c->old[i]);
}

static void *
janitor(void *argument)
{
	struct journal *j = argument;
	struct chores chores;

	for (;;) {
		journal_watch(j);
		wakeup_prepare(&j->janitor_wakeup);
		take_chores(j, &chores);
		do_chores(j, &chores);
		if (chores.ended)
			return NULL;
		if (chores.full) {
			wakeup_wait(&j->janitor_wakeup, IDLE_MS);
			continue;
		}
		wakeup_stay(&j->janitor_wakeup);
		make_spare(j);
		if (atomic_load(&j->spare_failed)) {
			wakeup_prepare(&j->janitor_wakeup);
			wakeup_wait(&j->janitor_wakeup, RETRY_MS);
		}
	}
}

/* Writer */

static void
settle(struct journal *j, uint64_t to)
{
	atomic_store(&j->settled, to);
	wakeup_hint(&j->decoder_wakeup);
}

/* A failed sync loses nothing yet: the data is in memory, as safe as without syncing. */
static void
sync_now(struct journal *j)
{
	struct journal_writer *w = &j->writer;
	bool fails = w->unsynced && fdatasync(w->fd) != 0;

	if (fails && !w->sync_fails)
		log_to(j->log, LOG_LEVEL_ERROR, "%s: sync: %s: a power cut would lose what came since",
		    w->segment->path, strerror(errno));
	else if (w->unsynced && !fails && w->sync_fails)
		log_to(j->log, LOG_LEVEL_INFO, "%s: can be synced again", w->segment->path);
	if (w->unsynced)
		w->sync_fails = fails;
	w->unsynced = false;
	w->synced_ms = clock_steady_ms();
	settle(j, w->at);
}

/* Takes a spare for the segment; the janitor will rename it.  False: there is none. */
static bool
open_segment(struct journal *j)
{
	struct journal_writer *w = &j->writer;
	char *name;

	(void)pthread_mutex_lock(&j->lock);
	name = !w->segment->left && j->spares > 0 && j->uses < JOURNAL_SPARES ?
	    strdup(j->spare[0].path) : NULL;
	if (name != NULL) {
		w->fd = j->spare[0].fd;
		w->size = PCAP_FILE_HEADER;
		w->segment->path = j->spare[0].path;
		j->used[j->uses++] = name;
		j->watched = w->segment;
		j->watched_fd = w->fd;
		memmove(j->spare, j->spare + 1, --j->spares * sizeof(j->spare[0]));
	}
	(void)pthread_mutex_unlock(&j->lock);
	wakeup_wake(&j->janitor_wakeup);
	if (w->fd >= 0)
		journal_cache_begin(j->cache, w->fd);
	return w->fd >= 0;
}

static void
close_segment(struct journal *j)
{
	struct journal_writer *w = &j->writer;
	int fd = w->fd;

	if (j->sync_ms > 0)
		sync_now(j);
	(void)pthread_mutex_lock(&j->lock);
	j->watched = NULL;
	if (fd >= 0 && j->olds < sizeof(j->old) / sizeof(j->old[0])) {
		j->old[j->olds++] = fd;
		fd = -1;
	}
	(void)pthread_mutex_unlock(&j->lock);
	if (fd >= 0)
		(void)close(fd);
	w->fd = -1;
	wakeup_wake(&j->janitor_wakeup);
}

/* Records that bytes `from` .. w->at are at the end of the file.  False when out of memory. */
static bool
add_extent(struct journal *j, uint64_t from, uint64_t to)
{
	struct journal_writer *w = &j->writer;
	struct journal_segment *s = w->segment;
	struct extent *last = s->extents > 0 ? &s->extent[s->extents - 1] : NULL, *bigger;
	bool done = true;

	(void)pthread_mutex_lock(&j->lock);
	if (last != NULL && last->end == from) {
		last->end = to;
	} else {
		bigger = realloc(s->extent, (s->extents + 1) * sizeof(*bigger));
		done = bigger != NULL;
		if (done) {
			s->extent = bigger;
			bigger[s->extents++] = (struct extent){ from, to, w->size };
		}
	}
	(void)pthread_mutex_unlock(&j->lock);
	return done;
}

static bool
write_at(int fd, const uint8_t *bytes, size_t len, int64_t offset)
{
	while (len > 0) {
		ssize_t n = pwrite(fd, bytes, len, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
		offset += n;
	}
	return true;
}

/* Whether the chunk is in the file now, which is open. */
static bool
write_chunk(struct journal *j, size_t len)
{
	struct journal_writer *w = &j->writer;
	bool done;

	if (w->fd < 0 || (w->failed_ms != INT64_MIN && clock_steady_ms() < w->failed_ms + RETRY_MS))
		return false;
	done = write_at(w->fd, w->chunk, len, w->size);
	if (!done) {
		if (w->failed_ms == INT64_MIN)
			log_to(j->log, LOG_LEVEL_ERROR, "%s: write: %s: a crash would lose this slot",
			    w->segment->path, strerror(errno));
		w->failed_ms = clock_steady_ms();
		/* Cuts off a partial record. */
		(void)ftruncate(w->fd, w->size);
		return false;
	}
	if (!add_extent(j, w->at, w->at + len))
		return false;
	if (w->failed_ms != INT64_MIN)
		log_to(j->log, LOG_LEVEL_INFO, "%s: can be written again", w->segment->path);
	w->failed_ms = INT64_MIN;
	w->size += (int64_t)len;
	journal_cache_written(j->cache, w->size);
	w->unsynced = true;
	return true;
}

/* Gives up bytes before `to`: they will be in no file. */
static void
give_up(struct journal *j, uint64_t to, uint64_t records)
{
	struct journal_writer *w = &j->writer;
	uint64_t missed = records - w->records;

	(void)pthread_mutex_lock(&j->lock);
	w->segment->missed += missed;
	(void)pthread_mutex_unlock(&j->lock);
	atomic_fetch_add(&j->missed, missed);
	w->at = to;
	w->records = records;
	/* In this order: a thread that sees them settled also sees that they may be in the ring only. */
	atomic_store(&j->hole_end, to);
	settle(j, to);
}

size_t
journal_whole_records(const uint8_t *chunk, size_t len, uint64_t *records)
{
	size_t at = 0, size;

	while (len - at >= DATAGRAM_RECORD_MIN) {
		size = datagram_record_size(chunk + at);
		if (size > len - at)
			break;
		at += size;
		++*records;
	}
	return at;
}

/* Skips what the receiver could not wait for, within this segment. */
static bool
skip_given_up(struct journal *j, uint64_t segment_end)
{
	struct journal_writer *w = &j->writer;
	uint64_t to, records;

	if (atomic_load(&j->given_up) <= w->at)
		return false;
	(void)pthread_mutex_lock(&j->lock);
	to = atomic_load(&j->given_up);
	records = j->given_up_records;
	if (to > segment_end) {
		to = segment_end;
		records = w->segment->records_end;
	}
	(void)pthread_mutex_unlock(&j->lock);
	if (to == w->at)
		return false;
	give_up(j, to, records);
	return true;
}

/* Writes some of the bytes before `limit`. */
static void
write_some(struct journal *j, uint64_t limit)
{
	struct journal_writer *w = &j->writer;
	size_t len = limit - w->at < JOURNAL_CHUNK ? (size_t)(limit - w->at) : JOURNAL_CHUNK;
	uint64_t records = w->records;

	/* Waits for a late spare; without one (making them failed, or it is not needed any more) there is no file. */
	if (w->fd < 0 && !open_segment(j) && !w->segment->left && !atomic_load(&j->spare_failed)) {
		wakeup_prepare(&j->writer_wakeup);
		wakeup_wait(&j->writer_wakeup, SPARE_MS);
		return;
	}
	/* False: it was given up in the meantime. */
	if (!ring_copy(j->ring, RING_WRITER, w->at, len, w->chunk))
		return;
	len = journal_whole_records(w->chunk, len, &records);
	atomic_store(&j->taken, w->at + len);
	if (!write_chunk(j, len)) {
		give_up(j, w->at + len, records);
		return;
	}
	w->at += len;
	w->records = records;
	if (j->sync_ms == 0)
		settle(j, w->at);
	else if (clock_steady_ms() >= w->synced_ms + j->sync_ms)
		sync_now(j);
}

static void
rest(struct journal *j)
{
	struct journal_writer *w = &j->writer;
	int64_t due = j->sync_ms > 0 && w->unsynced ? w->synced_ms + j->sync_ms - clock_steady_ms() : IDLE_MS;

	if (due > 0)
		wakeup_wait(&j->writer_wakeup, (long)(due < IDLE_MS ? due : IDLE_MS));
	else
		wakeup_stay(&j->writer_wakeup);
	if (j->sync_ms > 0 && w->unsynced && clock_steady_ms() >= w->synced_ms + j->sync_ms)
		sync_now(j);
}

/* The end of the segment that is being written, and whether another follows. */
static uint64_t
segment_end(struct journal *j, struct journal_segment **next)
{
	uint64_t end;

	end = atomic_load(&j->writer.segment->end);
	*next = end != UINT64_MAX ? j->writer.segment->next : NULL;
	return end;
}

static void *
writer(void *argument)
{
	const struct timespec pace = { 0, PACE_NS };
	struct journal *j = argument;
	struct journal_writer *w = &j->writer;
	struct journal_segment *next;

	for (;;) {
		uint64_t end, limit;

		wakeup_prepare(&j->writer_wakeup);
		limit = ring_head(j->ring);
		end = segment_end(j, &next);
		if (limit > end)
			limit = end;
		if (w->at == end) {
			wakeup_stay(&j->writer_wakeup);
			close_segment(j);
			journal_segment_leave(w->segment);
			w->segment = next;
			if (next == NULL)
				return NULL;
		} else if (w->at == limit) {
			rest(j);
		} else {
			wakeup_stay(&j->writer_wakeup);
			if (!skip_given_up(j, end))
				write_some(j, limit);
			if (limit - w->at < PACE_BYTES && end == UINT64_MAX)
				(void)nanosleep(&pace, NULL);
		}
	}
}

bool
journal_writer_start(struct journal *j)
{
	j->writer.fd = -1;
	j->writer.failed_ms = INT64_MIN;
	j->writer.chunk = malloc(JOURNAL_CHUNK);
	if (j->writer.chunk == NULL) {
		log_to(j->log, LOG_LEVEL_ERROR, "out of memory for a journal");
		return false;
	}
	make_spare(j);
	if (pthread_create(&j->janitor_thread, NULL, janitor, j) != 0) {
		log_to(j->log, LOG_LEVEL_ERROR, "no thread can be started for the journal");
		return false;
	}
	if (pthread_create(&j->writer_thread, NULL, writer, j) == 0)
		return true;
	log_to(j->log, LOG_LEVEL_ERROR, "no thread can be started for the journal");
	j->ended = true;
	wakeup_wake(&j->janitor_wakeup);
	(void)pthread_join(j->janitor_thread, NULL);
	return false;
}

void
journal_writer_join(struct journal *j)
{
	(void)pthread_join(j->writer_thread, NULL);
	(void)pthread_mutex_lock(&j->lock);
	j->ended = true;
	(void)pthread_mutex_unlock(&j->lock);
	wakeup_wake(&j->janitor_wakeup);
	(void)pthread_join(j->janitor_thread, NULL);
}
