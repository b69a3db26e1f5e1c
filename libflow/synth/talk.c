/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/talk.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/hash.h"
#include "net/proto.h"

/* The longest flow. */
#define LONGEST_MS 3600000

#define FORWARDED 64		/* RFC 7270: forwarded, reason unknown */
#define DROPPED_ACL 130

#define HEADER_MIN_V4 40
#define HEADER_MIN_V6 60
#define PACKET_MAX 1500

#define SCAN_PER_1000 25
#define CURIOUS_NETWORKS 48	/* remote networks that scans come from */

enum shape_id {
#define SHAPE(id, packets, tail, up_lo, up_hi, down_lo, down_hi, gap) SHAPE_##id,
#include "synth/shape.def"
#undef SHAPE
};

static const struct shape {
	uint16_t packets;
	uint8_t tail;
	uint16_t up_lo, up_hi, down_lo, down_hi;
	uint8_t gap;
} shapes[] = {
#define SHAPE(id, packets, tail, up_lo, up_hi, down_lo, down_hi, gap) \
	{ packets, tail, up_lo, up_hi, down_lo, down_hi, gap },
#include "synth/shape.def"
#undef SHAPE
};

static const struct service {
	uint8_t proto;
	uint16_t port;
	uint16_t weight;
	uint8_t shape;
} services[] = {
#define SERVICE(proto, port, weight, shape) { proto, port, weight, SHAPE_##shape },
#include "synth/service.def"
#undef SERVICE
};

bool
talker_init(struct talker *t, const struct world *world, const struct talk_options *o)
{
	const struct flow_profile *profile = o->profile;
	uint64_t weight[ARRAY_LEN(services) > PROFILE_SERVICES ? ARRAY_LEN(services) : PROFILE_SERVICES];
	uint32_t count = profile != NULL ? profile->services : ARRAY_LEN(services), i;

	*t = (struct talker){ world, { 0, NULL }, *o, NULL };
	t->options.profile = NULL;
	if (profile != NULL) {
		struct flow_profile *copy = malloc(sizeof(*copy));

		if (copy == NULL)
			return false;
		*copy = *profile;
		t->options.profile = t->profile = copy;
	}
	for (i = 0; i < count; i++)
		weight[i] = profile != NULL ? profile->service[i].weight : services[i].weight;
	return alias_init(&t->service_rank, weight, count);
}

void
talker_release(struct talker *t)
{
	alias_release(&t->service_rank);
	free(t->profile);
	t->profile = NULL;
}

static uint32_t
count_packets(struct random *r, const struct shape *s)
{
	uint32_t packets = s->packets * random_heavy_tail(r, s->tail);

	return s->tail == 0 ? packets : packets + random_below(r, s->packets);
}

/* The bytes of packets that are lo .. hi long on average, each within IP's limits. */
static uint64_t
count_bytes(struct random *r, uint64_t packets, uint32_t lo, uint32_t hi, bool v6)
{
	uint32_t least = v6 ? HEADER_MIN_V6 : HEADER_MIN_V4;
	uint64_t mean = random_between(r, lo, hi) + (v6 ? 20u : 0u), bytes;

	if (mean < least)
		mean = least;
	bytes = packets * mean;
	if (lo != hi)
		bytes += random_below(r, (uint32_t)(packets < 4096 ? packets : 4096));
	return bytes < packets * PACKET_MAX ? bytes : packets * PACKET_MAX;
}

/* Mostly best effort; some CS1, AF11, AF21 and EF. */
static uint8_t
random_tos(struct random *r)
{
	static const uint8_t tos[32] = { 0x20, 0x28, 0x48, 0xb8, 0xb8 };

	return tos[random_below(r, ARRAY_LEN(tos))];
}

uint16_t
talk_client_port(struct random *r)
{
	uint32_t bits = (uint32_t)(random_next(r) >> 32);

	if ((bits & 1) != 0)
		return (uint16_t)(32768 + random_scale(bits, 60999 - 32768 + 1));
	return (uint16_t)(49152 + random_scale(bits, 65535 - 49152 + 1));
}

