/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Whether the archive has both directions of flows without a handshake, or only one (asymmetric routes, exporters that
 * look at one direction): then a missing answer proves nothing.
 *
 * Each row adds 1 to a counter chosen by its unordered ends, or subtracts 1 if it runs the other way.  Rows with an
 * answer cancel out; the sum of the counters' squares estimates the number of rows without (the second moment:
 * Alon, Matias and Szegedy, "The Space Complexity of Approximating the Frequency Moments", 1999).
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define PAIRING_COUNTERS 65536

struct pairing {
	atomic_int_least32_t net[PAIRING_COUNTERS];
	atomic_uint_least64_t rows;
};

static inline void
pairing_add(struct pairing *p, uint64_t ends, bool forward)
{
	(void)atomic_fetch_add_explicit(&p->net[ends % PAIRING_COUNTERS], forward ? 1 : -1, memory_order_relaxed);
}

/* Whether so many rows have answers that both directions must have been seen. */
bool pairing_answers(const struct pairing *p);
