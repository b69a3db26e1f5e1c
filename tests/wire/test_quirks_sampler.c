/* SPDX-License-Identifier: BSD-2-Clause */
/* More of sampling: what is refused, and which sampler's rate a record has. */
#include "tap.h"
#include "wire/wire_helper.h"

#define V5_RECORD "0a000001 0a000002 00000000 0001 0002 00000003 0000012c 000f3a70 000f4240" \
	"04d2 0050 00 10 06 00 0000 0000 00 00 0000"	/* 3 packets, 300 bytes */
/* An options template of v9 (512: scope system, element 34), and one with packets alone. */
#define V9_OPTIONS_34 "0200 0004 0004 0001 0004 0022 0004"
#define V9_PACKETS "0100 0001 0002 0004"

static void
is_sampled(struct wire *w, size_t row, uint64_t rate, uint64_t packets)
{
	is_uint(wire_number(w, FLOW_FIELD_SAMPLING, row), rate);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, row), packets);
}

static void
feed_v5(struct wire *w, uint16_t sampling)
{
	struct buf b = BUF_INIT;

	put_v5_header(&b, 1, 1, sampling);
	put_hex(&b, V5_RECORD);
	wire_feed(w, &b);
	buf_release(&b);
}

/* v5's field is 0 although the router samples (Huawei): unknown, which is not "1 of 1". */
static void
test_v5_unknown(struct wire *w)
{
	feed_v5(w, 0);
	is_sampled(w, 0, WIRE_NULL, 3);
	/* Only the mode is set, in the two upper bits. */
	feed_v5(w, 0x4000);
	is_sampled(w, 1, WIRE_NULL, 3);
	/* Mode 2 (random), 1 of 100; and the greatest interval, 14 bits. */
	feed_v5(w, 0x8000 | 100);
	is_sampled(w, 2, 100, 300);
	feed_v5(w, 0x3fff);
	is_sampled(w, 3, 16383, 3 * 16383);
}

/* 309/310 (RFC 5477 8.2.4, .5): size out of population, 1 of 512 and 2 of 1000. */
static void
test_size_population(struct wire *w)
{
	wire_ipfix(w, 0, 3, "0200 0003 0001 0095 0004 0135 0004 0136 0004");
	wire_ipfix(w, 0, 2, V9_PACKETS);
	wire_ipfix(w, 0, 512, "00000000 00000001 00000200");
	wire_ipfix(w, 0, 256, "00000003");
	is_sampled(w, 0, 512, 1536);
	wire_ipfix(w, 0, 512, "00000000 00000002 000003e8");
	wire_ipfix(w, 0, 256, "00000003");
	is_sampled(w, 1, 500, 1500);
	/* More sampled than there are: refused, the last good one holds. */
	wire_ipfix(w, 0, 512, "00000000 00000003 00000002");
	wire_ipfix(w, 0, 256, "00000003");
	is_sampled(w, 2, 500, 1500);
	is_uint(wire_count(w, FLOW_COUNT_OPTION_BAD), 1);
}

/* 311, a probability (IEEE 754): 0.01 in 8 bytes, 0.1 in 4 (reduced size, RFC 7011 6.2). */
static void
test_probability(struct wire *w)
{
	wire_ipfix(w, 0, 2, V9_PACKETS);
	wire_ipfix(w, 0, 3, "0200 0002 0001 0095 0004 0137 0008");
	wire_ipfix(w, 0, 3, "0201 0002 0001 0095 0004 0137 0004");
	wire_ipfix(w, 0, 512, "00000000 3f847ae147ae147b");
	wire_ipfix(w, 0, 256, "00000003");
	is_sampled(w, 0, 100, 300);
	wire_ipfix(w, 0, 513, "00000000 3dcccccd");
	wire_ipfix(w, 0, 256, "00000003");
	is_sampled(w, 1, 10, 30);
	/* Not a number, infinity, 0, 2, -1, 2^-1022: none is a rate. */
	wire_ipfix(w, 0, 512, "00000000 7ff8000000000000 00000000 7ff0000000000000"
	    "00000000 0000000000000000 00000000 4000000000000000 00000000 bff0000000000000"
	    "00000000 0010000000000000");
	is_uint(wire_count(w, FLOW_COUNT_OPTION_BAD), 6);
	wire_ipfix(w, 0, 256, "00000003");
	is_sampled(w, 2, 10, 30);
}

/* What is not in 1..2^24 is refused and counted: 0, 2^24 + 1, 2^32 - 1 (Fortigate). */
static void
test_unbelievable(struct wire *w)
{
	wire_v9(w, 0, 0, V9_PACKETS);
	wire_v9(w, 0, 1, V9_OPTIONS_34);
	wire_v9(w, 0, 512, "00000000 00000000 00000000 01000001 00000000 ffffffff");
	is_uint(wire_count(w, FLOW_COUNT_OPTION_BAD), 3);
	wire_v9(w, 0, 256, "00000003");
	is_sampled(w, 0, WIRE_NULL, 3);
	wire_v9(w, 0, 512, "00000000 01000000");
	wire_v9(w, 0, 256, "00000003");
	is_sampled(w, 1, 16777216, 3 * 16777216);
	wire_v9(w, 0, 512, "00000000 00000001");
	wire_v9(w, 0, 256, "00000003");
	is_sampled(w, 2, 1, 3);
	/* In the record itself. */
	wire_v9(w, 0, 0, "0101 0002 0002 0004 0022 0004");
	wire_v9(w, 0, 257, "00000003 01000001");
	is_sampled(w, 3, 1, 3);
}

