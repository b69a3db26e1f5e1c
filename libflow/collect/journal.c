/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "collect/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect/datagram_record.h"
#include "collect/journal_inner.h"

#define RING_BYTES ((size_t)64 << 20)
#define CACHE_BYTES ((uint64_t)256 << 20)
#define IDLE_MS 100

/* While the ring is full: the pause between two attempts, and how many until files count as too slow. */
#define PAUSE_NS 500000
#define SLOW_PAUSES 40

/* Frees descriptors and memory, not threads. */
static void
release(struct journal *j)
{
	size_t i;

	for (i = 0; i < j->spares; i++) {
		(void)close(j->spare[i].fd);
		journal_file_drop(j->spare[i].path);
		free(j->spare[i].path);
	}
	if (j->reader.fd >= 0)
		(void)close(j->reader.fd);
	journal_cache_free(j->cache);
	journal_run_end(&j->run);
	free(j->writer.chunk);
	free(j->reader.chunk);
	ring_free(j->ring);
	wakeup_destroy(&j->writer_wakeup);
	wakeup_destroy(&j->decoder_wakeup);
	wakeup_destroy(&j->janitor_wakeup);
	(void)pthread_mutex_destroy(&j->lock);
	free(j);
}

struct journal *
journal_new(const struct journal_config *config)
{
	struct journal *j = calloc(1, sizeof(*j));

	if (j == NULL) {
		log_to(config->log, LOG_LEVEL_ERROR, "out of memory");
		return NULL;
	}
	j->log = config->log;
	j->port = config->port;
	j->sync_ms = config->sync_ms;
	j->ring_bytes = config->ring_bytes > 0 ? config->ring_bytes : RING_BYTES;
	j->reader.fd = j->run.lock = -1;
	(void)pthread_mutex_init(&j->lock, NULL);
	wakeup_init(&j->writer_wakeup);
	wakeup_init(&j->decoder_wakeup);
	wakeup_init(&j->janitor_wakeup);
	j->files = config->directory != NULL &&
	    journal_run_begin(&j->run, config->directory, config->log);
	if (j->files)
		j->cache = journal_cache_new(config->cache_bytes > 0 ? config->cache_bytes : CACHE_BYTES);
	j->ring = ring_new(j->ring_bytes, DATAGRAM_RECORD_MAX);
	j->reader.chunk = malloc(JOURNAL_CHUNK);
	j->last = j->reader.segment = j->writer.segment = journal_segment_new(j, 0);
	if (j->ring == NULL || j->reader.chunk == NULL || j->last == NULL ||
	    (j->files && !journal_writer_start(j))) {
		log_to(config->log, LOG_LEVEL_ERROR, "the journal cannot be begun");
		if (j->last != NULL)
			journal_segment_free(j->last);
		release(j);
		return NULL;
	}
	return j;
}

void
journal_free(struct journal *j)
{
	struct journal_segment *s, *next;

	if (j == NULL)
		return;
	if (j->files)
		journal_writer_join(j);
	for (s = j->reader.segment; s != NULL; s = next) {
		next = s->next;
		journal_segment_free(s);
	}
	release(j);
}

const char *
journal_run_name(const struct journal *j)
{
	return j->files ? j->run.name : "";
}

/* Receiver */

/* The first position that must not be overwritten. */
static uint64_t
keep_from(const struct journal *j)
{
	uint64_t settled = atomic_load(&j->settled), copied = atomic_load(&j->copied);
	uint64_t taken = atomic_load(&j->taken), given_up = atomic_load(&j->given_up), both;

	if (!j->files)
		return copied;
	if (given_up > taken)
		taken = given_up;
	both = copied < taken ? copied : taken;
	/* Bytes are in files, except a hole that was not read yet. */
	return copied >= atomic_load(&j->hole_end) && settled > both ? settled : both;
}

/* Lets the decoder read bytes that are in no file yet, because files are written too slowly. */
static void
let_decoder_read(struct journal *j)
{
	(void)pthread_mutex_lock(&j->lock);
	j->given_up_records = j->records;
	atomic_store(&j->given_up, ring_head(j->ring));
	(void)pthread_mutex_unlock(&j->lock);
	wakeup_hint(&j->decoder_wakeup);
}

/* Waits for room for a record. */
static uint8_t *
await_room(struct journal *j, size_t bytes)
{
	const struct timespec pause = { 0, PAUSE_NS };
	unsigned pauses = 0;
	uint8_t *room;

	while ((room = ring_reserve(j->ring, bytes, keep_from(j))) == NULL) {
		wakeup_wake(&j->writer_wakeup);
		(void)nanosleep(&pause, NULL);
		j->waits++;
		/* An idle decoder is faster than files. */
		if (!j->files || !atomic_load(&j->decoder_wakeup.sleeps)) {
			pauses = 0;
		} else if (++pauses == SLOW_PAUSES) {
			pauses = 0;
			let_decoder_read(j);
		}
	}
	return room;
}

