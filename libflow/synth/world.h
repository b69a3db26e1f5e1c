/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Who could talk: networks with their routes, and pools of hosts in them.  All
 * of it follows from a seed.
 *
 * Local networks belong to the operator and its customers, remote ones to the
 * rest of the world.  Clients are mostly local, servers mostly remote.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "net/addr.h"
#include "synth/network_list.h"
#include "synth/random.h"
#include "synth/zipf.h"

/* Interfaces: customers 1 .. CUSTOMER_PORTS, uplinks UPLINK_FIRST and up. */
#define CUSTOMER_PORTS 24
#define UPLINKS 8
#define UPLINK_FIRST 501

struct network {
	struct addr base;
	uint8_t bits;
	uint32_t as;
	uint32_t interface;	/* behind which it lies */
	struct addr next_hop;	/* towards it */
};

struct host {
	struct addr addr;
	uint32_t network;
};

/* The hosts of one family; counts are powers of two. */
struct pool {
	struct host *client, *server;
	struct zipf client_rank, server_rank;
	uint32_t clients, servers;
	uint32_t networks_from, networks;	/* of world->network */
	uint32_t local;				/* the first so many of them */
};

struct world {
	struct network *network;
	uint32_t networks, room;	/* so many there are, and may be */
	struct pool pool[2];	/* IPv4, IPv6 */
};

/*
 * With room for `spare` further networks; `list` names some, NULL: all are invented.  False when out of memory; the
 * world is to be released even then.
 */
bool world_init(struct world *w, uint64_t seed, uint32_t spare, const struct network_list *list) NODISCARD;
void world_release(struct world *w);

/* The network that the address lies in; w->networks where there is none. */
uint32_t world_find(const struct world *w, const struct addr *a);

/* Adds base/bits behind the ports of network `like`; its number.  There must be room. */
uint32_t world_adopt(struct world *w, const struct addr *base, uint8_t bits, uint32_t like);

/* The same network by another uplink, as a further one.  There must be room. */
uint32_t world_detour(struct world *w, uint32_t network);

/* A host that nobody may have heard of, somewhere in a network. */
struct host world_stranger(const struct world *w, struct random *r, uint32_t network);
