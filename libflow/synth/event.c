/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/event.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "net/proto.h"

#define NS_PER_MS INT64_C(1000000)
#define MS_MOST (INT64_MAX / NS_PER_MS)	/* nanoseconds last until 2262 */

/* The factor 1 of jitter, in parts. */
#define JITTER_ONE 100000

/* Default start and duration in a run without an end. */
#define ENDLESS_START_MS 60000
#define ENDLESS_DURATION_MS 300000

/* How long an exporter waits for another packet, and then until it exports an ended flow. */
#define INACTIVE_TIMEOUT_MS 15000
#define EXPORT_MS 1000

#define FORWARDED 64		/* RFC 7270: forwarded, reason unknown */
#define PACKET_MAX 1500

static bool
is_fixed(enum event_party party)
{
	return party == PARTY_LOCAL || party == PARTY_REMOTE;
}

static bool
is_local(enum event_party party)
{
	return party == PARTY_LOCAL || party == PARTY_SWEEP || party == PARTY_INFECTED;
}

/* Draws a network on that side. */
static uint32_t
draw_network(const struct world *w, struct random *r, bool v6, bool local)
{
	const struct pool *p = &w->pool[v6];

	return p->networks_from + (local ? random_below(r, p->local) : random_between(r, p->local, p->networks - 1));
}

/* The n-th address of the prefix that begins at base; UINT64_MAX: a random one. */
static struct addr
address_in(struct random *r, const struct addr *base, uint16_t bits, uint64_t n)
{
	bool v4 = addr_is_v4(base);
	unsigned room = (v4 ? 32u : 128u) - bits;
	uint64_t part = n != UINT64_MAX ? n : random_next(r);
	struct addr a = *base;

	if (room < 64)
		part &= (UINT64_C(1) << room) - 1;
	if (v4)
		store_be32(a.b + 12, load_be32(a.b + 12) | (uint32_t)part);
	else
		store_be64(a.b + 8, load_be64(a.b + 8) | part);
	return a;
}

/* The network of addresses that the user gave: an existing one, else a new one. */
static uint32_t
network_of(struct world *w, struct random *r, const struct addr *a, int16_t bits, bool local)
{
	uint32_t found = world_find(w, a);
	bool v4 = addr_is_v4(a);
	int16_t most = v4 ? 24 : 48, own = bits < most ? bits : most;
	struct addr base = addr_mask(a, (unsigned)own);

	if (found < w->networks && w->network[found].bits <= bits)
		return found;
	return world_adopt(w, &base, (uint8_t)own, draw_network(w, r, !v4, local));
}

struct side {
	enum event_party party;
	const struct addr *addr;	/* given by the user */
	int16_t bits;			/* -1: none given */
	bool v6;
};

/* Settles one end of an event: *network, *bits and *host. */
static void
settle_side(struct event *e, struct world *w, const struct side *side, struct host *host, uint32_t *network,
    uint16_t *bits)
{
	bool local = is_local(side->party);
	uint16_t most = side->v6 ? 128 : 32;

	if (side->bits >= 0) {
		*network = network_of(w, &e->random, side->addr, side->bits, local);
		*bits = (uint16_t)side->bits;
		host->addr = address_in(&e->random, side->addr, *bits, side->bits == most ? 0 : UINT64_MAX);
		host->network = *network;
		return;
	}
	*network = draw_network(w, &e->random, side->v6, local);
	*host = world_stranger(w, &e->random, *network);
	/* A sweep covers 65536 addresses of IPv6, or a whole network of IPv4. */
	*bits = side->v6 ? 112 : w->network[*network].bits;
	if (side->party == PARTY_SWEEP && side->v6)
		host->addr = addr_mask(&host->addr, *bits);
	else if (side->party == PARTY_SWEEP)
		host->addr = w->network[*network].base;
}

