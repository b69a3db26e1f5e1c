/* SPDX-License-Identifier: BSD-2-Clause */
/* An array keeps its elements when it grows, and stays as it is when it cannot. */
#include "base/vec.h"

#include <stdint.h>
#include <stdlib.h>

#include "tap.h"

static void
grows(void)
{
	uint32_t *item = NULL;
	size_t cap = 0, moves = 0, wrong = 0;

	for (uint32_t i = 0; i < 100000; i++) {
		size_t before = cap;

		if (!VEC_RESERVE(item, cap, i + 1u))
			break;
		moves += cap != before;
		item[i] = i * 3;
	}
	ok(cap >= 100000 && cap < 400000);
	/* It doubles: 16 times from 1 to 100000 at most. */
	ok(moves > 0 && moves <= 17);
	for (uint32_t i = 0; i < 100000; i++)
		wrong += item[i] != i * 3;
	is_uint(wrong, 0);
	free(item);
}

static void
keeps_its_room(void)
{
	char *item = NULL;
	size_t cap = 0;

	ok(VEC_RESERVE(item, cap, 0) && item == NULL && cap == 0);
	ok(VEC_RESERVE(item, cap, 1000) && cap >= 1000);
	for (size_t need = 0; need <= 1000; need++) {
		char *before = item;
		size_t room = cap;

		if (!VEC_RESERVE(item, cap, need) || item != before || cap != room)
			break;
		if (need == 1000)
			ok(true);
	}
	free(item);
}

static void
too_much(void)
{
	uint64_t *item = NULL;
	size_t cap = 0;

	ok(VEC_RESERVE(item, cap, 3));
	item[2] = 7;
	ok(!VEC_RESERVE(item, cap, SIZE_MAX));
	ok(!VEC_RESERVE(item, cap, SIZE_MAX / 8));
	ok(cap >= 3 && cap < 100 && item[2] == 7);
	free(item);
}

int
main(void)
{
	grows();
	keeps_its_room();
	too_much();
	return tap_done();
}