/* The end of a TCP connection decides its flags, and when it is exported. */
static void
end_tcp(struct random *r, struct talk_flow *f, bool cut)
{
	uint32_t fate = random_below(r, 64);

	if (cut)
		f->tcp_flags = TCP_ACK | TCP_PSH;
	else if (f->packets < 3)
		f->tcp_flags = fate < 40 ? TCP_SYN | TCP_RST | TCP_ACK : TCP_FIN | TCP_ACK;
	else if (fate < 50)
		f->tcp_flags = TCP_SYN | TCP_ACK | TCP_PSH | TCP_FIN;
	else if (fate < 57)
		f->tcp_flags = TCP_SYN | TCP_ACK | TCP_PSH | TCP_RST;
	else
		f->tcp_flags = TCP_SYN | TCP_ACK | TCP_PSH;
	if (fate == 33)
		f->tcp_flags |= TCP_ECE | TCP_CWR;
	if ((f->tcp_flags & (TCP_FIN | TCP_RST)) != 0)
		f->delay_ms = random_below(r, 1000);
}

/* Flows are whole here, however long they last: exporters cut them (synth/piece.h). */
static void
set_time(const struct talker *t, struct random *r, struct talk_flow *f, const struct shape *s)
{
	uint32_t gap = 1u << random_below(r, s->gap + 1u);
	uint64_t duration = (f->packets - 1) * gap;

	if (duration > 0)
		duration += random_below(r, gap + 1);
	f->duration_ms = (uint32_t)(duration < LONGEST_MS ? duration : LONGEST_MS);
	f->delay_ms = t->options.inactive_ms + random_below(r, 1000);
	if (f->proto == PROTO_TCP)
		end_tcp(r, f, false);
}

/* Exporters put type and code into the destination port. */
static void
set_icmp(struct random *r, struct talk_flow *f, bool v6, bool reply)
{
	uint32_t kind = random_below(r, 16);
	unsigned type = v6 ? 128 : 8, code = 0;

	if (reply)
		type = v6 ? 129 : 0;
	else if (kind < 3) {	/* unreachable: port, host */
		type = v6 ? 1 : 3;
		code = kind == 0 ? (v6 ? 3 : 1) : (v6 ? 4 : 3);
	} else if (kind == 3)	/* time exceeded */
		type = v6 ? 3 : 11;
	f->proto = v6 ? PROTO_ICMP6 : PROTO_ICMP;
	f->src_port = 0;
	f->dst_port = (uint16_t)(type << 8 | code);
}

void
talk_set_ends(const struct world *w, struct talk_flow *f, const struct host *src, const struct host *dst)
{
	f->src = src->addr;
	f->dst = dst->addr;
	f->src_network = src->network;
	f->dst_network = dst->network;
	f->next_hop = w->network[dst->network].next_hop;
}

void
talk_turn_round(const struct world *w, const struct talk_flow *f, struct talk_flow *back)
{
	*back = *f;
	back->src = f->dst;
	back->dst = f->src;
	back->src_network = f->dst_network;
	back->dst_network = f->src_network;
	back->src_port = f->dst_port;
	back->dst_port = f->src_port;
	back->next_hop = w->network[back->dst_network].next_hop;
	back->direction = f->direction ^ 1;
}

/* Makes the reverse flow: as many packets or up to twice as many, other sizes, the same end. */
static void
answer(const struct talker *t, struct random *r, const struct talk_flow *f,
    const struct shape *s, bool v6, struct talk_flow *back)
{
	talk_turn_round(t->world, f, back);
	if (f->packets > 2)
		back->packets += random_below(r, (uint32_t)f->packets);
	back->bytes = count_bytes(r, back->packets, s->down_lo, s->down_hi, v6);
	if (back->duration_ms > 0)
		back->duration_ms -= random_below(r, back->duration_ms < 40 ? back->duration_ms : 40);
	if (proto_is_icmp(f->proto))
		set_icmp(r, back, v6, true);
}