static bool
settle_hosts(struct event *e, const struct world *w, const struct event_spec *s, bool v6)
{
	bool local = e->kind->src == PARTY_INFECTED;
	uint32_t i;

	e->count = s->hosts > 0 ? (uint32_t)s->hosts : e->kind->hosts;
	if (e->kind->src != PARTY_HOSTS && e->kind->src != PARTY_INFECTED)
		return true;
	e->hosts = calloc(e->count, sizeof(*e->hosts));
	for (i = 0; e->hosts != NULL && i < e->count; i++) {
		if (s->src_bits >= 0)
			e->hosts[i] = (struct host){ address_in(&e->random, &s->src, e->src_bits, UINT64_MAX),
				e->src_network };
		else
			e->hosts[i] = world_stranger(w, &e->random, draw_network(w, &e->random, v6, local));
	}
	return e->hosts != NULL;
}

/* When the event begins, which may be before the run. */
static int64_t
start_of(const struct event *e, const struct event_spec *s, const struct event_stage *stage, int64_t whole)
{
	int64_t from = s->start_ms;

	if (from >= 0 && s->start_is_instant)
		return from < MS_MOST ? from : MS_MOST;
	if (from < 0)
		from = e->kind->whole ? 0 : whole < 0 ? ENDLESS_START_MS : whole / 4;
	return from < MS_MOST - stage->start_ms ? stage->start_ms + from : MS_MOST;
}

static void
settle_time(struct event *e, const struct event_spec *s, const struct event_stage *stage)
{
	int64_t whole = stage->end_ms == INT64_MAX ? -1 : stage->end_ms - stage->start_ms;
	int64_t start = start_of(e, s, stage, whole), duration = s->duration_ms, ramp = s->ramp_ms;
	int64_t end = stage->end_ms < MS_MOST ? stage->end_ms : MS_MOST, rest;

	/* Cut off the part before the run. */
	if (start < stage->start_ms) {
		duration -= duration > 0 ?
		    (duration < stage->start_ms - start ? duration : stage->start_ms - start) : 0;
		start = stage->start_ms;
	}
	rest = end > start ? end - start : 0;
	if (duration < 0)
		duration = e->kind->whole ? rest : whole < 0 ? ENDLESS_DURATION_MS : whole / 2;
	if (duration > rest)
		duration = rest;
	if (ramp < 0)
		ramp = e->kind->pace == PACE_RAMP && !e->kind->whole ? duration / 10 : 0;
	e->begin_ns = start * NS_PER_MS;
	e->end_ns = (start + duration) * NS_PER_MS;
	e->ramp_ns = (ramp < duration / 2 ? ramp : duration / 2) * NS_PER_MS;
	e->next_ns = e->begin_ns;
}

/* Settles the subject of an effect: a link, or a network. */
static void
settle_effect(struct event *e, struct world *w, const struct event_spec *s)
{
	if (e->kind->effect == EFFECT_ASYMMETRIC && e->interface < 0)
		e->interface = random_between(&e->random, 1, CUSTOMER_PORTS);
	if (e->kind->effect != EFFECT_FLAP)
		return;
	/* By default the network of a popular remote server. */
	e->network = s->dst_bits >= 0 ? network_of(w, &e->random, &s->dst, s->dst_bits, false)
	    : w->pool[0].server[0].network;
	while (s->dst_bits < 0 && w->network[e->network].interface < UPLINK_FIRST)
		e->network++;
	e->detour = world_detour(w, e->network);
}

static int64_t
lag_of(const struct event_kind *k, uint8_t proto)
{
	bool ends = proto == PROTO_TCP && (k->flags & (TCP_FIN | TCP_RST)) != 0;

	return k->duration_hi + EXPORT_MS + (ends ? 0 : INACTIVE_TIMEOUT_MS);
}

