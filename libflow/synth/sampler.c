/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/sampler.h"

#include "net/proto.h"

/* ln 2 as a fraction of 2^32 */
#define LN2 UINT64_C(2977044472)

/* Fractional bits of a logarithm. */
#define LOG_BITS 16

/*
 * -1 / ln(1 - 1/n) in parts of 2^16, by its series n - 1/2 - 1/12n - 1/24n^2 - 19/720n^3 - 3/160n^4 - 863/60480n^5:
 * less than a thousandth off for n = 2.
 */
static uint64_t
mean_of(uint64_t n)
{
	uint64_t one = 1 << 16, less = one / 2 + one / 12 / n + one / 24 / n / n;

	if (n < 64)
		less += one * 19 / 720 / (n * n * n) + one * 3 / 160 / (n * n * n * n) +
		    one * 863 / 60480 / (n * n * n * n * n);
	return n * one - less;
}

/* -ln(u / 2^32) of u in 1 .. 2^32, in parts of 2^16. */
static uint64_t
minus_log(uint64_t u)
{
	unsigned whole = 63 - (unsigned)__builtin_clzll(u), i;
	uint64_t y = u << (31 - (whole < 32 ? whole : 31)), log = (uint64_t)whole << LOG_BITS;

	/* y is 1 .. 2 in parts of 2^31: each squaring yields a bit. */
	for (i = 1; i <= LOG_BITS && whole < 32; i++) {
		y = y * y >> 31;
		if (y >> 32 != 0) {
			y >>= 1;
			log |= UINT64_C(1) << (LOG_BITS - i);
		}
	}
	return ((UINT64_C(32) << LOG_BITS) - log) * LN2 >> 32;
}

static uint64_t
draw_skip(struct sampler *s)
{
	uint64_t u = (random_next(&s->random) >> 32) + 1;

	return (uint64_t)((unsigned __int128)minus_log(u) * s->mean >> 32);
}

void
sampler_init(struct sampler *s, uint64_t seed, uint32_t rate)
{
	random_init(&s->random, seed);
	s->mean = mean_of(rate);
	s->skip = draw_skip(s);
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
		s->skip += 1 + draw_skip(s);
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

	if (f->packets == 1)
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
