/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * HyperLogLog: estimates how many distinct values were added, with a standard error of about
 * 0.8 % (1.04 / sqrt(2^14)), in at most 16 KiB.  Few values are kept as a list of 25-bit hashes,
 * which makes small numbers nearly exact.  Sketches of parts can be merged into one of the
 * whole.
 *
 * Flajolet et al. 2007; the list: Heule et al. 2013; the estimate, which needs no table of
 * corrections: Ertl 2017.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

#define HLL_BITS 14
#define HLL_REGISTERS (1U << HLL_BITS)

/* All zero at first. */
struct hll {
	struct hll *next;	/* for the owner's use */
	uint32_t count, cap;	/* of the list, a hash table with open addressing */
	uint32_t *list;
	uint8_t *rank;		/* HLL_REGISTERS registers; replaces the list */
};

/* Adds a value by its hash, all 64 bits of which must be random; false when out of memory. */
bool hll_add(struct hll *h, uint64_t hash, struct arena *arena) NODISCARD;

/* Prefetches the memory that adding this hash will access. */
void hll_prefetch(const struct hll *h, uint64_t hash);

/* Adds all values of another sketch; false when out of memory. */
bool hll_merge(struct hll *h, const struct hll *other, struct arena *arena) NODISCARD;

uint64_t hll_estimate(const struct hll *h);
