/* SPDX-License-Identifier: BSD-2-Clause */
#include "detect/pairing.h"

/* The percentage of rows that may lack an answer: a network under a scan has many. */
#define ALONE_MOST 75

bool
pairing_answers(const struct pairing *p)
{
	double alone = 0;

	for (uint32_t i = 0; i < PAIRING_COUNTERS; i++) {
		double net = atomic_load_explicit(&p->net[i], memory_order_relaxed);

		alone += net * net;
	}
	return alone * 100 <= (double)ALONE_MOST * (double)atomic_load(&p->rows);
}
