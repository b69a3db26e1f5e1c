/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/world.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"

#define V4_NETWORKS 3072
#define V4_LOCAL 64
#define V6_NETWORKS 1024
#define V6_LOCAL 32

/* The shortest prefixes of invented networks. */
#define V4_BITS_MIN 14
#define V6_BITS_MIN 32

#define V4_CLIENTS (1u << 16)
#define V4_SERVERS (1u << 16)
#define V6_CLIENTS (1u << 15)
#define V6_SERVERS (1u << 14)

#define SYSTEMS 1200		/* autonomous systems besides the operator's */
#define OPERATOR_AS 131099u

/* First octets that are not for public unicast, or are partly special. */
static bool
octet_is_special(uint32_t o)
{
	return o == 0 || o == 10 || o == 100 || o == 127 || o == 169 || o == 172 || o == 192 ||
	    o == 198 || o == 203 || o >= 224;
}

static struct addr
random_v4_network(struct random *r, uint8_t bits)
{
	uint32_t octet;
	struct addr a;

	do
		octet = random_between(r, 1, 223);
	while (octet_is_special(octet));
	a = addr_from_v4(octet << 24 | random_below(r, 1u << 24));
	return addr_mask(&a, bits);
}

/* An address within the registries' /12 blocks. */
static struct addr
random_v6_network(struct random *r, uint8_t bits)
{
	static const uint16_t blocks[] = { 0x2400, 0x2600, 0x2800, 0x2a00, 0x2c00 };
	uint32_t block = blocks[random_below(r, ARRAY_LEN(blocks))];
	struct addr a;

	store_be64(a.b, random_next(r));
	memset(a.b + 8, 0, 8);
	store_be16(a.b, (uint16_t)(block | (a.b[1] & 15u)));
	return addr_mask(&a, bits);
}

/* An AS number: two of five are old 16-bit ones, the others above 65535. */
static uint32_t
random_as(struct random *r)
{
	if (random_below(r, 5) < 2)
		return random_between(r, 1, 64495);
	return random_between(r, 131072, 401308);
}

static struct addr
link_address(bool v6, uint32_t interface)
{
	struct addr a;

	if (!v6)
		return addr_from_v4(100u << 24 | 64u << 16 | interface << 8 | 1);
	memset(a.b, 0, sizeof(a.b));
	store_be32(a.b, 0x20010db8);
	store_be16(a.b + 6, (uint16_t)interface);
	a.b[15] = 1;
	return a;
}

/* The first 64 bits of a prefix in its own family. */
static uint64_t
prefix_key(const struct addr *a)
{
	return addr_is_v4(a) ? (uint64_t)addr_v4(a) << 32 : addr_hi(a);
}

#define NEAR_SLOTS 4096

/* Networks of one family, as lists of those whose first `common` bits are the same, which all of them have. */
struct near {
	const struct network *network;
	unsigned common;
	uint32_t head[NEAR_SLOTS];	/* a network's number + 1; 0: none */
	uint32_t *next;
};

static uint32_t *
near_slot(struct near *near, const struct network *n)
{
	return &near->head[hash_mix64(prefix_key(&n->base) >> (64 - near->common)) % NEAR_SLOTS];
}

static void
near_add(struct near *near, uint32_t i)
{
	uint32_t *slot = near_slot(near, &near->network[i]);

	near->next[i] = *slot;
	*slot = i + 1;
}

/* Whether those that were added share addresses with another. */
static bool
overlaps(struct near *near, const struct network *n)
{
	uint64_t key = prefix_key(&n->base);
	uint32_t i;

	for (i = *near_slot(near, n); i > 0; i = near->next[i - 1]) {
		const struct network *other = &near->network[i - 1];
		unsigned bits = other->bits < n->bits ? other->bits : n->bits;

		if ((prefix_key(&other->base) ^ key) >> (64 - bits) == 0)
			return true;
	}
	return false;
}

/* The networks of one family and side that the list names go to n[0 ..]; returns how many. */
static uint32_t
take_listed(const struct network_list *list, bool v6, bool local, struct network *n)
{
	uint32_t count = 0;
	size_t i;

	for (i = 0; list != NULL && i < list->count; i++) {
		const struct network_entry *e = &list->entry[i];

		if (addr_is_v4(&e->base) == v6 || e->local != local)
			continue;
		if (n != NULL)
			n[count] = (struct network){ .base = e->base, .bits = e->bits, .as = e->as };
		count++;
	}
	return count;
}

/* Sets the number of networks of a family, and of local ones: the list's, else the usual numbers. */
static void
count_networks(struct pool *p, const struct network_list *list, bool v6)
{
	uint32_t local = take_listed(list, v6, true, NULL), remote = take_listed(list, v6, false, NULL);

	p->local = local > 0 ? local : v6 ? V6_LOCAL : V4_LOCAL;
	p->networks = p->local + (remote > 0 ? remote : v6 ? V6_NETWORKS - V6_LOCAL : V4_NETWORKS - V4_LOCAL);
}

