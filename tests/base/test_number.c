/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/number.h"

#include <string.h>

#include "tap.h"

#define ALL (NUMBER_HEX | NUMBER_SCALED)

/* The number, or -1 for no number, -2 for one out of range. */
static int64_t
parse(const char *text, unsigned syntax, uint64_t max)
{
	uint64_t v = 4711;
	enum flow_status st = number_parse(text, strlen(text), syntax, max, &v);

	if (st != FLOW_OK)
		is_uint(v, 4711);
	return st == FLOW_OK ? (int64_t)v : st == FLOW_ELIMIT ? -2 : -1;
}

int
main(void)
{
	uint64_t v;

	is_int(parse("0", 0, UINT64_MAX), 0);
	is_int(parse("0042", 0, UINT64_MAX), 42);
	is_int(parse("65535", 0, 65535), 65535);
	is_int(parse("65536", 0, 65535), -2);
	is_int(parse("18446744073709551616", 0, UINT64_MAX), -2);
	is_int(parse("99999999999999999999x", 0, UINT64_MAX), -1);
	ok(number_parse("18446744073709551615", 20, 0, UINT64_MAX, &v) == FLOW_OK && v == UINT64_MAX);
	is_int(parse("", ALL, UINT64_MAX), -1);
	is_int(parse("-1", ALL, UINT64_MAX), -1);
	is_int(parse("+1", ALL, UINT64_MAX), -1);
	is_int(parse(" 1", ALL, UINT64_MAX), -1);
	is_int(parse("1 ", ALL, UINT64_MAX), -1);

	is_int(parse("0x1B", ALL, UINT64_MAX), 27);
	is_int(parse("0X1b", ALL, UINT64_MAX), 27);
	is_int(parse("0x", ALL, UINT64_MAX), -1);
	is_int(parse("0x1g", ALL, UINT64_MAX), -1);
	is_int(parse("0x1b", NUMBER_SCALED, UINT64_MAX), -1);
	is_int(parse("0x10000000000000000", ALL, UINT64_MAX), -2);

	is_int(parse("1k", ALL, UINT64_MAX), 1000);
	is_int(parse("1M", ALL, UINT64_MAX), 1000000);
	is_int(parse("2g", ALL, UINT64_MAX), 2000000000);
	is_int(parse("3T", ALL, UINT64_MAX), 3000000000000);
	is_int(parse("k", ALL, UINT64_MAX), -1);
	is_int(parse("1kk", ALL, UINT64_MAX), -1);
	is_int(parse("1k", NUMBER_HEX, UINT64_MAX), -1);
	is_int(parse("66k", ALL, 65535), -2);
	is_int(parse("18446745T", ALL, UINT64_MAX), -2);
	is_int(parse("1.5k", ALL, UINT64_MAX), 1500);
	is_int(parse("0.001k", ALL, UINT64_MAX), 1);
	is_int(parse("0.0010k", ALL, UINT64_MAX), 1);
	is_int(parse("0.0001k", ALL, UINT64_MAX), -1);
	is_int(parse("1.k", ALL, UINT64_MAX), -1);
	is_int(parse(".5k", ALL, UINT64_MAX), -1);
	is_int(parse("1.5", ALL, UINT64_MAX), -1);
	return tap_done();
}
