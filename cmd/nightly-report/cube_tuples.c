/* SPDX-License-Identifier: BSD-2-Clause */
#include "nightly-report/cube_tuples.h"

#include <stdlib.h>

#include "base/hash.h"

#define SLOTS_MIN 4096
/* More are folded at once: 200,000 take at most 16 MB. */
#define USED_MAX 200000

struct cube_tuples *
cube_tuples_new(void)
{
	struct cube_tuples *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->values = CUBE_VALUES;
	t->slots = SLOTS_MIN;
	t->slot = calloc(t->slots, sizeof(*t->slot));
	if (t->slot == NULL) {
		free(t);
		return NULL;
	}
	return t;
}

void
cube_tuples_free(struct cube_tuples *t)
{
	if (t != NULL)
		free(t->slot);
	free(t);
}

/* The combination with all values from `values` on as "other". */
static uint64_t
fold(uint64_t key, size_t values)
{
	uint64_t out = 0;

	for (unsigned d = 0; d < CUBE_DIMS; d++) {
		uint64_t code = key >> (d * CUBE_TUPLE_BITS) & ((1U << CUBE_TUPLE_BITS) - 1);

		if (code >= values && d != CUBE_DIRECTION)
			code = CUBE_TUPLE_OTHER;
		out |= code << (d * CUBE_TUPLE_BITS);
	}
	return out;
}

static void
put(struct cube_tuples *t, uint64_t key, const struct cube_sums *sums)
{
	size_t i = (size_t)hash_mix64(key) & (t->slots - 1);

	while (t->slot[i].key != 0 && t->slot[i].key != key + 1)
		i = (i + 1) & (t->slots - 1);
	t->used += t->slot[i].key == 0;
	t->slot[i].key = key + 1;
	t->slot[i].sums.flows += sums->flows;
	t->slot[i].sums.packets += sums->packets;
	t->slot[i].sums.bytes += sums->bytes;
}

/* Moves all to a table of that many slots, with that many values told apart. */
static bool
move(struct cube_tuples *t, size_t slots, size_t values)
{
	struct cube_tuples next = { .values = values, .slots = slots, .slot = calloc(slots, sizeof(*next.slot)) };

	if (next.slot == NULL)
		return false;
	for (size_t i = 0; i < t->slots; i++)
		if (t->slot[i].key != 0)
			put(&next, fold(t->slot[i].key - 1, values), &t->slot[i].sums);
	free(t->slot);
	*t = next;
	return true;
}

/* Tells fewer values apart, until at most that many combinations are left. */
static bool
reduce(struct cube_tuples *t, size_t most)
{
	while (t->used > most && t->values > 0)
		if (!move(t, t->slots, t->values - 1))
			return false;
	return true;
}

bool
cube_tuples_add(struct cube_tuples *t, uint64_t key, const struct cube_sums *sums)
{
	put(t, t->values < CUBE_VALUES ? fold(key, t->values) : key, sums);
	if (t->used > USED_MAX && !reduce(t, USED_MAX / 2))
		return false;
	return t->used <= t->slots / 2 || move(t, 2 * t->slots, t->values);
}

bool
cube_tuples_merge(struct cube_tuples *to, const struct cube_tuples *from)
{
	if (from->values < to->values && !move(to, to->slots, from->values))
		return false;
	for (size_t i = 0; i < from->slots; i++)
		if (from->slot[i].key != 0 && !cube_tuples_add(to, from->slot[i].key - 1, &from->slot[i].sums))
			return false;
	return true;
}

static int
by_key(const void *pa, const void *pb)
{
	const struct cube_tuple *a = pa, *b = pb;

	return (a->key > b->key) - (a->key < b->key);
}

bool
cube_tuples_finish(struct cube_tuples *t)
{
	size_t n = 0;

	if (!reduce(t, CUBE_TUPLES_MAX))
		return false;
	for (size_t i = 0; i < t->slots; i++)
		if (t->slot[i].key != 0) {
			t->slot[n] = t->slot[i];
			t->slot[n++].key--;
		}
	qsort(t->slot, n, sizeof(*t->slot), by_key);
	return true;
}
