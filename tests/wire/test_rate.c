/* SPDX-License-Identifier: BSD-2-Clause */
/* Sampling factors that are fractions: scaled exactly, rounded once.  Values are hand calculations. */
#include "tap.h"
#include "wire/source/rate.h"
#include "wire/wire_helper.h"

static void
is_rate(struct rate r, uint32_t times, uint32_t per)
{
	is_uint(r.times, times);
	is_uint(r.per, per);
}

static void
test_quotients(void)
{
	is_rate(rate_quotient(3, 2), 3, 2);
	is_rate(rate_quotient(1000, 10), 100, 1);
	is_rate(rate_quotient(UINT32_MAX, UINT32_MAX), 1, 1);
	is_rate(rate_quotient(UINT64_C(0x1fffffffe), UINT32_MAX), 2, 1);
	is_rate(rate_quotient(16777216, 1), 16777216, 1);
	is_uint(rate_quotient(16777217, 1).times, 0);
	is_uint(rate_quotient(33554433, 2).times, 0);
	is_uint(rate_quotient(2, 3).times, 0);
	is_uint(rate_quotient(0, 0).times, 0);
	is_uint(rate_quotient(1, 0).times, 0);
	is_rate(rate_product(rate_quotient(3, 2), rate_quotient(4, 3)), 2, 1);
	is_uint(rate_product(rate_whole(65536), rate_whole(65536)).times, 0);
	is_uint(rate_rounded(rate_quotient(3, 2)), 2);
	is_uint(rate_rounded(rate_quotient(4, 3)), 1);
	is_rate(rate_unpack(rate_pack(rate_quotient(10, 9))), 10, 9);
	is_uint(rate_pack(rate_whole(100)), 100);
	is_uint(rate_pack(RATE_NONE), 0);
	is_uint(rate_unpack(UINT64_C(0xffffffff00000005)).times, 0);
	is_uint(rate_unpack(UINT64_C(0x0000000900000005)).times, 0);
}

static void
test_scaling(void)
{
	is_uint((uint64_t)rate_scale(6000, rate_quotient(3, 2)), 9000);
	is_uint((uint64_t)rate_scale(6000, rate_quotient(10, 9)), 6667);
	is_uint((uint64_t)rate_scale(1, rate_quotient(3, 2)), 2);	/* 1.5 */
	is_uint((uint64_t)rate_scale(0, rate_quotient(3, 2)), 0);
	/* 9007199254740993 (2^53 + 1) * 3 / 2 = 13510798882111489.5 */
	is_uint((uint64_t)rate_scale(INT64_C(9007199254740993), rate_quotient(3, 2)),
	    UINT64_C(13510798882111490));
	is_uint((uint64_t)rate_scale(INT64_MAX, rate_quotient(3, 2)), INT64_MAX);
}

/* 0.6, 0.1, 0.001, 1 and 1/3 as IEEE 754 floats and doubles; 2^-24 is the least, 0, 1.5, -1 and NaN are none. */
static void
test_probabilities(void)
{
	is_rate(rate_from_probability((const uint8_t *)"\x3f\x19\x99\x9a", 4), 5, 3);
	is_rate(rate_from_probability((const uint8_t *)"\x3f\xe3\x33\x33\x33\x33\x33\x33", 8), 5, 3);
	is_rate(rate_from_probability((const uint8_t *)"\x3d\xcc\xcc\xcd", 4), 10, 1);
	is_rate(rate_from_probability((const uint8_t *)"\x3a\x83\x12\x6f", 4), 1000, 1);
	is_rate(rate_from_probability((const uint8_t *)"\x3f\x50\x62\x4d\xd2\xf1\xa9\xfc", 8), 1000, 1);
	is_rate(rate_from_probability((const uint8_t *)"\x3f\x80\x00\x00", 4), 1, 1);
	is_rate(rate_from_probability((const uint8_t *)"\x3e\xaa\xaa\xab", 4), 3, 1);
	is_rate(rate_from_probability((const uint8_t *)"\x3f\xd5\x55\x55\x55\x55\x55\x55", 8), 3, 1);
	is_rate(rate_from_probability((const uint8_t *)"\x33\x80\x00\x00", 4), 16777216, 1);
	is_uint(rate_from_probability((const uint8_t *)"\x33\x00\x00\x00", 4).times, 0);
	is_uint(rate_from_probability((const uint8_t *)"\x00\x00\x00\x00", 4).times, 0);
	is_uint(rate_from_probability((const uint8_t *)"\x3f\xc0\x00\x00", 4).times, 0);
	is_uint(rate_from_probability((const uint8_t *)"\xbf\x80\x00\x00", 4).times, 0);
	is_uint(rate_from_probability((const uint8_t *)"\x7f\xc0\x00\x00", 4).times, 0);
	is_uint(rate_from_probability((const uint8_t *)"\x3f\x80", 2).times, 0);
}

