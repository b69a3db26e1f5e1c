/* SPDX-License-Identifier: BSD-2-Clause */
#include "collect/ring.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define SIZE 4096
#define LONGEST 300

/* Byte i of the stream. */
static uint8_t
value(uint64_t i)
{
	return (uint8_t)(i * 31 + i / 251);
}

static bool
put(struct ring *r, size_t len, uint64_t keep)
{
	uint64_t head = ring_head(r);
	uint8_t *p = ring_reserve(r, len, keep);
	size_t i;

	if (p == NULL)
		return false;
	for (i = 0; i < len; i++)
		p[i] = value(head + i);
	ring_commit(r, len);
	return true;
}

static bool
right(struct ring *r, uint64_t from, size_t len)
{
	uint8_t out[SIZE];
	size_t i;

	if (!ring_copy(r, RING_DECODER, from, len, out))
		return false;
	for (i = 0; i < len; i++)
		if (out[i] != value(from + i))
			return false;
	return true;
}

static void
test_room(void)
{
	struct ring *r = ring_new(SIZE, LONGEST);

	ok(put(r, 300, 0));
	ok(right(r, 0, 300));
	while (ring_head(r) + 300 <= SIZE)
		ok(put(r, 300, 0));
	/* 13 times 300 bytes are in it: another would overwrite the first ones. */
	is_uint(ring_head(r), 3900);
	ok(!put(r, 300, 0));
	ok(!put(r, 300, 103));
	ok(put(r, 300, 104));
	is_uint(ring_tail(r), 104);
	ok(!right(r, 0, 10));
	ok(!right(r, 103, 10));
	ok(right(r, 104, 4096));
	/* What may be overwritten is given up ahead of need: a quarter of the ring. */
	ok(put(r, 1, 4000));
	is_uint(ring_tail(r), 4201 - 4096 + 1024);
	ring_free(r);
}

struct race {
	struct ring *ring;
	uint64_t end;
	uint64_t wrong, copied, gone;
};

static void *
copies(void *argument)
{
	struct race *race = argument;
	uint64_t at = 0;

	while (at < race->end) {
		uint64_t head = ring_head(race->ring), tail;
		size_t len = head - at > 200 ? 200 : (size_t)(head - at);
		uint8_t out[200];
		size_t i;

		if (ring_copy(race->ring, RING_DECODER, at, len, out)) {
			for (i = 0; i < len; i++)
				race->wrong += out[i] != value(at + i);
			race->copied += len;
			at += len;
		} else {
			tail = ring_tail(race->ring);
			race->gone += tail - at;
			at = tail;
		}
	}
	return NULL;
}

/* One overwrites as it likes while another copies: what was copied is right, whatever was missed. */
static void
test_race(void)
{
	struct race race = { ring_new(SIZE, LONGEST), 3000000, 0, 0, 0 };
	pthread_t thread;
	size_t len = 1;

	is_int(pthread_create(&thread, NULL, copies, &race), 0);
	while (ring_head(race.ring) < race.end) {
		uint64_t left = race.end - ring_head(race.ring);

		len = len % LONGEST + 1;
		if (!put(race.ring, len < left ? len : (size_t)left, ring_head(race.ring)))
			break;
	}
	(void)pthread_join(thread, NULL);
	is_uint(race.wrong, 0);
	is_uint(race.copied + race.gone, race.end);
	ring_free(race.ring);
}

int
main(void)
{
	test_room();
	test_race();
	return tap_done();
}
