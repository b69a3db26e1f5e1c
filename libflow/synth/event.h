/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The state of a running event: its hosts, and the time and form of its next flow. */

#include <stdbool.h>
#include <stdint.h>

#include "synth/event_spec.h"
#include "synth/random.h"
#include "synth/talk.h"
#include "synth/world.h"

/* The most networks that an event adds to the world. */
#define EVENT_NETWORKS 3

struct event {
	const struct event_kind *kind;
	int64_t begin_ns, end_ns;	/* flows begin in [begin, end) */
	int64_t next_ns;		/* when the next one begins */
	int64_t ramp_ns, gap_ns;
	int64_t lag_ms;			/* from a flow's beginning to its export */
	uint64_t made;			/* conversations so far */
	struct random random;
	struct host src, dst;		/* if a side has one host */
	struct host *hosts;		/* if a side has many */
	uint32_t count;			/* of hosts */
	uint32_t src_network, dst_network;	/* networks of drawn hosts */
	uint16_t src_bits, dst_bits;	/* of the prefix that addresses are drawn from */
	uint16_t port;
	uint8_t proto, jitter;
	bool src_asked, dst_asked;	/* the user gave the source, the destination */
	bool one_exporter;		/* only `exporter` sees its flows */
	uint32_t exporter;
	int64_t interface;		/* effects: of the link concerned; -1: none */
	uint32_t network, detour;	/* flap: the network, and its copy behind the other uplink */
};

/* The run of an event: its begin and end (INT64_MAX: none), and the number of exporters. */
struct event_stage {
	int64_t start_ms, end_ms;
	uint64_t seed;
	uint32_t exporters;
};

/*
 * Adds up to EVENT_NETWORKS networks to `world`, which must have room.  False when out of memory; call
 * event_release even then.
 */
bool event_init(struct event *e, const struct event_spec *spec, const struct event_stage *stage,
    struct world *world) NODISCARD;
void event_release(struct event *e);

/* The time of its next flow's export; INT64_MAX: there is none. */
int64_t event_due_ms(const struct event *e);

/*
 * Makes its next conversation, 1 or 2 flows (at most `room`, >= 1); *first_ms is when the first
 * begins.  Call it only if event_due_ms is not INT64_MAX.
 */
unsigned event_make(struct event *e, const struct world *world, struct talk_flow flow[2], unsigned room,
    int64_t *first_ms);
