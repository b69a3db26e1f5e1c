/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Flows of one exporter that wait to become rows of a batch. */

#include <stddef.h>
#include <stdint.h>

#include "synth/talk.h"

#define ROWS_MAX 1024

struct rows {
	uint32_t exporter;
	size_t at, n;			/* [at, n) wait */
	struct talk_flow flow[ROWS_MAX + 1];	/* one more for a reverse flow that becomes no row */
	int64_t received[ROWS_MAX];
	uint16_t event[ROWS_MAX];	/* number of the event from 1; 0: none */
};

static inline size_t
rows_left(const struct rows *r)
{
	return r->n - r->at;
}

/* Appends a row; there must be room. */
static inline void
rows_add(struct rows *to, const struct talk_flow *flow, int64_t received, uint16_t event)
{
	to->flow[to->n] = *flow;
	to->received[to->n] = received;
	to->event[to->n++] = event;
}
