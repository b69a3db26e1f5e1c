/* SPDX-License-Identifier: BSD-2-Clause */
/* Sampling as devices announce it, and where they do not. */
#include "tap.h"
#include "wire/wire_helper.h"

/* A row's rate and its packets, which were scaled by it. */
static void
sampled(struct wire *w, size_t row, uint64_t rate, uint64_t packets)
{
	is_uint(wire_number(w, FLOW_FIELD_SAMPLING, row), rate);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, row), packets);
}

/* A v5 datagram with one flow of 3 packets. */
static void
feed_v5(struct wire *w, uint32_t sequence, uint16_t sampling)
{
	struct buf b = BUF_INIT;

	put_v5_header(&b, 1, sequence, sampling);
	put_hex(&b, "0a000001 0a000002 00000000 0001 0002 00000003 00000100 000f3a70 000f4240"
	    "04d2 0050 00 10 06 00 0000 0000 00 00 0000");
	wire_feed(w, &b);
	buf_release(&b);
}

/* The upper two bits are a mode; 0 says nothing (Huawei sends it although it samples), not 1. */
static void
test_v5_header(struct wire *w)
{
	feed_v5(w, 1, 0);
	sampled(w, 0, WIRE_NULL, 3);
	feed_v5(w, 2, 0x4000);
	sampled(w, 1, WIRE_NULL, 3);
	feed_v5(w, 3, 0x4064);
	sampled(w, 2, 100, 300);
	feed_v5(w, 4, 0x0064);
	sampled(w, 3, 100, 300);
	feed_v5(w, 5, 0xffff);
	sampled(w, 4, 16383, 3 * 16383);
}

/* A rate in the record itself (Huawei CloudEngine, IE 34) wins over option data. */
static void
test_rate_in_record(struct wire *w)
{
	wire_v9(w, 0, 1, "0200 0004 0004 0001 0004 0022 0004");
	wire_v9(w, 0, 512, "00000000 00000010");
	wire_v9(w, 0, 0, "0100 0002 0022 0004 0002 0004 0101 0001 0002 0004");
	wire_v9(w, 0, 256, "00000100 00000003 00000000 00000005");
	sampled(w, 0, 256, 768);
	/* Nothing said in the record: the option data hold, as for templates without the field. */
	sampled(w, 1, 16, 80);
	wire_v9(w, 0, 257, "00000002");
	sampled(w, 2, 16, 32);
}

/* 1 of 50: size 309 and population 310 (RFC 5477 8.2.4). */
static void
test_size_and_population(struct wire *w)
{
	wire_ipfix(w, 0, 3, "0200 0003 0001 0095 0004 0135 0004 0136 0004");
	wire_ipfix(w, 0, 512, "00000000 00000001 00000032");
	wire_ipfix(w, 0, 2, "0100 0001 0002 0004");
	wire_ipfix(w, 0, 256, "00000002");
	sampled(w, 0, 50, 100);
}

/* Probability 311 in both widths of a float: 0.01f is 3c23d70a, 0.001 is 3f50624dd2f1a9fc. */
static void
test_probability(struct wire *w)
{
	wire_ipfix(w, 0, 3, "0200 0002 0001 0095 0004 0137 0004");
	wire_ipfix(w, 0, 512, "00000000 3c23d70a");
	wire_ipfix(w, 0, 2, "0100 0001 0002 0004");
	wire_ipfix(w, 0, 256, "00000002");
	sampled(w, 0, 100, 200);
	wire_ipfix(w, 0, 3, "0201 0002 0001 0095 0004 0137 0008");
	wire_ipfix(w, 0, 513, "00000000 3f50624dd2f1a9fc");
	wire_ipfix(w, 0, 256, "00000002");
	sampled(w, 1, 1000, 2000);
	/* Above 1, not a number: no probability; the last one that was one stays. */
	wire_ipfix(w, 0, 512, "00000000 40000000 00000000 7fc00000");
	wire_ipfix(w, 0, 256, "00000002");
	sampled(w, 2, 1000, 2000);
	is_uint(wire_count(w, FLOW_COUNT_OPTION_BAD), 2);
}

/* Rates outside 1 to 2^24 are refused, and counted. */
static void
test_absurd_rates(struct wire *w)
{
	wire_v9(w, 0, 1, "0200 0004 0004 0001 0004 0022 0004");
	wire_v9(w, 0, 512, "00000000 01000001");
	is_uint(wire_count(w, FLOW_COUNT_OPTION_BAD), 1);
	wire_v9(w, 0, 512, "00000000 00000000");
	is_uint(wire_count(w, FLOW_COUNT_OPTION_BAD), 2);
	wire_v9(w, 0, 0, "0100 0001 0002 0004");
	wire_v9(w, 0, 256, "00000003");
	sampled(w, 0, WIRE_NULL, 3);
	wire_v9(w, 0, 512, "00000000 01000000");
	wire_v9(w, 0, 256, "00000003");
	sampled(w, 1, 1 << 24, 3 << 24);
}

