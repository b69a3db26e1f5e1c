/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The queue between the receiver and the decoder, which is also what a crash leaves: a ring in
 * memory, and files with its contents.
 *
 *	receiver -> ring ------------------------------> decoder
 *	              |                                     ^
 *	              +-- writer, within 10 ms -> files ----+  where the ring was overwritten
 *
 * The receiver never waits for a disk.  The decoder sees a datagram once it is in a file (with
 * sync_ms: on the disk), so what it counts as received survives the process.
 *
 * Where that is not possible, in this order:
 *   1. the decoder is slow: it reads files instead of the ring;
 *   2. files cannot be written, or not fast enough for the ring: the decoder reads datagrams
 *      from the ring that are in no file (journal_segment_missed);
 *   3. both: the receiver waits, and the kernel counts what it drops.
 *
 * Each slot of time has a file of its own, a segment.
 */

#include "collect/journal_file.h"
#include "wire/decode.h"

struct journal;

struct journal_config {
	const struct log *log;
	const char *directory;	/* NULL: no files, 1. and 2. do not apply */
	uint16_t port;		/* in the records */
	unsigned sync_ms;	/* files are synced this often; 0: left to the system */
	size_t ring_bytes;	/* a power of two; 0: 64 MiB */
	uint64_t cache_bytes;	/* of files in the page cache, see journal_cache.h; 0: 256 MiB */
};

/* NULL after a log line, when out of memory.  Where no file can be made, it continues as above. */
struct journal *journal_new(const struct journal_config *config);

/* Call after both threads have ended; files that were not removed stay. */
void journal_free(struct journal *j);

/* The name of this run's journals; "" without files. */
const char *journal_run_name(const struct journal *j);

/* Receiver. */

/* Appends a datagram; waits only in case 3.  `sequence` is that of a TCP stream. */
void journal_put(struct journal *j, const struct flow_datagram *datagram, uint32_t sequence);

/* Makes the writer write what was put; call it before waiting for more. */
void journal_push(struct journal *j);

/* The slot ends here; nothing where it is empty. */
void journal_cut(struct journal *j);

/* Total time that journal_put waited, in microseconds; by the receiver, or once both threads have ended. */
uint64_t journal_waited_us(const struct journal *j);

/* As journal_cut, and nothing follows. */
void journal_stop(struct journal *j);

/* Decoder. */

enum journal_event {
	JOURNAL_DATAGRAM,
	JOURNAL_SLOT_END,
	JOURNAL_END,
	JOURNAL_IDLE,		/* nothing for some 100 ms */
};

struct journal_segment;

/*
 * Waits for the next event.  JOURNAL_DATAGRAM: *datagram, valid until the next call.  JOURNAL_SLOT_END:
 * *segment has what came since the last one; the caller owns it.
 */
enum journal_event journal_next(struct journal *j, struct flow_datagram *datagram,
    struct journal_segment **segment);

/* The id of the journal with the datagram that was read last; false where it is in no file yet.  For the decoder. */
bool journal_current_id(struct journal *j, char id[JOURNAL_ID_MAX]);

/* Bytes that the decoder has not read yet; any thread. */
uint64_t journal_backlog(const struct journal *j);

/* Bytes that are in memory only, and the most that can be (then the receiver waits); any thread. */
uint64_t journal_unwritten(const struct journal *j);
size_t journal_room(const struct journal *j);

/* Datagrams that were decoded before they were in a file; any thread. */
uint64_t journal_missed(const struct journal *j);

/* Files that others removed while they were in use; any thread. */
uint64_t journal_removed(const struct journal *j);

/* Receiver: whether the open slot's file was removed since the last call, so that it should be cut. */
bool journal_lost(struct journal *j);

/* Files. */

/* The file, NULL where there is none. */
const char *journal_segment_path(const struct journal_segment *s);

/* How many of the segment's datagrams are not in the file, and whether the decoder could not read some that are. */
uint64_t journal_segment_missed(struct journal_segment *s);
bool journal_segment_unread(const struct journal_segment *s);

/* Frees it, and removes the file if all of it is filed. */
void journal_segment_release(struct journal_segment *s, bool filed);