/* A probe of a scan: one SYN, rarely answered by RST. */
static unsigned
scan(const struct talker *t, struct random *r, bool v6, struct talk_flow flow[2], unsigned room)
{
	static const uint16_t doors[] = { 22, 23, 80, 443, 445, 1433, 2323, 3389, 5555, 6379, 8080 };
	const struct pool *p = &t->world->pool[v6];
	uint32_t remote = p->networks - p->local, curious = remote < CURIOUS_NETWORKS ? remote : CURIOUS_NETWORKS;
	uint32_t from = p->networks_from + p->local + random_below(r, curious);
	struct host src = world_stranger(t->world, r, from);
	struct host dst = world_stranger(t->world, r, p->networks_from + random_below(r, p->local));
	bool dropped = random_below(r, 4) == 0;

	flow[0] = (struct talk_flow){ .proto = PROTO_TCP, .packets = 1, .tcp_flags = TCP_SYN };
	talk_set_ends(t->world, &flow[0], &src, &dst);
	flow[0].bytes = v6 ? 60 : 40 + 4 * random_below(r, 2);
	flow[0].src_port = talk_client_port(r);
	flow[0].dst_port = doors[random_below(r, ARRAY_LEN(doors))];
	flow[0].delay_ms = t->options.inactive_ms + random_below(r, 1000);
	flow[0].fwd_status = dropped ? DROPPED_ACL : FORWARDED;
	if (dropped || room < 2 || random_below(r, 8) != 0)
		return 1;
	talk_turn_round(t->world, &flow[0], &flow[1]);
	flow[1].tcp_flags = TCP_RST | TCP_ACK;
	flow[1].bytes = v6 ? 60 : 40;
	flow[1].delay_ms = random_below(r, 1000);
	return 2;
}

/*
 * Each service has its own popular servers, and in three of four cases a client
 * uses one of its four habitual servers.
 */
static const struct host *
draw_server(const struct pool *p, struct random *r, uint32_t client, uint32_t service)
{
	uint64_t bits = random_next(r);
	uint32_t habit = (uint32_t)(bits >> 60), rank;

	if (habit < 12)
		bits = hash_mix64((uint64_t)client << 32 | service << 8 | habit % 4);
	else
		bits = random_next(r);
	rank = zipf_rank(&p->server_rank, bits);
	return &p->server[(rank + service * UINT32_C(0x9e3779b1)) & (p->servers - 1)];
}

/* Draws a number from bin k of 1, 2-3, 4-7 ... */
static uint64_t
in_doubling(struct random *r, uint32_t k)
{
	uint64_t bits = random_next(r);

	return (UINT64_C(1) << k) + (bits & ((UINT64_C(1) << k) - 1));
}

/* The bytes of packets whose length is drawn from the profile, within IP's limits. */
static uint64_t
profile_bytes(struct random *r, uint64_t packets, const struct profile_bins *lengths, bool v6)
{
	uint32_t bin = profile_bin(lengths, (uint32_t)(random_next(r) >> 32));
	uint64_t length = bin * PROFILE_LENGTH_STEP + random_below(r, PROFILE_LENGTH_STEP);
	uint64_t least = v6 ? HEADER_MIN_V6 : HEADER_MIN_V4;

	length = length < least ? least : length;
	return packets * (length < PACKET_MAX ? length : PACKET_MAX);
}

/*
 * A conversation by the profile.  One random number decides both the packets in either direction and the duration:
 * large requests have large answers and take long.
 */
