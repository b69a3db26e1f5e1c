/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A stream of bytes of which the last ones are in memory.  One thread appends and
 * never waits for others to sleep or write; two others copy from it what is still there.
 *
 *	                 tail                  head
 *	      overwritten |  may be copied      |  next byte
 *	position ────────┼─────────────────────┼──────►     of the stream, never reset
 *
 * The appending thread overwrites what lies before a position that it names with each
 * reservation: what has been copied by all who need it, or is in a file.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring;

/* Those who copy. */
enum ring_reader {
	RING_WRITER,		/* to a file */
	RING_DECODER,
	RING_READERS
};

/* `bytes` is a power of two, `longest` the longest reservation.  NULL when out of memory. */
struct ring *ring_new(size_t bytes, size_t longest);
void ring_free(struct ring *r);

/*
 * Appending thread: `len` bytes in one piece to be filled, which ring_commit appends.  NULL when
 * there is no room without overwriting the byte at `keep` or later ones.
 */
uint8_t *ring_reserve(struct ring *r, size_t len, uint64_t keep);
void ring_commit(struct ring *r, size_t len);

/* How often it had to wait for one who copies, some 20 us each. */
uint64_t ring_waits(const struct ring *r);

/* The end of the stream; what was appended before is seen by whoever calls this. */
uint64_t ring_head(const struct ring *r);

/* Where what is still there begins. */
uint64_t ring_tail(const struct ring *r);

/* Copies bytes that end at or before the head; false where their first one was overwritten already. */
bool ring_copy(struct ring *r, enum ring_reader who, uint64_t from, size_t len, uint8_t *out);
