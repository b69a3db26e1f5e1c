/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A stream of bytes, the last of which are in memory.  One thread appends and never waits for
 * others to sleep or write; two others copy what is still there.
 *
 *	                 tail                  head
 *	      overwritten |  may be copied      |  next byte
 *	position ---------+---------------------+------>     of the stream, never reset
 *
 * Each reservation names the position before which the appending thread may overwrite: those
 * bytes have been copied by all that need them, or are in a file.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring;

/* The readers. */
enum ring_reader {
	RING_WRITER,		/* to a file */
	RING_DECODER,
	RING_READERS
};

/* `bytes` is a power of two, `longest` the longest reservation.  NULL when out of memory. */
struct ring *ring_new(size_t bytes, size_t longest);
void ring_free(struct ring *r);

/*
 * Appending thread: `len` contiguous bytes to be filled, which ring_commit appends.  NULL where that would
 * overwrite the byte at `keep` or later ones.
 */
uint8_t *ring_reserve(struct ring *r, size_t len, uint64_t keep);
void ring_commit(struct ring *r, size_t len);

/* How often it waited for a reader, some 20 us each. */
uint64_t ring_waits(const struct ring *r);

/* The end of the stream; the caller sees all bytes before it. */
uint64_t ring_head(const struct ring *r);

/* The position of the oldest byte that is still there. */
uint64_t ring_tail(const struct ring *r);

/* Copies bytes that end at or before the head; false where the first was overwritten already. */
bool ring_copy(struct ring *r, enum ring_reader who, uint64_t from, size_t len, uint8_t *out);
