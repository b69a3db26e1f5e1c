/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/addr_range.h"

#include "base/number.h"

struct addr_range
addr_range_prefix(const struct addr *net, unsigned bits)
{
	struct addr_range r = { addr_mask(net, bits), addr_mask(net, bits) };
	unsigned first = addr_is_v4(net) ? 96 + bits : bits;

	for (unsigned i = first; i < 128; i++)
		r.hi.b[i / 8] |= (uint8_t)(0x80 >> (i % 8));
	return r;
}

bool
addr_mask_bits(uint32_t mask, unsigned *bits)
{
	uint32_t hosts = ~mask;

	*bits = 32 - (unsigned)__builtin_popcount(hosts);
	return (hosts & (hosts + 1)) == 0;
}

static enum addr_range_fault
parse_prefix(const char *text, size_t len, const char *slash, struct addr_range *out)
{
	size_t net = (size_t)(slash - text);
	uint64_t bits;

	if (!addr_parse(text, net, &out->lo))
		return ADDR_RANGE_NET;
	if (number_parse(slash + 1, len - net - 1, NUMBER_DECIMAL, addr_is_v4(&out->lo) ? 32 : 128, &bits) != FLOW_OK)
		return ADDR_RANGE_BITS;
	*out = addr_range_prefix(&out->lo, (unsigned)bits);
	return ADDR_RANGE_GOOD;
}

enum addr_range_fault
addr_range_parse(const char *text, size_t len, struct addr_range *out)
{
	const char *slash = memchr(text, '/', len), *dash;
	size_t first;

	if (slash != NULL)
		return parse_prefix(text, len, slash, out);
	if (addr_parse(text, len, &out->lo)) {
		out->hi = out->lo;
		return ADDR_RANGE_GOOD;
	}
	dash = memchr(text, '-', len);
	if (dash == NULL)
		return ADDR_RANGE_NONE;
	first = (size_t)(dash - text);
	if (!addr_parse(text, first, &out->lo) || !addr_parse(dash + 1, len - first - 1, &out->hi))
		return ADDR_RANGE_NONE;
	if (addr_is_v4(&out->lo) != addr_is_v4(&out->hi) || addr_compare(&out->lo, &out->hi) > 0)
		return ADDR_RANGE_ORDER;
	return ADDR_RANGE_GOOD;
}