void
journal_put(struct journal *j, const struct flow_datagram *d, uint32_t sequence)
{
	size_t bytes = datagram_record_bytes(d);
	uint8_t *record = ring_reserve(j->ring, bytes, keep_from(j));

	if (record == NULL)
		record = await_room(j, bytes);
	datagram_record_put(record, d, j->port, sequence);
	j->records++;
	ring_commit(j->ring, bytes);
}

void
journal_push(struct journal *j)
{
	if (j->files)
		wakeup_wake(&j->writer_wakeup);
	else
		wakeup_hint(&j->decoder_wakeup);
}

void
journal_cut(struct journal *j)
{
	uint64_t head = ring_head(j->ring);
	struct journal_segment *next = head > j->last->begin ? journal_segment_new(j, head) : NULL;

	/* Out of memory: the slot goes on, and ends later. */
	if (next == NULL)
		return;
	j->last->next = next;
	j->last->records_end = j->records;
	atomic_store(&j->last->end, head);
	j->last = next;
	wakeup_wake(&j->writer_wakeup);
	wakeup_hint(&j->decoder_wakeup);
}

void
journal_stop(struct journal *j)
{
	j->last->records_end = j->records;
	atomic_store(&j->last->end, ring_head(j->ring));
	wakeup_wake(&j->writer_wakeup);
	wakeup_wake(&j->decoder_wakeup);
}

/* Decoder */

static bool
is_within(const struct extent *e, uint64_t at)
{
	return at >= e->begin && at < e->end;
}

/* Where byte `at` of a segment is in its file, and how many follow it there.  The lock is the writer's, too. */
static bool
find_in_file(struct journal *j, const struct journal_segment *s, uint64_t at, int64_t *offset,
    uint64_t *len)
{
	struct extent *e = &j->reader.extent;
	size_t i;

	if (!is_within(e, at)) {
		(void)pthread_mutex_lock(&j->lock);
		for (i = 0; i < s->extents && !is_within(e, at); i++)
			*e = s->extent[i];
		(void)pthread_mutex_unlock(&j->lock);
	}
	*offset = e->offset + (int64_t)(at - e->begin);
	*len = e->end - at;
	return is_within(e, at);
}

/* Running out of descriptors or memory is temporary, and the file stays. */
static bool
open_file(struct journal *j)
{
	const struct timespec pause = { 0, 100 * 1000000 };
	struct journal_reader *r = &j->reader;

	r->have_read = 0;
	while ((r->fd = journal_file_open(r->segment->path)) < 0 &&
	    (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == EINTR))
		(void)nanosleep(&pause, NULL);
	return r->fd >= 0;
}

/* Reads from the segment's file; returns bytes, 0 where that is not possible. */
static size_t
read_file(struct journal *j, size_t len)
{
	struct journal_reader *r = &j->reader;
	int64_t offset;
	uint64_t there;
	ssize_t got;

	if (!find_in_file(j, r->segment, r->at, &offset, &there))
		return 0;
	if (r->fd < 0 && !open_file(j))
		return 0;
	do {
		got = pread(r->fd, r->chunk, len < there ? len : (size_t)there, offset);
	} while (got < 0 && errno == EINTR);
	if (got <= 0)
		return 0;
	journal_cache_have_read(r->fd, offset + got, &r->have_read);
	return (size_t)got;
}

/* Skips what can be read nowhere, up to what the ring still has. */
static void
pass_over(struct journal *j, uint64_t limit)
{
	struct journal_reader *r = &j->reader;
	uint64_t tail = ring_tail(j->ring), to = tail > r->at && tail < limit ? tail : limit;

	log_to(j->log, LOG_LEVEL_ERROR, "%s: %" PRIu64 " bytes of it cannot be read (%s): they stay there",
	    r->segment->path != NULL ? r->segment->path : "journal", to - r->at, strerror(errno));
	r->segment->unread = true;
	r->at = to;
}

/* A record that is cut by the end of the chunk is read again from its beginning. */
static void
leave_begun(struct journal *j)
{
	struct journal_reader *r = &j->reader;
	uint64_t records = 0;
	size_t whole = journal_whole_records(r->chunk, r->end, &records);

	/* Where there is none, what begins the chunk is no record, and is passed over. */
	if (whole > 0) {
		r->at -= r->end - whole;
		r->end = whole;
	}
}

