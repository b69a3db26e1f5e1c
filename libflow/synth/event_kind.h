/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The kinds of events that add to the ordinary mix or change it, as a table. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An event makes flows of its own, or changes the path of the mix's flows. */
enum event_effect {
	EFFECT_FLOWS,
	EFFECT_OUTAGE,		/* flows are not seen */
	EFFECT_FLAP,		/* flows change their route at intervals */
	EFFECT_ASYMMETRIC,	/* one direction passes another router */
};

/* How the rate of an event's flows changes. */
enum event_pace {
	PACE_RAMP,	/* up, hold, down */
	PACE_STEADY,	/* one interval, with jitter */
	PACE_GROW,	/* doubles eight times */
};

/* The hosts at one end of its flows. */
enum event_party {
	PARTY_LOCAL,	/* one host in a local network */
	PARTY_REMOTE,	/* one host elsewhere */
	PARTY_HOSTS,	/* `hosts` hosts elsewhere */
	PARTY_ANY,	/* another invented address each time */
	PARTY_SWEEP,	/* a local network, address by address */
	PARTY_INFECTED,	/* a growing number of local hosts */
};

enum event_ports {
	PORTS_ONE,
	PORTS_ALL,	/* 1 .. 65535, one after another */
	PORTS_SCATTER,	/* all of them, in a scattered order */
	PORTS_ANY,	/* another random one each time */
};

/* Numbers are drawn uniformly from ranges _lo .. _hi, both included. */
struct event_kind {
	const char *name;
	const char *help;
	enum event_effect effect;
	enum event_pace pace;
	enum event_party src, dst;
	enum event_ports ports;
	bool reflected;			/* `port` is the source's, the destination's is random */
	bool whole;			/* lasts as long as the run by default */
	uint8_t proto;
	uint16_t port;
	uint8_t jitter;			/* of intervals, percent */
	int64_t gap_ns;			/* between two flows (flap: between two changes) */
	uint32_t hosts;			/* PARTY_HOSTS, PARTY_INFECTED */
	uint32_t packets_lo, packets_hi;
	uint8_t tail;			/* heavy tail of packets, see synth/shape.def; 0: none */
	uint16_t up_lo, up_hi;		/* bytes a packet */
	uint8_t answered;		/* percent of flows that have an answer */
	uint16_t back;			/* packets of the answer, percent */
	uint16_t down_lo, down_hi;	/* bytes a packet of it */
	uint8_t flags, back_flags;	/* of TCP */
	uint32_t duration_lo, duration_hi;	/* ms */
};

/* Kind i, counted from 0; NULL when there are no more. */
const struct event_kind *event_kind(size_t i);

/* The kind of exactly that name; NULL: none. */
const struct event_kind *event_kind_named(const char *name, size_t len);

/* A service that a spike may hit. */
struct event_service {
	const char *name;
	uint8_t proto;
	uint16_t port;
};

const struct event_service *event_service(size_t i);
const struct event_service *event_service_named(const char *name, size_t len);
