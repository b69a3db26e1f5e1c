/* SPDX-License-Identifier: BSD-2-Clause */
#include "collect/ring.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * This much of the ring is released ahead of need, so that a reader that is interrupted while it
 * copies does not make the appending thread wait.
 */
#define AHEAD 4

/* Pause while waiting for such a reader. */
#define PAUSE_NS 20000

#define NO_CLAIM UINT64_MAX

struct ring {
	size_t size;
	uint8_t *bytes;
	uint8_t *piece;			/* a reservation that crosses the end of bytes */
	bool in_piece;
	uint64_t waits;			/* pauses for readers */
	_Atomic uint64_t head, tail;	/* written by the appending thread */
	_Atomic uint64_t claim[RING_READERS];	/* where a reader is copying from */
};

struct ring *
ring_new(size_t bytes, size_t longest)
{
	struct ring *r = calloc(1, sizeof(*r));
	unsigned i;

	if (r == NULL)
		return NULL;
	r->size = bytes;
	r->bytes = malloc(bytes);
	r->piece = malloc(longest);
	for (i = 0; i < RING_READERS; i++)
		atomic_init(&r->claim[i], NO_CLAIM);
	if (r->bytes == NULL || r->piece == NULL) {
		ring_free(r);
		return NULL;
	}
	return r;
}

void
ring_free(struct ring *r)
{
	if (r == NULL)
		return;
	free(r->bytes);
	free(r->piece);
	free(r);
}

/* Waits until no reader copies bytes before that position; new readers see the new tail. */
static void
await_readers(struct ring *r, uint64_t before)
{
	const struct timespec pause = { 0, PAUSE_NS };
	unsigned i;

	for (i = 0; i < RING_READERS; i++)
		while (atomic_load(&r->claim[i]) < before)
			r->waits += nanosleep(&pause, NULL) == 0;
}

/* Makes room up to the new head. */
static bool
advance(struct ring *r, uint64_t head, uint64_t keep)
{
	uint64_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed), need, ahead;

	if (head <= r->size)
		return true;
	need = head - r->size;
	if (need > tail) {
		if (need > keep)
			return false;
		ahead = need + r->size / AHEAD;
		atomic_store(&r->tail, ahead < keep ? ahead : keep);
	}
	await_readers(r, need);
	return true;
}

uint64_t
ring_waits(const struct ring *r)
{
	return r->waits;
}

uint8_t *
ring_reserve(struct ring *r, size_t len, uint64_t keep)
{
	uint64_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
	size_t at = (size_t)head & (r->size - 1);

	if (!advance(r, head + len, keep))
		return NULL;
	r->in_piece = at + len > r->size;
	return r->in_piece ? r->piece : r->bytes + at;
}

void
ring_commit(struct ring *r, size_t len)
{
	uint64_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
	size_t at = (size_t)head & (r->size - 1);

	if (r->in_piece) {
		memcpy(r->bytes + at, r->piece, r->size - at);
		memcpy(r->bytes, r->piece + (r->size - at), len - (r->size - at));
	}
	atomic_store(&r->head, head + len);
}

uint64_t
ring_head(const struct ring *r)
{
	return atomic_load(&r->head);
}

uint64_t
ring_tail(const struct ring *r)
{
	return atomic_load(&r->tail);
}

bool
ring_copy(struct ring *r, enum ring_reader who, uint64_t from, size_t len, uint8_t *out)
{
	size_t at = (size_t)from & (r->size - 1), first = r->size - at;
	bool there;

	/* Sequentially consistent: either the appending thread sees the claim, or this one sees the new tail. */
	atomic_store(&r->claim[who], from);
	there = atomic_load(&r->tail) <= from;
	if (there) {
		if (first > len)
			first = len;
		memcpy(out, r->bytes + at, first);
		memcpy(out + first, r->bytes, len - first);
	}
	atomic_store(&r->claim[who], NO_CLAIM);
	return there;
}