bool
event_init(struct event *e, const struct event_spec *s, const struct event_stage *stage, struct world *w)
{
	const struct event_kind *k = s->kind;
	bool v6 = (s->src_bits >= 0 && !addr_is_v4(&s->src)) || (s->dst_bits >= 0 && !addr_is_v4(&s->dst));
	struct side src = { k->src, &s->src, s->src_bits, v6 }, dst = { k->dst, &s->dst, s->dst_bits, v6 };

	*e = (struct event){ .kind = k, .interface = s->interface };
	random_init(&e->random, stage->seed);
	settle_time(e, s, stage);
	e->gap_ns = s->gap_ns > 0 ? s->gap_ns : k->gap_ns;
	e->jitter = (uint8_t)(s->jitter >= 0 ? s->jitter : k->jitter);
	e->port = (uint16_t)(s->port >= 0 ? s->port : k->port);
	e->proto = (uint8_t)(s->proto >= 0 ? s->proto : k->proto);
	e->lag_ms = lag_of(k, e->proto);
	e->one_exporter = s->exporter >= 0 || (is_fixed(k->src) && is_fixed(k->dst));
	e->exporter = s->exporter >= 0 ? (uint32_t)s->exporter % stage->exporters
	    : random_below(&e->random, stage->exporters);
	if (k->effect != EFFECT_FLOWS) {
		/* By default one exporter fails, not all; with interface=, that link of all exporters. */
		if (s->exporter < 0)
			e->exporter = 0;
		e->one_exporter = s->exporter >= 0 || (k->effect == EFFECT_OUTAGE && s->interface < 0);
		settle_effect(e, w, s);
		return true;
	}
	e->src_asked = s->src_bits >= 0;
	e->dst_asked = s->dst_bits >= 0;
	settle_side(e, w, &src, &e->src, &e->src_network, &e->src_bits);
	settle_side(e, w, &dst, &e->dst, &e->dst_network, &e->dst_bits);
	return settle_hosts(e, w, s, v6);
}

void
event_release(struct event *e)
{
	free(e->hosts);
	e->hosts = NULL;
}

int64_t
event_due_ms(const struct event *e)
{
	if (e->kind->effect != EFFECT_FLOWS || e->next_ns >= e->end_ns)
		return INT64_MAX;
	return e->next_ns / NS_PER_MS + e->lag_ms;
}

/* The interval between flows at this moment, without jitter. */
static int64_t
gap_now(const struct event *e)
{
	int64_t from = e->next_ns - e->begin_ns, to = e->end_ns - e->next_ns, near = from < to ? from : to, share;

	if (e->kind->pace == PACE_GROW) {
		share = from / ((e->end_ns - e->begin_ns) / 9 + 1);
		return e->gap_ns << (8 - share);
	}
	if (near >= e->ramp_ns)
		return e->gap_ns;
	/* The rate is never below a fiftieth, so that the event begins at all. */
	share = near / (e->ramp_ns / 1024 + 1);
	return e->gap_ns / (share > 20 ? share : 20) * 1024;
}

static void
advance(struct event *e)
{
	int64_t gap = gap_now(e), left = e->end_ns - e->next_ns, factor = JITTER_ONE;

	if (e->jitter > 0)
		factor = JITTER_ONE / 100 * (100 - e->jitter) +
		    random_below(&e->random, 2u * e->jitter * (JITTER_ONE / 100) + 1);
	if (gap > INT64_MAX / 4)
		gap = INT64_MAX / 4;
	gap = gap / JITTER_ONE * factor + gap % JITTER_ONE * factor / JITTER_ONE;
	if (gap < 1)
		gap = 1;
	e->next_ns = gap < left ? e->next_ns + gap : e->end_ns;
	e->made++;
}

/* The number of local hosts infected by now, which grows with the rate. */
static uint32_t
infected(const struct event *e)
{
	uint64_t passed = (uint64_t)((e->next_ns - e->begin_ns) / 1000000), whole =
	    (uint64_t)((e->end_ns - e->begin_ns) / 1000000) + 1;

	return 1 + (uint32_t)((uint64_t)(e->count - 1) * passed / whole * passed / whole);
}