static void
is_volume(struct wire *w, size_t row, uint64_t bytes, uint64_t packets, uint64_t sampling)
{
	is_uint(wire_number(w, FLOW_FIELD_BYTES, row), bytes);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, row), packets);
	is_uint(wire_number(w, FLOW_FIELD_SAMPLING, row), sampling);
}

/* 60 packets of 6000 bytes, under each kind of announcement in option data. */
static void
test_options(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0002 0002 0004 0001 0004");
	wire_ipfix(w, 0, 3, "0200 0003 0001 0095 0004 0135 0004 0136 0004");
	wire_ipfix(w, 0, 512, "00000000 00000002 00000003");
	wire_ipfix(w, 0, 256, "0000003c 00001770");
	is_volume(w, 0, 9000, 90, 2);
	wire_ipfix(w, 0, 512, "00000000 00000009 0000000a");
	wire_ipfix(w, 0, 256, "0000003c 00001770");
	is_volume(w, 1, 6667, 67, 1);	/* 6666.67, 66.67 */
	wire_ipfix(w, 0, 3, "0201 0003 0001 0095 0004 0131 0004 0132 0004");
	wire_ipfix(w, 0, 513, "00000000 00000003 00000001");
	wire_ipfix(w, 0, 256, "0000003c 00001770");
	is_volume(w, 2, 8000, 80, 1);
	wire_ipfix(w, 0, 3, "0202 0002 0001 0095 0004 0137 0008");
	wire_ipfix(w, 0, 514, "00000000 3fe3333333333333");
	wire_ipfix(w, 0, 256, "0000003c 00001770");
	is_volume(w, 3, 10000, 100, 2);
}

/* In the records themselves, each with its own; the second has none. */
static void
test_records(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0004 0135 0004 0136 0004 0002 0004 0001 0004");
	wire_ipfix(w, 0, 256, "00000002 00000003 0000003c 00001770"
	    "00000000 00000000 0000003c 00001770"
	    "00000003 00000004 0000003c 00001770");
	is_volume(w, 0, 9000, 90, 2);
	is_volume(w, 1, 6000, 60, WIRE_NULL);
	is_volume(w, 2, 8000, 80, 1);
}

/* RFC 5476: two selectors of a sequence, 3/2 and 10/9, make 5/3; rounded once, not twice. */
static void
test_sequence(struct wire *w)
{
	wire_ipfix(w, 0, 3, "0200 0003 0001 012e 0002 0135 0004 0136 0004");
	wire_ipfix(w, 0, 512, "0001 00000002 00000003  0002 00000009 0000000a");
	wire_ipfix(w, 0, 3, "0201 0003 0001 012d 0008 012e 0002 012e 0002");
	wire_ipfix(w, 0, 513, "0000000000000007 0001 0002");
	wire_ipfix(w, 0, 2, "0100 0003 012d 0008 0002 0004 0001 0004");
	wire_ipfix(w, 0, 256, "0000000000000007 0000003c 00001771");	/* 6001 * 5 / 3 = 10001.67 */
	is_volume(w, 0, 10002, 100, 2);
}

int
main(void)
{
	test_quotients();
	test_scaling();
	test_probabilities();
	wire_run(test_options, NULL);
	wire_run(test_records, NULL);
	wire_run(test_sequence, NULL);
	return tap_done();
}
