/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowgen/mishap.h"

#include "base/hash.h"

#define WHOLE 100000

void
mishap_init(struct mishap *m, uint64_t seed, uint32_t lose, uint32_t swap)
{
	*m = (struct mishap){ hash_mix64(seed ^ UINT64_C(0x6d6973686170)), lose, swap, 0, 0 };
}

static bool
strikes(struct mishap *m, uint32_t chance)
{
	if (chance == 0)
		return false;
	m->state += UINT64_C(0x9e3779b97f4a7c15);
	return hash_mix64(m->state) % WHOLE < chance;
}

static void
lose(struct mishap *m, struct flow_datagrams *d)
{
	size_t kept = 0, i;

	for (i = 0; i < d->count; i++) {
		if (d->item[i].rows > 0 && strikes(m, m->lose)) {
			m->datagrams++;
			m->flows += d->item[i].rows;
		} else {
			d->item[kept++] = d->item[i];
		}
	}
	d->count = kept;
}

/* The times of sending stay where they are. */
static void
swap(struct flow_datagram_span *a, struct flow_datagram_span *b)
{
	struct flow_datagram_span saved = *a;
	int64_t first_ms = a->time_ms, second_ms = b->time_ms;

	*a = *b;
	*b = saved;
	a->time_ms = first_ms;
	b->time_ms = second_ms;
}

void
mishap(struct mishap *m, struct flow_datagrams *d)
{
	size_t i;

	if (m->lose > 0)
		lose(m, d);
	for (i = 0; i + 1 < d->count; i++)
		if (d->item[i].rows > 0 && d->item[i + 1].rows > 0 && strikes(m, m->swap))
			swap(&d->item[i], &d->item[i + 1]);
}
