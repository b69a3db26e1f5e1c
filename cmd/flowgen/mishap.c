/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowgen/mishap.h"

#include <stdlib.h>

#include "base/hash.h"

#define WHOLE 100000

void
mishap_init(struct mishap *m, const struct mishap_options *options)
{
	*m = (struct mishap){ .options = *options, .state = hash_mix64(options->seed ^ UINT64_C(0x6d6973686170)) };
}

static bool
strikes(struct mishap *m, uint64_t chance)
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
		if (d->item[i].rows == 0 && d->item[i].time_ms < m->options.templates_ms)
			continue;
		if (d->item[i].rows > 0 && strikes(m, m->options.lose)) {
			m->datagrams++;
			m->flows += d->item[i].rows;
		} else {
			d->item[kept++] = d->item[i];
		}
	}
	d->count = kept;
}

/* Times of sending are not swapped. */
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

static enum flow_status
repeat(struct mishap *m, struct flow_datagrams *d)
{
	struct flow_datagram_span *item;
	size_t count = d->count, i, to = 0;

	if (count == 0)
		return FLOW_OK;
	item = malloc(2 * count * sizeof(*item));
	if (item == NULL)
		return FLOW_ENOMEM;
	for (i = 0; i < count; i++) {
		item[to++] = d->item[i];
		if (d->item[i].rows == 0 || !strikes(m, m->options.duplicate))
			continue;
		item[to++] = d->item[i];
		m->twice++;
		m->flows_twice += d->item[i].rows;
	}
	free(d->item);
	d->item = item;
	d->count = to;
	d->cap = 2 * count;
	return FLOW_OK;
}

enum flow_status
mishap(struct mishap *m, struct flow_datagrams *d)
{
	size_t i;

	if (m->options.lose > 0 || m->options.templates_ms != INT64_MIN)
		lose(m, d);
	for (i = 0; i + 1 < d->count; i++)
		if (d->item[i].rows > 0 && d->item[i + 1].rows > 0 && strikes(m, m->options.swap))
			swap(&d->item[i], &d->item[i + 1]);
	return m->options.duplicate > 0 ? repeat(m, d) : FLOW_OK;
}
