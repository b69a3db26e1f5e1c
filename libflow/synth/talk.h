/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Conversations: hosts, service, size and duration, as one or two flows. */

#include <stdbool.h>
#include <stdint.h>

#include "net/addr.h"
#include "synth/alias.h"
#include "synth/traffic_profile.h"
#include "synth/random.h"
#include "synth/world.h"

/* One flow as an exporter counts it: the packets that it saw, before any scaling. */
struct talk_flow {
	struct addr src, dst, next_hop;
	uint32_t src_network, dst_network;
	uint32_t duration_ms;
	uint32_t delay_ms;	/* from its last packet to its export */
	uint64_t packets, bytes;
	uint16_t src_port, dst_port;
	uint8_t proto, tcp_flags, tos, fwd_status, direction;
	uint64_t rev_packets, rev_bytes;	/* of the reverse direction, if one row has both */
	uint8_t kind;		/* firewallEvent or natEvent; 0: neither */
};

struct talk_options {
	uint32_t ipv6_percent;		/* of conversations */
	const struct flow_profile *profile;	/* valid; replaces the usual services; NULL: none */
	uint32_t active_ms, inactive_ms;	/* timeouts of exporters */
};

struct talker {
	const struct world *world;
	struct alias service_rank;
	struct talk_options options;
	struct flow_profile *profile;	/* a copy; NULL: the usual mix */
};

/* `world` is borrowed, the profile is copied.  False when out of memory. */
bool talker_init(struct talker *t, const struct world *world, const struct talk_options *o) NODISCARD;
void talker_release(struct talker *t);

/* The hosts and the service of a conversation to be made. */
struct talk_who {
	uint32_t dice;		/* decides whether it is a scan */
	bool v6;
	uint32_t service;
	const struct host *client, *server;
};

/* Draws them some conversations ahead, and prefetches the hosts, which are scattered in memory. */
void talk_choose(const struct talker *t, struct random *r, struct talk_who *who);

/* Makes a conversation's flows: returns 1 or 2, at most `room` (>= 1). */
unsigned talk(const struct talker *t, struct random *r, const struct talk_who *who, struct talk_flow flow[2],
    unsigned room);

/* Parts of it, for other makers of flows. */

/* Sets addresses, networks and the next hop. */
void talk_set_ends(const struct world *w, struct talk_flow *f, const struct host *src, const struct host *dst);

/* Sets *back to *f with its ends exchanged. */
void talk_turn_round(const struct world *w, const struct talk_flow *f, struct talk_flow *back);

/* Draws a client's port, from Linux' range or IANA's. */
uint16_t talk_client_port(struct random *r);