/* Reads some whole records that lie before `limit`. */
static void
read_some(struct journal *j, uint64_t limit)
{
	struct journal_reader *r = &j->reader;
	size_t len = limit - r->at < JOURNAL_CHUNK ? (size_t)(limit - r->at) : JOURNAL_CHUNK;

	if (!ring_copy(j->ring, RING_DECODER, r->at, len, r->chunk) && (len = read_file(j, len)) == 0) {
		pass_over(j, limit);
		return;
	}
	r->begin = 0;
	r->end = len;
	r->at += len;
	if (len == JOURNAL_CHUNK)
		leave_begun(j);
	atomic_store(&j->copied, r->at);
}

/* Finds the next record after bytes that are none: an unreadable part ended within a record. */
static bool
find_record(struct journal *j, struct flow_datagram *d, size_t *size)
{
	struct journal_reader *r = &j->reader;
	size_t from = r->begin;

	r->segment->unread = true;
	for (r->begin++; r->begin < r->end; r->begin++)
		if (datagram_record_get(r->chunk + r->begin, r->end - r->begin, true, d, size) == FLOW_OK)
			break;
	log_to(j->log, LOG_LEVEL_ERROR, "%s: %zu bytes that are no record are passed over",
	    r->segment->path != NULL ? r->segment->path : "journal", r->begin - from);
	return r->begin < r->end;
}

static bool
next_record(struct journal *j, struct flow_datagram *d)
{
	struct journal_reader *r = &j->reader;
	size_t size = 0;

	if (r->begin == r->end)
		return false;
	if (datagram_record_get(r->chunk + r->begin, r->end - r->begin, false, d, &size) != FLOW_OK &&
	    !find_record(j, d, &size))
		return false;
	r->begin += size;
	return true;
}

static enum journal_event
end_segment(struct journal *j, struct journal_segment *next, struct journal_segment **segment)
{
	struct journal_reader *r = &j->reader;
	struct journal_segment *s = r->segment;

	if (r->fd >= 0)
		(void)close(r->fd);
	r->fd = -1;
	r->segment = next;
	if (s->begin == s->end) {
		journal_segment_leave(s);
		return JOURNAL_END;
	}
	(void)pthread_mutex_lock(&j->lock);
	s->left = true;
	(void)pthread_mutex_unlock(&j->lock);
	*segment = s;
	return JOURNAL_SLOT_END;
}

enum journal_event
journal_next(struct journal *j, struct flow_datagram *datagram, struct journal_segment **segment)
{
	struct journal_reader *r = &j->reader;
	struct journal_segment *next;
	bool rested = false;

	while (!next_record(j, datagram)) {
		uint64_t limit, end, given_up;

		if (r->segment == NULL)
			return JOURNAL_END;
		wakeup_prepare(&j->decoder_wakeup);
		end = atomic_load(&r->segment->end);
		next = end != UINT64_MAX ? r->segment->next : NULL;
		limit = j->files ? atomic_load(&j->settled) : ring_head(j->ring);
		given_up = atomic_load(&j->given_up);
		limit = given_up > limit ? given_up : limit;
		limit = limit > end ? end : limit;
		if (r->at < limit) {
			wakeup_stay(&j->decoder_wakeup);
			read_some(j, limit);
		} else if (r->at == end) {
			wakeup_stay(&j->decoder_wakeup);
			return end_segment(j, next, segment);
		} else if (rested) {
			wakeup_stay(&j->decoder_wakeup);
			return JOURNAL_IDLE;
		} else {
			wakeup_wait(&j->decoder_wakeup, IDLE_MS);
			rested = true;
		}
	}
	return JOURNAL_DATAGRAM;
}

bool
journal_current_id(struct journal *j, char id[JOURNAL_ID_MAX])
{
	const struct journal_segment *s = j->reader.segment;
	bool known;

	(void)pthread_mutex_lock(&j->lock);
	known = s != NULL && s->path != NULL && journal_file_id(s->path, id);
	(void)pthread_mutex_unlock(&j->lock);
	return known;
}

uint64_t
journal_backlog(const struct journal *j)
{
	return ring_head(j->ring) - atomic_load(&j->copied);
}

uint64_t
journal_unwritten(const struct journal *j)
{
	return j->files ? ring_head(j->ring) - atomic_load(&j->settled) : 0;
}

size_t
journal_room(const struct journal *j)
{
	return j->ring_bytes;
}

uint64_t
journal_missed(const struct journal *j)
{
	return atomic_load(&j->missed);
}

uint64_t
journal_waited_us(const struct journal *j)
{
	return j->waits * (PAUSE_NS / 1000) + 20 * ring_waits(j->ring);
}

/* Files */
