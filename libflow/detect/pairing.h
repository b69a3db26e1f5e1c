/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Whether flows without a handshake come with their answers, or only one way was seen (asymmetric routes, exporters
 * that look at one direction): then nothing is to be concluded from answers that are missing.
 *
 * Each row adds 1 to a counter chosen by its ends without their order, or takes 1 off if it runs the other way.
 * Rows with an answer cancel out; the sum of the counters' squares estimates rows that have none (the second moment:
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

/* Whether more rows have an answer than some of a hundred. */
bool pairing_answers(const struct pairing *p);
