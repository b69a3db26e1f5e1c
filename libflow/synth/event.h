/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* An event while it happens: who takes part, when its next flow begins, and what that looks like. */

#include <stdbool.h>
#include <stdint.h>

#include "synth/event_spec.h"
#include "synth/random.h"
#include "synth/talk.h"
#include "synth/world.h"

/* Networks that an event may add to the world. */
#define EVENT_NETWORKS 3

struct event {
	const struct event_kind *kind;
	int64_t begin_ns, end_ns;	/* flows begin in [begin, end) */
	int64_t next_ns;		/* when the next one does */
	int64_t ramp_ns, gap_ns;
	int64_t lag_ms;			/* from a flow's beginning to its export */
	uint64_t made;			/* conversations so far */
	struct random random;
	struct host src, dst;		/* where there is one */
	struct host *hosts;		/* where there are many */
	uint32_t count;			/* of them */
	uint32_t src_network, dst_network;	/* where they are drawn */
	uint16_t src_bits, dst_bits;	/* of the prefix that addresses are drawn from */
	uint16_t port;
	uint8_t proto, jitter;
	bool src_asked, dst_asked;	/* the user said from where, to where */
	bool one_exporter;		/* all flows are seen by `exporter` */
	uint32_t exporter;
	int64_t interface;		/* effects: of a link; -1: none */
	uint32_t network, detour;	/* flap: whose route, and the other one */
};

/* When the run begins and ends (INT64_MAX: never), and how many exporters there are. */
struct event_stage {
	int64_t start_ms, end_ms;
	uint64_t seed;
	uint32_t exporters;
};

/*
 * `world` gets up to EVENT_NETWORKS further networks, for which it must have room.  False when out of
 * memory; the event is to be released even then.
 */
bool event_init(struct event *e, const struct event_spec *spec, const struct event_stage *stage,
    struct world *world) NODISCARD;
void event_release(struct event *e);

/* When its next flow is exported; INT64_MAX: there are no more. */
int64_t event_due_ms(const struct event *e);

/*
 * Makes its next conversation, 1 or 2 flows (at most `room`, >= 1); *first_ms is when the first
 * begins.  Only where event_due_ms is not INT64_MAX.
 */
unsigned event_make(struct event *e, const struct world *world, struct talk_flow flow[2], unsigned room,
    int64_t *first_ms);