static struct host
draw_side(struct event *e, const struct world *w, enum event_party party, const struct host *one, uint32_t network,
    uint16_t bits, bool asked)
{
	struct host h = *one;
	const struct network *n = &w->network[network];

	switch (party) {
	case PARTY_HOSTS:
		return e->hosts[random_below(&e->random, e->count)];
	case PARTY_INFECTED:
		return e->hosts[random_below(&e->random, infected(e))];
	case PARTY_SWEEP:
		h.addr = addr_mask(&h.addr, bits);
		h.addr = address_in(&e->random, &h.addr, bits, e->made);
		return h;
	case PARTY_ANY:
		if (!asked)
			return world_stranger(w, &e->random,
			    draw_network(w, &e->random, !addr_is_v4(&n->base), false));
		h.addr = addr_mask(&h.addr, bits);
		h.addr = address_in(&e->random, &h.addr, bits, UINT64_MAX);
		return h;
	default:
		return h;
	}
}

static uint16_t
draw_port(struct event *e)
{
	uint16_t port;

	switch (e->kind->ports) {
	case PORTS_ALL:
		return (uint16_t)(1 + e->made % 65535);
	case PORTS_SCATTER:
		port = (uint16_t)(e->made * 40503 + 8080);	/* an odd step: each once in 65536 */
		return port != 0 ? port : 1;
	case PORTS_ANY:
		return e->port != 0 ? e->port : (uint16_t)random_between(&e->random, 1, 65535);
	default:
		return e->port;
	}
}

static uint64_t
draw_bytes(struct event *e, uint64_t packets, uint32_t lo, uint32_t hi, bool v6)
{
	uint64_t mean = random_between(&e->random, lo, hi) + (v6 ? 20u : 0u);

	return packets * (mean < PACKET_MAX ? mean : PACKET_MAX);
}

static void
answer(struct event *e, const struct world *w, const struct talk_flow *f, struct talk_flow *back)
{
	const struct event_kind *k = e->kind;

	talk_turn_round(w, f, back);
	back->packets = f->packets * k->back / 100;
	if (back->packets == 0)
		back->packets = 1;
	back->bytes = draw_bytes(e, back->packets, k->down_lo, k->down_hi, !addr_is_v4(&f->src));
	back->tcp_flags = e->proto == PROTO_TCP ? k->back_flags : 0;
	/* It begins a round trip later, and retransmissions are a second apart. */
	if (back->duration_ms > 0)
		back->duration_ms -= random_below(&e->random, back->duration_ms < 40 ? back->duration_ms : 40);
	if (back->packets == 1)
		back->duration_ms = 0;
	else if (k->flags == TCP_SYN && back->duration_ms == 0)
		back->duration_ms = (uint32_t)(back->packets - 1) * 1000;
}

unsigned
event_make(struct event *e, const struct world *w, struct talk_flow flow[2], unsigned room, int64_t *first_ms)
{
	const struct event_kind *k = e->kind;
	struct talk_flow *f = &flow[0];
	struct host src = draw_side(e, w, k->src, &e->src, e->src_network, e->src_bits,
	    e->src_asked);
	struct host dst = draw_side(e, w, k->dst, &e->dst, e->dst_network, e->dst_bits, e->dst_asked);
	bool v6 = !addr_is_v4(&src.addr);
	uint16_t client;

	*f = (struct talk_flow){ .proto = e->proto, .fwd_status = FORWARDED };
	talk_set_ends(w, f, &src, &dst);
	client = talk_client_port(&e->random);
	f->src_port = k->reflected ? e->port : client;
	f->dst_port = k->reflected ? client : draw_port(e);
	f->packets = random_between(&e->random, k->packets_lo, k->packets_hi);
	f->packets *= random_heavy_tail(&e->random, k->tail);
	f->bytes = draw_bytes(e, f->packets, k->up_lo, k->up_hi, v6);
	f->tcp_flags = e->proto == PROTO_TCP ? k->flags : 0;
	f->duration_ms = random_between(&e->random, k->duration_lo, k->duration_hi);
	if (f->packets == 1)
		f->duration_ms = 0;
	*first_ms = e->next_ns / NS_PER_MS;
	advance(e);
	if (room < 2 || random_below(&e->random, 100) >= k->answered)
		return 1;
	answer(e, w, f, &flow[1]);
	return 2;
}
