/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The hosts of generated traffic: networks with their routes, and pools of hosts
 * in them.  All of it follows from a seed.
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
	uint32_t interface;	/* the port it lies behind */
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
	uint32_t networks_from, networks;	/* the family's range in world->network */
	uint32_t local;				/* how many of them, the first ones, are local */
};

struct world {
	struct network *network;
	uint32_t networks, room;	/* number of networks, and capacity */
	struct pool pool[2];	/* IPv4, IPv6 */
};

/*
 * Makes a world with room for `spare` further networks; `list` has given ones, NULL: all are invented.  False when out
 * of memory; call world_release even then.
 */
bool world_init(struct world *w, uint64_t seed, uint32_t spare, const struct network_list *list) NODISCARD;
void world_release(struct world *w);

/* The network of an address; w->networks if there is none. */
uint32_t world_find(const struct world *w, const struct addr *a);

/* Adds base/bits with the route of network `like`; returns its number.  There must be room. */
uint32_t world_adopt(struct world *w, const struct addr *base, uint8_t bits, uint32_t like);

/* Adds a copy of a network behind another uplink; returns its number.  There must be room. */
uint32_t world_detour(struct world *w, uint32_t network);

/* A random address in a network, which need not be a host of a pool. */
struct host world_stranger(const struct world *w, struct random *r, uint32_t network);
