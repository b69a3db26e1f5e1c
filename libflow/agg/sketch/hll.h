/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * HyperLogLog: how many distinct values were added, to about 0.8 % (one standard error,
 * 1.04 / sqrt(2^14)), in at most 16 KiB however many they are.  Few values are kept as a
 * list of hashes of 25 bits, which makes small numbers nearly exact.  Sketches of parts merge into
 * that of the whole.
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
	struct hll *next;	/* the owner's */
	uint32_t count, cap;	/* of the list, a table of open addressing */
	uint32_t *list;
	uint8_t *rank;		/* HLL_REGISTERS of them; instead of the list */
};

/* Adds a value by its hash, of which all 64 bits count; false when out of memory. */
bool hll_add(struct hll *h, uint64_t hash, struct arena *arena) NODISCARD;

/* Asks for the memory that adding a value of this hash will need. */
void hll_prefetch(const struct hll *h, uint64_t hash);

/* Adds all that was added to another; false when out of memory. */
bool hll_merge(struct hll *h, const struct hll *other, struct arena *arena) NODISCARD;

uint64_t hll_estimate(const struct hll *h);