/* The sampler's id in 4 bytes of option data, in 1 and 2 of the records (NCS 5500, IOS). */
static void
test_sampler_widths(struct wire *w)
{
	wire_v9(w, 0, 1, "0200 0004 0008 0001 0004 0030 0004 0022 0004");
	wire_v9(w, 0, 512, "00000000 00000005 00000040");
	wire_v9(w, 0, 0, "0100 0002 0002 0004 0030 0001 0101 0002 0002 0004 0030 0002");
	wire_v9(w, 0, 256, "00000003 05");
	wire_v9(w, 0, 257, "00000003 0005");
	is_sampled(w, 0, 64, 192);
	is_sampled(w, 1, 64, 192);
}

/* Another source id's sampler serves where it is unique, and not where two disagree (Cisco). */
static void
test_sampler_elsewhere(struct wire *w)
{
	wire_v9(w, 1, 1, "0200 0004 0008 0001 0004 0030 0001 0022 0004");
	wire_v9(w, 1, 512, "00000000 05 00000040 00000000 06 00000080");
	wire_v9(w, 2, 1, "0200 0004 0008 0001 0004 0030 0001 0022 0004");
	wire_v9(w, 2, 512, "00000000 05 00000020");
	wire_v9(w, 3, 0, "0100 0002 0002 0004 0030 0001");
	wire_v9(w, 3, 256, "00000003 05 00000003 06");
	is_sampled(w, 0, WIRE_NULL, 3);
	is_sampled(w, 1, 128, 384);
	/* Its own wins. */
	wire_v9(w, 2, 0, "0100 0002 0002 0004 0030 0001");
	wire_v9(w, 2, 256, "00000003 05");
	is_sampled(w, 2, 32, 96);
}

/* 302 selectorId in IPFIX (RFC 5477), eight bytes, interval 1 and space 9 (305, 306). */
static void
test_selector(struct wire *w)
{
	wire_ipfix(w, 0, 3, "0200 0003 0001 012e 0008 0131 0004 0132 0004");
	wire_ipfix(w, 0, 512, "0000000000000007 00000001 00000009");
	wire_ipfix(w, 0, 2, "0100 0002 0002 0004 012e 0008");
	wire_ipfix(w, 0, 256, "00000003 0000000000000007");
	is_sampled(w, 0, 10, 30);
	/* interval 3 and space 7: the factor is 10/3, shown as the nearest whole one */
	wire_ipfix(w, 0, 512, "0000000000000007 00000003 00000007");
	wire_ipfix(w, 0, 256, "00000003 0000000000000007");
	is_sampled(w, 1, 3, 10);
	/* interval 0 is no sampling that could be */
	wire_ipfix(w, 0, 512, "0000000000000007 00000000 00000007");
	is_uint(wire_count(w, FLOW_COUNT_OPTION_BAD), 1);
}

/*
 * RFC 5476 6.5: sequence 9 is selector 7 (1 of 10), then 8 (a filter, without a rate), then 6
 * (1 of 4); records name the sequence only.
 */
static void
test_sequence(struct wire *w)
{
	wire_ipfix(w, 0, 3, "0200 0003 0001 012e 0008 0131 0004 0132 0004");
	wire_ipfix(w, 0, 3, "0201 0004 0001 012d 0008 012e 0008 012e 0002 012e 0008");
	wire_ipfix(w, 0, 2, "0100 0002 0002 0004 012d 0004");
	wire_ipfix(w, 0, 512, "0000000000000007 00000001 00000009");
	wire_ipfix(w, 0, 256, "00000003 00000009");
	is_sampled(w, 0, WIRE_NULL, 3);		/* the sequence is not known yet */
	wire_ipfix(w, 0, 513, "0000000000000009 0000000000000007 0008 0000000000000006");
	wire_ipfix(w, 0, 256, "00000003 00000009");
	is_sampled(w, 1, 10, 30);		/* selector 6 might filter */
	wire_ipfix(w, 0, 512, "0000000000000006 00000001 00000003");
	wire_ipfix(w, 0, 256, "00000003 00000009 00000005 0000000a");
	is_sampled(w, 2, 40, 120);
	is_sampled(w, 3, WIRE_NULL, 5);		/* sequence 10 is another one */
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 2), "{\"selectionSequenceId\":9}");
	/* 2^24 twice is not believed. */
	wire_ipfix(w, 0, 512, "0000000000000006 00000001 00ffffff 0000000000000007 00000001 00ffffff");
	wire_ipfix(w, 0, 256, "00000003 00000009");
	is_sampled(w, 4, WIRE_NULL, 3);
	/* Another domain's sequence 9 is not this one. */
	wire_ipfix(w, 1, 2, "0100 0002 0002 0004 012d 0004");
	wire_ipfix(w, 1, 256, "00000003 00000009");
	is_sampled(w, 5, WIRE_NULL, 3);
}

/* The rate changes (Juniper QFX: 1040, configured 1024): each row has the one of its time. */
static void
test_change(struct wire *w)
{
	wire_v9(w, 0, 0, V9_PACKETS);
	wire_v9(w, 0, 1, V9_OPTIONS_34);
	wire_v9(w, 0, 512, "00000000 00000400");
	wire_v9(w, 0, 256, "00000003");
	wire_v9(w, 0, 512, "00000000 00000410");
	wire_v9(w, 0, 256, "00000003");
	is_sampled(w, 0, 1024, 3072);
	is_sampled(w, 1, 1040, 3120);
}

int
main(void)
{
	wire_run(test_v5_unknown, NULL);
	wire_run(test_size_population, NULL);
	wire_run(test_probability, NULL);
	wire_run(test_unbelievable, NULL);
	wire_run(test_sampler_widths, NULL);
	wire_run(test_sampler_elsewhere, NULL);
	wire_run(test_selector, NULL);
	wire_run(test_sequence, NULL);
	wire_run(test_change, NULL);
	return tap_done();
}
