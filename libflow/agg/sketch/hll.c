/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/sketch/hll.h"

#include <math.h>

/* An entry of the list: 25 bits of the hash, and the rank of the other 39. */
#define LIST_BITS 25
#define RANK_BITS 6
#define LIST_MIN 16
#define LIST_MAX 2048	/* as much memory as half of the registers */

/* The number of ranks: 0 (empty) to 64 - HLL_BITS zeros + 1. */
#define RANKS (64 - HLL_BITS + 2)

/* The number of leading zeros among the top `bits` bits of v, plus one. */
static unsigned
rank_of(uint64_t v, unsigned bits)
{
	unsigned zeros = v == 0 ? bits : (unsigned)__builtin_clzll(v);

	return (zeros < bits ? zeros : bits) + 1;
}

/* Never 0, as ranks count from 1. */
static uint32_t
entry_of(uint64_t hash)
{
	return (uint32_t)(hash >> (64 - LIST_BITS)) << RANK_BITS | rank_of(hash << LIST_BITS, 64 - LIST_BITS);
}

static void
put_rank(struct hll *h, uint32_t entry)
{
	uint32_t index = entry >> RANK_BITS, rank = entry & ((1U << RANK_BITS) - 1);
	uint32_t at = index >> (LIST_BITS - HLL_BITS);
	uint64_t between = (uint64_t)index << (64 - (LIST_BITS - HLL_BITS));
	uint32_t whole = between != 0 ? rank_of(between, 64) : LIST_BITS - HLL_BITS + rank;

	if (whole > h->rank[at])
		h->rank[at] = (uint8_t)whole;
}

static inline uint32_t
place_of(uint32_t cap, uint32_t index)
{
	return index * 0x9e3779b1U >> 8 & (cap - 1);
}

static uint32_t *
place(uint32_t *list, uint32_t cap, uint32_t entry)
{
	uint32_t i = place_of(cap, entry >> RANK_BITS);

	while (list[i] != 0 && list[i] >> RANK_BITS != entry >> RANK_BITS)
		i = (i + 1) & (cap - 1);
	return &list[i];
}

/* Converts the list to registers. */
static bool
spread_out(struct hll *h, struct arena *arena)
{
	uint8_t *rank = arena_alloc(arena, HLL_REGISTERS);

	if (rank == NULL)
		return false;
	h->rank = rank;
	for (uint32_t i = 0; i < h->cap; i++)
		if (h->list[i] != 0)
			put_rank(h, h->list[i]);
	h->list = NULL;
	h->count = h->cap = 0;
	return true;
}

static bool
grow(struct hll *h, struct arena *arena)
{
	uint32_t cap = h->cap > 0 ? 2 * h->cap : LIST_MIN, *list;

	if (cap > LIST_MAX)
		return spread_out(h, arena);
	list = arena_array(arena, cap, sizeof(*list));
	if (list == NULL)
		return false;
	for (uint32_t i = 0; i < h->cap; i++)
		if (h->list[i] != 0)
			*place(list, cap, h->list[i]) = h->list[i];
	h->list = list;
	h->cap = cap;
	return true;
}

static bool
add_entry(struct hll *h, uint32_t entry, struct arena *arena)
{
	uint32_t *at;

	if (h->rank == NULL && h->count >= h->cap - h->cap / 4 && !grow(h, arena))
		return false;
	if (h->rank != NULL) {
		put_rank(h, entry);
		return true;
	}
	at = place(h->list, h->cap, entry);
	h->count += *at == 0;
	if (entry > *at)
		*at = entry;
	return true;
}

bool
hll_add(struct hll *h, uint64_t hash, struct arena *arena)
{
	return add_entry(h, entry_of(hash), arena);
}

void
hll_prefetch(const struct hll *h, uint64_t hash)
{
	if (h->rank != NULL)
		__builtin_prefetch(&h->rank[hash >> (64 - HLL_BITS)], 1);
	else if (h->list != NULL)
		__builtin_prefetch(&h->list[place_of(h->cap, (uint32_t)(hash >> (64 - LIST_BITS)))], 1);
}

bool
hll_merge(struct hll *h, const struct hll *other, struct arena *arena)
{
	if (other->rank == NULL) {
		for (uint32_t i = 0; i < other->cap; i++)
			if (other->list[i] != 0 && !add_entry(h, other->list[i], arena))
				return false;
		return true;
	}
	if (h->rank == NULL && !spread_out(h, arena))
		return false;
	for (uint32_t i = 0; i < HLL_REGISTERS; i++)
		if (other->rank[i] > h->rank[i])
			h->rank[i] = other->rank[i];
	return true;
}

/* x + x^2 + 2 x^4 + 4 x^8 + ... (Ertl, algorithm 6); x below 1. */
static double
sigma(double x)
{
	double y = 1, z = x, before;

	do {
		x *= x;
		before = z;
		z += x * y;
		y += y;
	} while (z > before);
	return z;
}

static double
tau(double x)
{
	double y = 1, z = 1 - x, before;

	if (!(x > 0) || !(x < 1))
		return 0;
	do {
		x = sqrt(x);
		before = z;
		y /= 2;
		z -= (1 - x) * (1 - x) * y;
	} while (z < before);
	return z / 3;
}

uint64_t
hll_estimate(const struct hll *h)
{
	const double m = HLL_REGISTERS, list = (double)(1U << LIST_BITS);
	uint32_t count[RANKS] = { 0 };
	double z;

	if (h->rank == NULL)
		return (uint64_t)(list * -log1p(-(double)h->count / list) + 0.5);
	for (uint32_t i = 0; i < HLL_REGISTERS; i++)
		count[h->rank[i]]++;
	z = m * tau(1 - count[RANKS - 1] / m);
	for (unsigned k = RANKS - 2; k >= 1; k--)
		z = (z + count[k]) / 2;
	if (count[0] == HLL_REGISTERS)
		return 0;
	z += m * sigma(count[0] / m);
	return (uint64_t)(m * m / (2 * log(2)) / z + 0.5);
}
