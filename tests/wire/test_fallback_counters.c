/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets and bytes of records that have elements of several kinds for them: the first kind that
 * is there and not zero counts, pairs stay together.  All values are written by hand.
 */
#include "tap.h"
#include "wire/wire_helper.h"

static void
is_volume(struct wire *w, size_t row, uint64_t bytes, uint64_t packets)
{
	is_uint(wire_number(w, FLOW_FIELD_BYTES, row), bytes);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, row), packets);
}

static void
is_reverse(struct wire *w, size_t row, uint64_t bytes, uint64_t packets)
{
	is_uint(wire_number(w, FLOW_FIELD_REV_BYTES, row), bytes);
	is_uint(wire_number(w, FLOW_FIELD_REV_PACKETS, row), packets);
}

/* pfSense: 61 direction, 1, 2, 23, 24; an egress flow counts in 23 and 24 only. */
static void
test_egress(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0005 003d 0001 0001 0004 0002 0004 0017 0004 0018 0004");
	wire_ipfix(w, 0, 256,
	    "01 00000000 00000000 00001388 00000005"
	    "00 000002bc 00000007 00000000 00000000"
	    "00 000002bc 00000007 000002bc 00000007"
	    "00 00000000 00000000 00000000 00000000");
	is_volume(w, 0, 5000, 5);
	is_uint(wire_number(w, FLOW_FIELD_POST_BYTES, 0), 5000);
	is_uint(wire_number(w, FLOW_FIELD_POST_PACKETS, 0), 5);
	is_volume(w, 1, 700, 7);
	is_volume(w, 2, 700, 7);	/* never 1 and 23 added up */
	is_volume(w, 3, 0, 0);
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 0), "");
}

/* The same in v9, with 23 and 24 before 1 and 2, of 3 and 8 bytes. */
static void
test_v9_order_and_widths(struct wire *w)
{
	wire_v9(w, 0, 0, "0100 0004 0017 0003 0018 0008 0001 0008 0002 0002");
	wire_v9(w, 0, 256, "010000 0000000000000003 0000000000000000 0000"
	    "000001 0000000000000001 ffffffffffffffff 0002");
	is_volume(w, 0, 65536, 3);
	is_volume(w, 1, INT64_MAX, 2);
	/* Only post counters. */
	wire_v9(w, 0, 0, "0101 0002 0017 0004 0018 0004");
	wire_v9(w, 0, 257, "00000064 00000002");
	is_volume(w, 2, 100, 2);
}

/* Deltas 0, totals 85 and 86 not; the totals stay in extra where they do not count, too. */
static void
test_totals(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0004 0001 0004 0002 0004 0055 0004 0056 0004");
	wire_ipfix(w, 0, 256, "00000000 00000000 000003e8 0000000a"
	    "00000064 00000001 000003e8 0000000a");
	is_volume(w, 0, 1000, 10);
	is_volume(w, 1, 100, 1);
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 1),
	    "{\"octetTotalCount\":1000,\"packetTotalCount\":10}");
}

/* Initiator and responder: both directions fall back, and only together. */
static void
test_both_directions(struct wire *w)
{
	/* 1, 2, reverse 1, 2; 231, 298, 232, 299 */
	wire_ipfix(w, 0, 2, "0100 0008 0001 0004 0002 0004 8001 0004 00007279 8002 0004 00007279"
	    "00e7 0004 012a 0004 00e8 0004 012b 0004");
	wire_ipfix(w, 0, 256,
	    "00000000 00000000 00000000 00000000 00000064 00000002 000000c8 00000003"
	    "00000032 00000001 00000000 00000000 00000064 00000002 000000c8 00000003"
	    "00000000 00000000 0000003c 00000001 00000064 00000002 000000c8 00000003");
	is_volume(w, 0, 100, 2);
	is_reverse(w, 0, 200, 3);
	/* No answer yet in this interval is no answer. */
	is_volume(w, 1, 50, 1);
	is_reverse(w, 1, 0, 0);
	/* Only the answer in this interval. */
	is_volume(w, 2, 0, 0);
	is_reverse(w, 2, 60, 1);
}

