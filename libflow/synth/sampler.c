/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/sampler.h"

#include "net/proto.h"

void
sampler_init(struct sampler *s, uint64_t seed, uint32_t rate)
{
	packet_skip_init(&s->draw, seed, rate);
	s->skip = packet_skip_next(&s->draw);
}

uint64_t
sampler_take(struct sampler *s, uint64_t packets, uint64_t *first, uint64_t *last)
{
	uint64_t taken = 0;

	if (s->skip >= packets) {
		s->skip -= packets;
		return 0;
	}
	*first = s->skip;
	do {
		*last = s->skip;
		taken++;
		s->skip += 1 + packet_skip_next(&s->draw);
	} while (s->skip < packets);
	s->skip -= packets;
	return taken;
}

static uint64_t
part(uint64_t whole, uint64_t share, uint64_t of)
{
	return (uint64_t)((unsigned __int128)whole * share / of);
}

/* The flags of the packets taken: the first packet has the SYN, the last one FIN or RST. */
static uint8_t
flags_seen(const struct talk_flow *f, uint64_t first, uint64_t last, uint64_t taken)
{
	uint8_t flags = f->tcp_flags;

	/* Of a connection that was never answered each packet is a SYN. */
	if (f->packets == 1 || (flags & TCP_ACK) == 0)
		return flags;
	if (first > 0)
		flags &= (uint8_t)~TCP_SYN;
	if (last + 1 < f->packets)
		flags &= (uint8_t)~(TCP_FIN | TCP_RST);
	if (taken == 1 && (flags & (TCP_SYN | TCP_FIN | TCP_RST)) != 0)
		flags &= (uint8_t)~TCP_PSH;
	return flags;
}

bool
sampler_flow(struct sampler *s, const struct world *world, struct talk_flow *f)
{
	uint64_t first = 0, last = 0, packets = sampler_take(s, f->packets, &first, &last), back_first, back_last;
	uint64_t back = sampler_take(s, f->rev_packets, &back_first, &back_last), back_bytes;

	if (packets == 0 && back == 0)
		return false;
	back_bytes = back > 0 ? part(f->rev_bytes, back, f->rev_packets) : 0;
	f->rev_packets = back;
	f->rev_bytes = back_bytes;
	if (packets == 0) {
		/* Only the reverse direction was seen: it becomes the flow. */
		struct talk_flow turned;

		talk_turn_round(world, f, &turned);
		turned.packets = back;
		turned.bytes = back_bytes;
		turned.rev_packets = turned.rev_bytes = 0;
		if (back == 1)
			turned.duration_ms = 0;
		*f = turned;
		return true;
	}
	if (f->proto == PROTO_TCP)
		f->tcp_flags = flags_seen(f, first, last, packets);
	if (f->packets > 1) {
		uint32_t after = (uint32_t)part(f->duration_ms, f->packets - 1 - last, f->packets - 1);

		f->duration_ms = (uint32_t)part(f->duration_ms, last - first, f->packets - 1);
		f->delay_ms += after;
	}
	f->bytes = part(f->bytes, packets, f->packets);
	f->packets = packets;
	return true;
}
