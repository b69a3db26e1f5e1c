/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/sampler.h"

#include <string.h>

#include "base/attr.h"
#include "net/proto.h"
#include "tap.h"

/*
 * Of flows of so many packets, the share of which some packet is taken is 1 - (1 - 1/rate)^packets, and of all packets
 * a rate-th is taken.  Five standard deviations of the binomial distribution may be off.
 */
static void
test_shares(uint32_t rate, uint64_t packets, uint32_t flows)
{
	double none = 1, expected, variance, all = (double)flows * (double)packets / rate;
	uint64_t first, last, seen = 0, taken = 0, wrong = 0, i;
	struct sampler s;

	for (i = 0; i < packets; i++)
		none *= 1 - 1.0 / rate;
	expected = flows * (1 - none);
	variance = expected * none;
	sampler_init(&s, rate + packets, rate);
	for (i = 0; i < flows; i++) {
		uint64_t n = sampler_take(&s, packets, &first, &last);

		seen += n > 0;
		taken += n;
		wrong += n > 0 && (first > last || last >= packets || n > last - first + 1);
	}
	is_uint(wrong, 0);
	ok(((double)seen - expected) * ((double)seen - expected) <= 25 * variance + 1);
	ok(((double)taken - all) * ((double)taken - all) <= 25 * all * (1 - 1.0 / rate));
}

static struct talk_flow
flow_of(uint64_t packets, uint64_t rev)
{
	struct talk_flow f;

	memset(&f, 0, sizeof(f));
	f.proto = PROTO_TCP;
	f.packets = packets;
	f.bytes = packets * 1000;
	f.rev_packets = rev;
	f.rev_bytes = rev * 50;
	f.src_port = 1;
	f.dst_port = 2;
	f.duration_ms = packets > 1 ? 40000 : 0;
	f.delay_ms = 100;
	f.tcp_flags = TCP_SYN | TCP_ACK | TCP_PSH | TCP_FIN;
	return f;
}

/* What is seen lies within the flow, and has its packets' size. */
static void
test_flow(void)
{
	struct network net = { .bits = 8 };
	struct world world = { .network = &net };
	unsigned wrong = 0, seen = 0, syns = 0, back = 0, i;
	struct sampler s;

	sampler_init(&s, 5, 100);
	for (i = 0; i < 100000; i++) {
		struct talk_flow f = flow_of(20, 0);

		if (!sampler_flow(&s, &world, &f))
			continue;
		seen++;
		syns += (f.tcp_flags & TCP_SYN) != 0;
		wrong += f.bytes != f.packets * 1000 || f.packets == 0 || f.duration_ms > 40000 ||
		    f.duration_ms + f.delay_ms > 40100 || f.delay_ms < 100 || (f.packets == 1 && f.duration_ms != 0);
	}
	is_uint(wrong, 0);
	/* One in 100 packets is taken, and one in 20 is the SYN. */
	ok(seen > 17500 && seen < 18900);
	ok(syns > 850 && syns < 1150);
	/* Where only the way back was seen, it is told as the flow. */
	for (i = 0; i < 100000; i++) {
		struct talk_flow f = flow_of(1, 20);

		if (sampler_flow(&s, &world, &f) && f.src_port == 2) {
			back++;
			wrong += f.packets == 0 || f.rev_packets != 0 || f.bytes != f.packets * 50;
		}
	}
	is_uint(wrong, 0);
	ok(back > 17000);
}

int
main(void)
{
	static const uint32_t rates[] = { 2, 3, 7, 100, 4096, 1000000 };
	size_t i;

	for (i = 0; i < ARRAY_LEN(rates); i++) {
		test_shares(rates[i], 1, 1000000);
		test_shares(rates[i], 13, 300000);
		test_shares(rates[i], 1000, 20000);
	}
	test_flow();
	return tap_done();
}