static unsigned
talk_by_profile(const struct talker *t, struct random *r, const struct talk_who *who, struct talk_flow flow[2],
    unsigned room)
{
	const struct profile_service *s = &t->profile->service[who->service];
	struct talk_flow *f = &flow[0], *back = &flow[1];
	bool v6 = who->v6, cut;
	uint32_t u, bin;

	*f = (struct talk_flow){ .proto = s->proto, .fwd_status = FORWARDED };
	talk_set_ends(t->world, f, who->client, who->server);
	u = (uint32_t)(random_next(r) >> 32);
	f->tos = random_tos(r);
	f->packets = in_doubling(r, profile_bin(&s->packets[0], u));
	f->bytes = profile_bytes(r, f->packets, &s->lengths[0], v6);
	if (proto_has_ports(s->proto)) {
		f->src_port = talk_client_port(r);
		f->dst_port = s->port;
	} else if (proto_is_icmp(s->proto)) {
		set_icmp(r, f, v6, false);
	}
	bin = profile_bin(&s->times, u);
	if (bin > 0 && f->packets > 1)
		f->duration_ms = (uint32_t)in_doubling(r, bin < 25 ? bin - 1 : 24);
	/* A flow as long as the timeout is a piece of a longer one. */
	cut = f->duration_ms + 1000 >= t->options.active_ms;
	f->delay_ms = cut ? random_below(r, 200) : t->options.inactive_ms + random_below(r, 1000);
	if (f->proto == PROTO_TCP)
		end_tcp(r, f, cut);
	if (room < 2 || random_below(r, 100) >= s->answered)
		return 1;
	talk_turn_round(t->world, f, back);
	back->packets = in_doubling(r, profile_bin(&s->packets[1], u));
	back->bytes = profile_bytes(r, back->packets, &s->lengths[1], v6);
	if (back->packets == 1)
		back->duration_ms = 0;
	if (back->duration_ms > 0)
		back->duration_ms -= random_below(r, back->duration_ms < 40 ? back->duration_ms : 40);
	if (proto_is_icmp(f->proto))
		set_icmp(r, back, v6, true);
	return 2;
}

void
talk_choose(const struct talker *t, struct random *r, struct talk_who *who)
{
	const struct pool *p;
	uint32_t client;

	who->dice = (uint32_t)(random_next(r) >> 32);
	who->v6 = who->dice % 100 < t->options.ipv6_percent;
	p = &t->world->pool[who->v6];
	who->service = alias_draw(&t->service_rank, r);
	client = zipf_draw(&p->client_rank, r);
	who->client = &p->client[client];
	who->server = draw_server(p, r, client, who->service);
	__builtin_prefetch(who->client);
	__builtin_prefetch(who->server);
}

unsigned
talk(const struct talker *t, struct random *r, const struct talk_who *who, struct talk_flow flow[2], unsigned room)
{
	struct talk_flow *f = &flow[0];
	const struct service *service;
	const struct shape *s;
	bool v6 = who->v6;

	if (t->profile != NULL)
		return talk_by_profile(t, r, who, flow, room);
	if (who->dice / 100 % 1000 < SCAN_PER_1000)
		return scan(t, r, v6, flow, room);
	service = &services[who->service];
	s = &shapes[service->shape];
	*f = (struct talk_flow){ .proto = service->proto, .fwd_status = FORWARDED };
	talk_set_ends(t->world, f, who->client, who->server);
	f->tos = random_tos(r);
	f->packets = count_packets(r, s);
	f->bytes = count_bytes(r, f->packets, s->up_lo, s->up_hi, v6);
	if (proto_has_ports(f->proto)) {
		f->src_port = s == &shapes[SHAPE_CLOCK] && random_below(r, 2) == 0
		    ? service->port : talk_client_port(r);
		f->dst_port = service->port;
	} else if (proto_is_icmp(f->proto)) {
		set_icmp(r, f, v6, false);
	}
	set_time(t, r, f, s);
	/* Errors have no answer; some answers take another path. */
	if (room < 2 || (proto_is_icmp(f->proto) && f->dst_port != (v6 ? 128 : 8) << 8) ||
	    random_below(r, 16) == 0)
		return 1;
	answer(t, r, f, s, v6, &flow[1]);
	return 2;
}
