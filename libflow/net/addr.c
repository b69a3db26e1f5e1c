/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/addr.h"

#include "base/hex.h"

#define GROUPS 8

static char *
put_decimal_byte(char *p, unsigned v)
{
	if (v >= 100) {
		*p++ = (char)('0' + v / 100);
		v %= 100;
		*p++ = (char)('0' + v / 10);
	} else if (v >= 10) {
		*p++ = (char)('0' + v / 10);
	}
	*p++ = (char)('0' + v % 10);
	return p;
}

static char *
put_v4(char *p, const uint8_t *b)
{
	unsigned i;

	for (i = 0; i < 4; i++) {
		if (i > 0)
			*p++ = '.';
		p = put_decimal_byte(p, b[i]);
	}
	return p;
}

static char *
put_hex_group(char *p, unsigned v)
{
	static const char digits[] = "0123456789abcdef";
	int shift = v >= 0x1000 ? 12 : v >= 0x100 ? 8 : v >= 0x10 ? 4 : 0;

	for (; shift >= 0; shift -= 4)
		*p++ = digits[(v >> shift) & 15];
	return p;
}

/* RFC 5952 4.2: the longest run of at least two zero groups, the first of equals. */
static void
longest_zero_run(const uint16_t *group, int *start, int *len)
{
	int i, run;

	*start = -1;
	*len = 1;
	for (i = 0; i < GROUPS; i += run > 0 ? run : 1) {
		for (run = 0; i + run < GROUPS && group[i + run] == 0; run++)
			;
		if (run > *len) {
			*start = i;
			*len = run;
		}
	}
}

size_t
addr_format_v6(const uint8_t bytes[16], char *out)
{
	static const char mapped[] = "::ffff:";
	struct addr a = addr_from_v6(bytes);
	uint16_t group[GROUPS];
	int i, start, len;
	char *p = out;

	if (addr_is_v4(&a)) {
		memcpy(out, mapped, sizeof(mapped) - 1);
		return (size_t)(put_v4(out + sizeof(mapped) - 1, bytes + 12) - out);
	}
	for (i = 0; i < GROUPS; i++)
		group[i] = load_be16(bytes + 2 * i);
	longest_zero_run(group, &start, &len);
	for (i = 0; i < GROUPS;) {
		if (i == start) {
			*p++ = ':';
			*p++ = ':';
			i += len;
			continue;
		}
		if (i > 0 && i != start + len)
			*p++ = ':';
		p = put_hex_group(p, group[i]);
		i++;
	}
	return (size_t)(p - out);
}

size_t
addr_format(const struct addr *a, char *out)
{
	uint8_t bytes[16];

	if (addr_is_v4(a))
		return (size_t)(put_v4(out, a->b + 12) - out);
	addr_store_v6(a, bytes);
	return addr_format_v6(bytes, out);
}

static bool
parse_v4(const char *text, size_t len, uint8_t out[4])
{
	const char *p = text, *end = text + len;
	unsigned part;

	for (part = 0; part < 4; part++) {
		unsigned v = 0, digits = 0;

		if (part > 0 && (p == end || *p++ != '.'))
			return false;
		for (; p < end && *p >= '0' && *p <= '9' && digits < 4; p++, digits++)
			v = v * 10 + (unsigned)(*p - '0');
		if (digits == 0 || digits > 3 || v > 255)
			return false;
		out[part] = (uint8_t)v;
	}
	return p == end;
}

/* Moves the bytes after "::" to the end, zeros between. */
static bool
expand_gap(uint8_t b[16], size_t used, size_t gap)
{
	if (gap > 16)
		return used == 16;
	if (used > 14)
		return false;
	memmove(b + 16 - (used - gap), b + gap, used - gap);
	memset(b + gap, 0, 16 - used);
	return true;
}

static bool
parse_v6(const char *text, size_t len, uint8_t out[16])
{
	const char *p = text, *end = text + len;
	uint8_t b[16] = { 0 };
	size_t used = 0, gap = 17;

	if (len < 2 || (p[0] == ':' && p[1] != ':'))
		return false;
	while (p < end) {
		const char *start;
		unsigned v = 0, digits = 0;

		if (p[0] == ':' && end - p >= 2 && p[1] == ':' && gap > 16) {
			gap = used;
			p += 2;
			continue;
		}
		if (used > 0 && used != gap && (*p++ != ':' || p == end))
			return false;
		start = p;
		for (; p < end && hex_value(*p) < 16 && digits < 5; p++, digits++)
			v = v * 16 + hex_value(*p);
		if (p < end && *p == '.') {
			if (used > 12 || !parse_v4(start, (size_t)(end - start), b + used))
				return false;
			used += 4;
			break;
		}
		if (digits == 0 || digits > 4 || used > 14)
			return false;
		store_be16(b + used, (uint16_t)v);
		used += 2;
	}
	if (!expand_gap(b, used, gap))
		return false;
	memcpy(out, b, 16);
	return true;
}

bool
addr_parse(const char *text, size_t len, struct addr *out)
{
	struct addr a = addr_any4;

	if (memchr(text, ':', len) == NULL) {
		if (!parse_v4(text, len, a.b + 12))
			return false;
	} else {
		if (!parse_v6(text, len, a.b) || addr_is_mapped(&a))
			return false;
		addr_to_mapped(&a);
	}
	*out = a;
	return true;
}

static unsigned
bits_in_16_bytes(const struct addr *a, unsigned bits)
{
	if (addr_is_v4(a))
		return 96 + (bits > 32 ? 32 : bits);
	return bits > 128 ? 128 : bits;
}

struct addr
addr_mask(const struct addr *a, unsigned bits)
{
	unsigned total = bits_in_16_bytes(a, bits), i;
	struct addr m = *a;

	for (i = total / 8; i < 16; i++)
		m.b[i] = (uint8_t)(m.b[i] & (i == total / 8 ? 0xff00U >> (total % 8) : 0));
	return m;
}

bool
addr_in_prefix(const struct addr *a, const struct addr *net, unsigned bits)
{
	struct addr masked_a, masked_net;

	if (addr_is_v4(a) != addr_is_v4(net))
		return false;
	masked_a = addr_mask(a, bits);
	masked_net = addr_mask(net, bits);
	return addr_equal(&masked_a, &masked_net);
}
