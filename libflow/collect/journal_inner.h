/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What the journal's threads share. */

#include <stdatomic.h>

#include "collect/journal.h"
#include "collect/journal_cache.h"
#include "collect/ring.h"
#include "collect/wakeup.h"

/* Most bytes that are written or read at once; no record is longer. */
#define JOURNAL_CHUNK ((size_t)128 << 10)

/* Bytes begin .. end of the stream are in the file from that offset on. */
struct extent {
	uint64_t begin, end;
	int64_t offset;
};

struct journal_segment {
	struct journal *journal;
	struct journal_segment *next;
	uint64_t begin;			/* of the stream */
	uint64_t records_end;		/* of the journal, up to the end */
	_Atomic uint64_t end;		/* UINT64_MAX while open; written after `next` and `records_end` */
	uint64_t missed;
	char *path;
	struct extent *extent;		/* more than one where writing failed between them */
	size_t extents;
	unsigned users;			/* how many of writer and decoder use it */
	bool left;			/* the decoder left it: it needs no file any more */
	bool unread;			/* the decoder could not read all that is in the file */
};

/* How many files are made ahead: making one can take seconds on a busy disk, and slots may be as short. */
#define JOURNAL_SPARES 4

struct journal_spare {
	int fd;
	char *path;			/* its name once it is used */
};

/* Of the writer's thread. */
struct journal_writer {
	struct journal_segment *segment;
	uint64_t at;			/* position up to which all is written or given up */
	uint64_t records;		/* up to there */
	int fd;				/* of the segment; -1: none yet */
	int64_t size;			/* of its file */
	bool unsynced;
	bool sync_fails;		/* the last sync failed, and that was logged */
	int64_t synced_ms;
	int64_t failed_ms;		/* time of the last failed write; INT64_MIN: writing works */
	uint8_t *chunk;
};

/* Of the decoder's thread. */
struct journal_reader {
	struct journal_segment *segment;
	uint64_t at;			/* position after the chunk */
	uint8_t *chunk;
	size_t begin, end;		/* of its contents */
	int fd;				/* of the segment; -1: not needed yet */
	struct extent extent;		/* that was found last */
	int64_t have_read;		/* of its file: journal_cache_have_read's */
};

struct journal {
	const struct log *log;
	uint16_t port;
	unsigned sync_ms;
	bool files;
	struct ring *ring;
	size_t ring_bytes;
	uint64_t records;		/* put so far: the receiver's, as the next */
	uint64_t waits;			/* for room */

	/* Positions; each is written by one thread. */
	_Atomic uint64_t taken;		/* writer: copied for writing */
	_Atomic uint64_t settled;	/* writer: in files, or given up */
	_Atomic uint64_t hole_end;	/* writer: of the last bytes that are in no file */
	_Atomic uint64_t copied;	/* decoder: it has these, wherever they are */
	_Atomic uint64_t given_up;	/* receiver: the decoder need not wait for files up to here */
	_Atomic uint64_t missed;	/* datagrams */

	struct journal_segment *last;	/* for the receiver, which takes no lock, because a holder may be preempted */

	_Atomic uint64_t removed;	/* files that others removed */
	atomic_bool lost;		/* the open segment's was, and the receiver has not been told */
	int64_t watched_ms;		/* the janitor's, as the next */
	bool run_lost;			/* its directory cannot be made again */

	pthread_mutex_t lock;		/* of all below, and of segments */
	const struct journal_segment *watched;	/* the writer's, while its file is open; NULL: none */
	int watched_fd;
	uint64_t given_up_records;
	bool ended;			/* the janitor may go */
	struct journal_spare spare[JOURNAL_SPARES];	/* files for the next segments, in order */
	size_t spares;
	char *used[JOURNAL_SPARES];	/* paths of spares to be renamed to journals */
	size_t uses;
	int old[16];			/* descriptors to be closed */
	size_t olds;

	struct wakeup writer_wakeup, decoder_wakeup, janitor_wakeup;
	struct journal_run run;
	unsigned number;		/* of the next file: the janitor's */
	atomic_bool spare_failed;	/* none can be made for now */
	pthread_t writer_thread, janitor_thread;
	struct journal_cache *cache;
	struct journal_writer writer;
	struct journal_reader reader;
};

/* Threads that make and write files; false after a log line. */
bool journal_writer_start(struct journal *j);
/* Waits for them to end; the writer ends when everything is settled. */
void journal_writer_join(struct journal *j);

/* The janitor's: looks, once a second, whether the files are still there, and makes their directory again. */
void journal_watch(struct journal *j);

/* The end of the last whole record of a chunk; adds to *records how many there are. */
size_t journal_whole_records(const uint8_t *chunk, size_t len, uint64_t *records);

/* A segment from that position on; NULL when out of memory. */
struct journal_segment *journal_segment_new(struct journal *j, uint64_t begin) NODISCARD;
void journal_segment_free(struct journal_segment *s);

/* One of its two users is done with a segment; the last one frees it. */
void journal_segment_leave(struct journal_segment *s);