static bool
make_networks(struct world *w, struct random *r, const struct network_list *list, const uint32_t *system,
    const struct zipf *rank, bool v6)
{
	struct pool *p = &w->pool[v6];
	struct near near = { .network = &w->network[p->networks_from], .common = v6 ? V6_BITS_MIN : V4_BITS_MIN,
		.next = calloc(p->networks, sizeof(*near.next)) };
	uint32_t i, listed[2];

	if (near.next == NULL)
		return false;
	listed[false] = take_listed(list, v6, false, &w->network[p->networks_from + p->local]);
	listed[true] = take_listed(list, v6, true, &w->network[p->networks_from]);
	for (i = 0; list != NULL && i < list->count; i++)
		if (addr_is_v4(&list->entry[i].base) != v6 && list->entry[i].bits < near.common)
			near.common = list->entry[i].bits;
	for (i = 0; i < p->networks; i++) {
		struct network *n = &w->network[p->networks_from + i];
		bool local = i < p->local;

		if (listed[local] > 0) {
			n->interface = local ? 1 + i % CUSTOMER_PORTS : UPLINK_FIRST + n->as % UPLINKS;
			n->next_hop = link_address(v6, n->interface % 256);
			near_add(&near, i);
			continue;
		}

		n->bits = (uint8_t)(v6 ? random_between(r, V6_BITS_MIN, 48)
		    : local ? random_between(r, 20, 23) : random_between(r, V4_BITS_MIN, 24));
		do
			n->base = v6 ? random_v6_network(r, n->bits)
			    : random_v4_network(r, n->bits);
		while (overlaps(&near, n));
		near_add(&near, i);
		n->as = local && i % 4 != 0 ? OPERATOR_AS : system[zipf_draw(rank, r)];
		n->interface = local ? 1 + i % CUSTOMER_PORTS : UPLINK_FIRST + n->as % UPLINKS;
		n->next_hop = link_address(v6, n->interface % 256);
	}
	free(near.next);
	return true;
}

static struct host
host_in(const struct world *w, struct random *r, uint32_t network, bool small)
{
	const struct network *n = &w->network[network];
	struct host h = { n->base, network };
	uint64_t bits = random_next(r);

	if (addr_is_v4(&n->base)) {
		uint32_t mask = n->bits < 32 ? UINT32_MAX >> n->bits : 0;

		store_be32(h.addr.b + 12, addr_v4(&n->base) | ((uint32_t)(bits >> 32) & mask));
	} else {
		/* At most 16 bits of subnet; servers have numbers, others privacy addresses. */
		uint64_t mask = (n->bits < 64 ? UINT64_MAX >> n->bits : 0) & (small ? 0x0f : 0xffff);

		store_be64(h.addr.b, addr_hi(&n->base) | (bits & mask));
		store_be64(h.addr.b + 8, small ? 1 + bits % 4096 : random_next(r));
	}
	return h;
}

struct host
world_stranger(const struct world *w, struct random *r, uint32_t network)
{
	return host_in(w, r, network, false);
}

static void
make_hosts(const struct world *w, struct random *r, const struct pool *p, struct host *host,
    uint32_t count, bool server)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		/* One in sixteen is on the other side. */
		bool local = (random_below(r, 16) == 0) == server;
		uint32_t network = local ? random_below(r, p->local)
		    : random_between(r, p->local, p->networks - 1);

		host[i] = host_in(w, r, p->networks_from + network, server);
	}
}

static bool
make_pool(struct world *w, struct random *r, bool v6)
{
	struct pool *p = &w->pool[v6];

	p->clients = v6 ? V6_CLIENTS : V4_CLIENTS;
	p->servers = v6 ? V6_SERVERS : V4_SERVERS;
	p->client = calloc(p->clients, sizeof(*p->client));
	p->server = calloc(p->servers, sizeof(*p->server));
	if (p->client == NULL || p->server == NULL ||
	    !zipf_init(&p->client_rank, p->clients) ||
	    !zipf_init(&p->server_rank, p->servers))
		return false;
	make_hosts(w, r, p, p->client, p->clients, false);
	make_hosts(w, r, p, p->server, p->servers, true);
	return true;
}

uint32_t
world_find(const struct world *w, const struct addr *a)
{
	uint32_t i;

	for (i = 0; i < w->networks; i++)
		if (addr_in_prefix(a, &w->network[i].base, w->network[i].bits))
			break;
	return i;
}

uint32_t
world_adopt(struct world *w, const struct addr *base, uint8_t bits, uint32_t like)
{
	struct network *n = &w->network[w->networks];

	*n = w->network[like];
	n->base = *base;
	n->bits = bits;
	return w->networks++;
}

uint32_t
world_detour(struct world *w, uint32_t network)
{
	struct network *n = &w->network[w->networks];

	*n = w->network[network];
	n->interface = n->interface == UPLINK_FIRST ? UPLINK_FIRST + 1 : UPLINK_FIRST;
	n->next_hop = link_address(!addr_is_v4(&n->base), n->interface % 256);
	return w->networks++;
}

bool
world_init(struct world *w, uint64_t seed, uint32_t spare, const struct network_list *list)
{
	struct zipf rank;
	uint32_t system[SYSTEMS], i;
	struct random r;
	bool done;

	memset(w, 0, sizeof(*w));
	random_init(&r, seed);
	count_networks(&w->pool[0], list, false);
	count_networks(&w->pool[1], list, true);
	w->pool[1].networks_from = w->pool[0].networks;
	w->networks = w->pool[0].networks + w->pool[1].networks;
	w->room = w->networks + spare;
	w->network = calloc(w->room, sizeof(*w->network));
	if (w->network == NULL || !zipf_init(&rank, SYSTEMS))
		return false;
	for (i = 0; i < SYSTEMS; i++)
		system[i] = random_as(&r);
	done = make_networks(w, &r, list, system, &rank, false) && make_networks(w, &r, list, system, &rank, true) &&
	    make_pool(w, &r, false) && make_pool(w, &r, true);
	zipf_release(&rank);
	return done;
}

void
world_release(struct world *w)
{
	unsigned i;

	for (i = 0; i < 2; i++) {
		free(w->pool[i].client);
		free(w->pool[i].server);
		zipf_release(&w->pool[i].client_rank);
		zipf_release(&w->pool[i].server_rank);
	}
	free(w->network);
	memset(w, 0, sizeof(*w));
}
