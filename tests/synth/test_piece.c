/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/piece.h"

#include <string.h>

#include "net/proto.h"
#include "tap.h"

#define ACTIVE 60000
#define START INT64_C(1767225600000)

static struct talk_flow
long_flow(uint32_t duration_ms, uint64_t packets)
{
	struct talk_flow f;

	memset(&f, 0, sizeof(f));
	f.proto = PROTO_TCP;
	f.duration_ms = duration_ms;
	f.delay_ms = 500;
	f.packets = packets;
	f.bytes = packets * 777 + 5;
	f.tcp_flags = TCP_SYN | TCP_ACK | TCP_FIN;
	f.rev_packets = 2 * packets;
	f.rev_bytes = packets * 100;
	return f;
}

/* 10 minutes and a bit: ten records after a minute each, and the end. */
static void
test_whole(void)
{
	struct talk_flow f = long_flow(605000, 6050), sum = f, piece;
	int64_t received = START + 60200, first, last;
	struct pieces p;
	struct random r;
	unsigned count = 1;

	pieces_init(&p, ACTIVE);
	random_init(&r, 1);
	ok(pieces_first(&p) == NULL);
	ok(pieces_cut(&p, &f, received, 3, 2, &r));
	is_uint(f.duration_ms, ACTIVE);
	ok(f.delay_ms < 200);
	is_uint(f.tcp_flags, TCP_SYN | TCP_ACK);
	/* 6050 * 60000 / 605000 */
	is_uint(f.packets, 600);
	last = START + 60000 - f.delay_ms;
	sum.packets -= f.packets;
	sum.bytes -= f.bytes;
	sum.rev_packets -= f.rev_packets;
	sum.rev_bytes -= f.rev_bytes;
	while (pieces_first(&p) != NULL) {
		const struct piece *due = pieces_first(&p);

		is_uint(due->exporter, 3);
		is_uint(due->event, 2);
		received = due->due_ms + 300;
		ok(pieces_take(&p, received, &r, &piece));
		/* Exporters tell times by whole seconds. */
		first = received / 1000 * 1000 - piece.delay_ms - piece.duration_ms;
		is_int(first, last + 1);
		last = first + piece.duration_ms;
		ok(piece.packets > 0 && piece.bytes >= piece.packets * 777);
		is_uint(piece.tcp_flags, pieces_first(&p) != NULL ? TCP_ACK : TCP_ACK | TCP_FIN);
		sum.packets -= piece.packets;
		sum.bytes -= piece.bytes;
		sum.rev_packets -= piece.rev_packets;
		sum.rev_bytes -= piece.rev_bytes;
		count++;
	}
	is_uint(count, 11);
	is_uint(sum.packets, 0);
	is_uint(sum.bytes, 0);
	is_uint(sum.rev_packets, 0);
	is_uint(sum.rev_bytes, 0);
	pieces_release(&p);
}

/* Short flows stay whole, two packets are shared. */
static void
test_small(void)
{
	struct talk_flow f = long_flow(ACTIVE, 9);
	struct pieces p;
	struct random r;

	pieces_init(&p, ACTIVE);
	random_init(&r, 1);
	ok(pieces_cut(&p, &f, START, 0, 0, &r));
	is_uint(f.packets, 9);
	ok(pieces_first(&p) == NULL);
	f = long_flow(10 * ACTIVE, 2);
	ok(pieces_cut(&p, &f, START, 0, 0, &r));
	is_uint(f.packets, 1);
	is_uint(f.duration_ms, 0);
	ok(pieces_take(&p, pieces_first(&p)->due_ms, &r, &f));
	is_uint(f.packets, 1);
	ok(pieces_first(&p) == NULL);
	pieces_release(&p);
}

/* Whatever they are put in, they come out as they are due. */
static void
test_order(void)
{
	int64_t was = 0;
	struct pieces p;
	struct random r;
	unsigned i, wrong = 0, taken = 0;

	pieces_init(&p, ACTIVE);
	random_init(&r, 7);
	for (i = 0; i < 5000; i++) {
		struct talk_flow f = long_flow(ACTIVE + 1 + random_below(&r, 200000), 1000);

		wrong += !pieces_cut(&p, &f, START + random_below(&r, 1000000), i, 0, &r);
	}
	for (; pieces_first(&p) != NULL; taken++) {
		struct talk_flow f;

		wrong += pieces_first(&p)->due_ms < was;
		was = pieces_first(&p)->due_ms;
		wrong += !pieces_take(&p, was, &r, &f);
	}
	is_uint(wrong, 0);
	ok(taken > 5000);
	pieces_release(&p);
}

int
main(void)
{
	test_whole();
	test_small();
	test_order();
	return tap_done();
}