/* An unknown field of 9 bytes before the interval (Fortigate) does not move it. */
static void
test_unknown_field_before(struct wire *w)
{
	wire_v9(w, 0, 1, "0200 0004 000c 0001 0004 ffde 0009 0032 0004 0030 0001");
	is_uint(wire_count(w, FLOW_COUNT_TEMPLATE_BAD), 0);
	wire_v9(w, 0, 512, "00000000 112233445566778899 000003e8 07 0000");
	wire_v9(w, 0, 0, "0100 0002 0030 0001 0002 0004");
	wire_v9(w, 0, 256, "07 00000003 0000");
	sampled(w, 0, 1000, 3000);
}

/* Only a sampler's id, of which no option told (ASR 9010): nothing is known, or the default. */
static void
test_unknown_sampler(struct wire *w)
{
	wire_v9(w, 0, 0, "0100 0002 0030 0002 0002 0004");
	wire_v9(w, 0, 256, "0001 00000003 0000");
	if (wire_number(w, FLOW_FIELD_SAMPLING, 0) == WIRE_NULL)
		sampled(w, 0, WIRE_NULL, 3);
	else
		sampled(w, 0, 50, 150);
	/* The exporter's word, once it comes, beats the operator's default. */
	wire_v9(w, 0, 1, "0200 0004 0008 0001 0004 0030 0002 0032 0004");
	wire_v9(w, 0, 512, "00000000 0001 00000014 0000");
	wire_v9(w, 0, 256, "0001 00000003 0000");
	sampled(w, 1, 20, 60);
}

static void
test_default(struct wire *w)
{
	test_unknown_sampler(w);
	is_uint(wire_number(w, FLOW_FIELD_SAMPLING, 0), 50);
}

static void
test_no_default(struct wire *w)
{
	test_unknown_sampler(w);
	is_uint(wire_number(w, FLOW_FIELD_SAMPLING, 0), WIRE_NULL);
}

/* The operator's override beats everything. */
static void
test_override(struct wire *w)
{
	feed_v5(w, 1, 0x4064);
	sampled(w, 0, 7, 21);
	wire_v9(w, 0, 0, "0100 0002 0022 0004 0002 0004");
	wire_v9(w, 0, 256, "00000100 00000003");
	sampled(w, 1, 7, 21);
}

/* A rate for each interface (scope 2 of RFC 3954 6.1), of the ingress one first. */
static void
test_interface_rates(struct wire *w)
{
	wire_v9(w, 0, 1, "0200 0004 0004 0002 0004 0022 0004");
	wire_v9(w, 0, 512, "00000007 00000014 00000008 0000001e");
	wire_v9(w, 0, 0, "0100 0003 000a 0004 000e 0004 0002 0004");
	wire_v9(w, 0, 256, "00000007 00000009 00000003 00000009 00000008 00000003"
	    "00000009 00000009 00000003");
	sampled(w, 0, 20, 60);
	sampled(w, 1, 30, 90);
	sampled(w, 2, WIRE_NULL, 3);
}

/* A scope narrows what an option says (RFC 7011 3.4.2.1, RFC 3954 6.1): others' records are not multiplied. */
static void
test_template_rates(struct wire *w)
{
	wire_ipfix(w, 0, 3, "0200 0002 0001 0091 0002 0022 0004");
	wire_ipfix(w, 0, 512, "0100 00000040  0101 00000008");
	wire_ipfix(w, 0, 2, "0100 0001 0002 0004  0101 0001 0002 0004  0102 0001 0002 0004");
	wire_ipfix(w, 0, 256, "00000005");
	wire_ipfix(w, 0, 257, "00000005");
	wire_ipfix(w, 0, 258, "00000005");
	sampled(w, 0, 64, 320);
	sampled(w, 1, 8, 40);
	sampled(w, 2, WIRE_NULL, 5);
	wire_ipfix(w, 0, 3, "0201 0002 0001 0095 0004 0022 0004");
	wire_ipfix(w, 0, 513, "00000000 00000003");
	wire_ipfix(w, 0, 256, "00000005");
	wire_ipfix(w, 0, 258, "00000005");
	sampled(w, 3, 64, 320);
	sampled(w, 4, 3, 15);
	wire_v9(w, 0, 1, "0200 0004 0004 0005 0002 0022 0004");
	wire_v9(w, 0, 512, "0100 0000000a  0101 00000002");
	wire_v9(w, 0, 0, "0100 0001 0002 0004  0101 0001 0002 0004");
	wire_v9(w, 0, 256, "00000007");
	wire_v9(w, 0, 257, "00000007");
	sampled(w, 5, 10, 70);
	sampled(w, 6, 2, 14);
}