/* A direction back that its level does not have comes from the first that does. */
static void
test_lone_reverse(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0005 0001 0004 0002 0004 00e8 0004 8055 0004 00007279"
	    "8056 0004 00007279");
	wire_ipfix(w, 0, 256, "0000000a 00000001 00000014 00000000 00000000"
	    "0000000a 00000001 00000014 0000001e 00000002");
	is_reverse(w, 0, 20, 0);
	is_reverse(w, 1, 30, 2);
}

/* Half a pair that is zero: the first whole pair counts, the other half goes to extra. */
static void
test_broken_pairs(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0004 0001 0004 0002 0004 0017 0004 0018 0004");
	wire_ipfix(w, 0, 256,
	    "00000000 00000007 00001388 0000000c"
	    "000003e8 00000000 00000000 00000009");
	is_volume(w, 0, 5000, 12);
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 0), "{\"packetDeltaCount\":7}");
	is_volume(w, 1, 1000, 0);
	is_uint(wire_number(w, FLOW_FIELD_POST_PACKETS, 1), 9);
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 1), "");
}

/* Octets of frames (352) have the packets of 2; a frame without IP has no octets of IP. */
static void
test_layer2(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0003 0001 0004 0002 0004 0160 0008");
	wire_ipfix(w, 0, 256, "00000000 00000007 00000000000001a4"
	    "00000064 00000002 0000000000000080");
	is_volume(w, 0, 420, 7);
	is_volume(w, 1, 100, 2);
	wire_ipfix(w, 0, 2, "0101 0002 0002 0004 0160 0008");
	wire_ipfix(w, 0, 257, "00000007 00000000000001a4");
	is_volume(w, 2, 420, 7);
}

/* Counters of different kinds where no kind has both. */
static void
test_mixed_kinds(struct wire *w)
{
	wire_v9(w, 0, 0, "0100 0003 0001 0004 0056 0004 0018 0004");
	wire_v9(w, 0, 256, "00000064 00000000 00000009 00000064 00000003 00000009");
	is_volume(w, 0, 100, 9);
	is_volume(w, 1, 100, 3);
}

/* Scaled once, by the record's own rate; what goes to extra is as sent. */
static void
test_sampled(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0005 0022 0004 0001 0004 0002 0004 0055 0004 0056 0004");
	wire_ipfix(w, 0, 256, "0000000a 00000000 00000000 000003e8 0000000a"
	    "00000064 00000002 00000001 00000000 00000000");
	is_volume(w, 0, 10000, 100);
	is_volume(w, 1, 200, 100);
}

/* Variable lengths, and the same element twice: the second is no other kind. */
static void
test_odd_templates(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0004 0001 ffff 0002 0004 0017 ffff 0018 0002");
	wire_ipfix(w, 0, 256, "00 00000000 02 0100 0004  01 00 00000000 02 0200 0005"
	    "02 0300 00000001 00 0000");
	is_volume(w, 0, 256, 4);
	is_volume(w, 1, 512, 5);
	is_volume(w, 2, 768, 1);
	wire_ipfix(w, 0, 2, "0101 0003 0001 0004 0001 0004 0002 0004");
	wire_ipfix(w, 0, 257, "00000000 00000064 00000000");
	is_volume(w, 3, 0, 0);
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 3), "{\"octetDeltaCount\":100}");
}

/* Reverse 1 and 2 without 1 and 2: they are no reason to take bytes and packets of two kinds. */
static void
test_reverse_without_forward(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0006 0055 0004 0056 0004 00e7 0004 012a 0004"
	    "8001 0004 00007279 8002 0004 00007279");
	wire_ipfix(w, 0, 256, "00000000 00000009 00000005 00000000 00000064 00000001");
	is_volume(w, 0, 0, 9);
	is_reverse(w, 0, 100, 1);
}

int
main(void)
{
	wire_run(test_egress, NULL);
	wire_run(test_v9_order_and_widths, NULL);
	wire_run(test_totals, NULL);
	wire_run(test_both_directions, NULL);
	wire_run(test_lone_reverse, NULL);
	wire_run(test_broken_pairs, NULL);
	wire_run(test_layer2, NULL);
	wire_run(test_mixed_kinds, NULL);
	wire_run(test_sampled, NULL);
	wire_run(test_odd_templates, NULL);
	wire_run(test_reverse_without_forward, NULL);
	return tap_done();
}
