/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What the threads at a journal share. */

#include <stdatomic.h>

#include "collect/journal.h"
#include "collect/journal_cache.h"
#include "collect/ring.h"
#include "collect/wakeup.h"

/* The most that is written or read at once; no record is longer. */
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
	_Atomic uint64_t end;		/* UINT64_MAX while it is open; who sees another sees `next` and `records_end` too */
	uint64_t missed;
	char *path;
	struct extent *extent;		/* more than one where writing failed between them */
	size_t extents;
	unsigned users;			/* of writer and decoder */
	bool left;			/* by the decoder: needs no file any more */
	bool unread;			/* the decoder could not read all that is in the file */
};

/*
 * Files that are made ahead: making one can take seconds while the system writes much, and slots may be
 * as short as that.
 */
#define JOURNAL_SPARES 4

struct journal_spare {
	int fd;
	char *path;			/* that it gets when it is used */
};

/* Of the writer's thread. */
struct journal_writer {
	struct journal_segment *segment;
	uint64_t at;			/* position: before it, all is written or given up */
	uint64_t records;		/* up to there */
	int fd;				/* of the segment; -1: none yet */
	int64_t size;			/* of its file */
	bool unsynced;
	bool sync_fails;		/* the last time, which is told */
	int64_t synced_ms;
	int64_t failed_ms;		/* when writing failed last; INT64_MIN: it works */
	uint8_t *chunk;
};

/* Of the decoder's thread. */
struct journal_reader {
	struct journal_segment *segment;
	uint64_t at;			/* position of what follows the chunk */
	uint8_t *chunk;
	size_t begin, end;		/* of what is in it */
	int fd;				/* of the segment; -1: not needed until now */
	struct extent extent;		/* that was looked up last */
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

	struct journal_segment *last;	/* the receiver's, who takes no lock: others may hold it and not run */

	pthread_mutex_t lock;		/* of all below, and of segments */
	uint64_t given_up_records;
	bool ended;			/* the janitor may go */
	struct journal_spare spare[JOURNAL_SPARES];	/* files for the next segments, in order */
	size_t spares;
	char *used[JOURNAL_SPARES];	/* paths of spares that became journals, and are to have their names */
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
/* Waits for them to end, which the writer does when all until the end is settled. */
void journal_writer_join(struct journal *j);

/* The end of the last whole record of a chunk; adds to *records how many there are. */
size_t journal_whole_records(const uint8_t *chunk, size_t len, uint64_t *records);

/* A segment from that position on; NULL when out of memory. */
struct journal_segment *journal_segment_new(struct journal *j, uint64_t begin) NODISCARD;
void journal_segment_free(struct journal_segment *s);

/* One of its two users is done with a segment; the last one frees it. */
void journal_segment_leave(struct journal_segment *s);