/* An announced 1040 where 1024 was configured (QFX) is believed: it is what the device says. */
static void
test_odd_rate(struct wire *w)
{
	wire_ipfix(w, 0, 3, "0200 0002 0001 0095 0004 0022 0004");
	wire_ipfix(w, 0, 512, "00000000 00000410");
	/* Telemetry: a record without addresses is still a record. */
	wire_ipfix(w, 0, 2, "0100 0001 0002 0004");
	wire_ipfix(w, 0, 256, "00000001");
	sampled(w, 0, 1040, 1040);
	is_str(wire_text(w, FLOW_FIELD_SRC_ADDR, 0), "");
}

/* Of interfaces 7, 9 and others: over what is announced, where nothing is, and the exporter's. */
static void
test_rules(struct wire *w)
{
	wire_v9(w, 0, 0, "0100 0003 000a 0004 000e 0004 0002 0004");
	wire_v9(w, 0, 256, "00000007 00000001 00000003 00000009 00000001 00000003 00000008 00000001 00000003");
	sampled(w, 0, 100, 300);
	sampled(w, 1, 10, 30);
	sampled(w, 2, 5, 15);
	/* Announced: 20 for interface 7, 30 for 8. */
	wire_v9(w, 0, 1, "0200 0004 0004 0002 0004 0022 0004");
	wire_v9(w, 0, 512, "00000007 00000014 00000008 0000001e");
	wire_v9(w, 0, 256, "00000007 00000009 00000003 00000009 00000008 00000003"
	    "00000009 00000009 00000003 00000008 00000001 00000003");
	sampled(w, 3, 100, 300);
	sampled(w, 4, 30, 90);
	sampled(w, 5, 10, 30);
	sampled(w, 6, 30, 90);
	/* Without an interface in the row. */
	wire_v9(w, 1, 0, "0101 0002 0008 0004 0002 0004");
	wire_v9(w, 1, 257, "0a000001 00000003");
	sampled(w, 7, 5, 15);
	/* The header's 100 of v5, whose interface is 0. */
	feed_v5(w, 1, 0x4064);
	sampled(w, 8, 100, 300);
}

/* Rules of others leave all to the general rate. */
static void
test_rules_of_others(struct wire *w)
{
	wire_v9(w, 0, 0, "0100 0003 000a 0004 000e 0004 0002 0004");
	wire_v9(w, 0, 256, "00000007 00000001 00000003");
	sampled(w, 0, 50, 150);
	feed_v5(w, 1, 0x4064);
	sampled(w, 1, 100, 300);
}

/* A rule of the exporter, over what is announced. */
static void
test_exporter_rule(struct wire *w)
{
	feed_v5(w, 1, 0x4064);
	sampled(w, 0, 8, 24);
	wire_v9(w, 0, 0, "0100 0002 0022 0004 0002 0004");
	wire_v9(w, 0, 256, "00000100 00000003");
	sampled(w, 1, 8, 24);
}

int
main(void)
{
	const struct addr we = addr_from_v4(0xc0000201);
	const struct flow_sampling_rule rule[] = {
		{ .net = we, .bits = 32, .has_interface = true, .interface = 7, .rate = 100, .override = true },
		{ .net = we, .bits = 32, .has_interface = true, .interface = 9, .rate = 10 },
		{ .net = we, .bits = 24, .rate = 5 },
		{ .net = we, .bits = 32, .has_interface = true, .interface = 8, .rate = 99, .override = true },
	};
	const struct flow_sampling_rule other[] = {
		{ .net = addr_from_v4(0xc0000302), .bits = 24, .has_interface = true, .interface = 7, .rate = 9,
		    .override = true },
		{ .net = addr_from_v4(0xc0000302), .bits = 24, .rate = 9, .override = true },
	};
	const struct flow_sampling_rule ours[] = { { .net = we, .bits = 32, .rate = 8, .override = true } };
	const struct flow_decoder_options by_interface = { .rule = rule, .rules = 4, .sampling = 1000,
	    .sampling_override = true };
	const struct flow_decoder_options of_others = { .rule = other, .rules = 2, .sampling = 50 };
	const struct flow_decoder_options of_exporter = { .rule = ours, .rules = 1, .sampling = 50 };
	const struct flow_decoder_options by_default = { .sampling = 50 };
	const struct flow_decoder_options always = { .sampling = 7, .sampling_override = true };

	wire_run(test_v5_header, NULL);
	wire_run(test_rate_in_record, NULL);
	wire_run(test_size_and_population, NULL);
	wire_run(test_probability, NULL);
	wire_run(test_absurd_rates, NULL);
	wire_run(test_unknown_field_before, NULL);
	wire_run(test_no_default, NULL);
	wire_run(test_default, &by_default);
	wire_run(test_override, &always);
	wire_run(test_interface_rates, NULL);
	wire_run(test_template_rates, NULL);
	wire_run(test_odd_rate, NULL);
	wire_run(test_rules, &by_interface);
	wire_run(test_rules_of_others, &of_others);
	wire_run(test_exporter_rule, &of_exporter);
	return tap_done();
}
