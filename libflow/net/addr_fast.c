/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/addr_fast.h"

/*
 * Both parsers only take the usual forms; all else is left to addr_parse, which
 * also has the last word on what is no address.
 */

#define BYTES_32(b) ((uint32_t)(b) * UINT32_C(0x01010101))
#define BYTES_64(b) ((uint64_t)(b) * UINT64_C(0x0101010101010101))

/*
 * Four numbers of up to three digits.  The text and a dot behind it lie in 16 bytes;
 * each step finds the next dot among the lowest four and takes what is before it.
 */
static bool
parse_v4(const char *text, size_t len, uint8_t out[4])
{
	unsigned __int128 rest;
	uint64_t hi = 0;

	if (len < 8 || len > 15)
		return false;
	if (len > 8)
		hi = load_le64(text + len - 8) >> (8 * (16 - len));
	rest = (unsigned __int128)hi << 64 | load_le64(text);
	rest |= (unsigned __int128)'.' << (8 * len);
	for (size_t i = 0; i < 4; i++) {
		uint32_t t = (uint32_t)rest, x = t ^ BYTES_32('.'), digits, v;
		uint32_t dots = (x - BYTES_32(1)) & ~x & BYTES_32(0x80);
		unsigned n;

		if (dots == 0)
			return false;
		n = (unsigned)__builtin_ctz(dots) / 8;
		if (n == 0)
			return false;
		digits = (t ^ BYTES_32('0')) << (32 - 8 * n);
		v = (digits >> 8 & 0xff) * 100 + (digits >> 16 & 0xff) * 10 + (digits >> 24);
		/* A byte above 9 carries into its top bit. */
		if ((((digits + BYTES_32(0x76)) | digits) & BYTES_32(0x80)) != 0 || v > 255)
			return false;
		out[i] = (uint8_t)v;
		rest >>= 8 * (n + 1);
	}
	return rest == 0;
}

/* Up to four hexadecimal digits, the first in the lowest byte that is not 0; false if others. */
static bool
hex_group(uint32_t t, unsigned n, uint16_t *out)
{
	uint32_t used = BYTES_32(0x80) << (32 - 8 * n), lower, nibble, digit, letter;

	t <<= 32 - 8 * n;
	lower = t | BYTES_32(0x20);
	digit = (t + BYTES_32(0x80 - '0')) & ~(t + BYTES_32(0x7f - '9'));
	letter = (lower + BYTES_32(0x80 - 'a')) & ~(lower + BYTES_32(0x7f - 'f'));
	if ((t & BYTES_32(0x80)) != 0 || ((digit | letter) & used) != used)
		return false;
	nibble = (t & BYTES_32(0x0f)) + 9 * (t >> 6 & BYTES_32(1));
	*out = (uint16_t)((nibble & 0xf) << 12 | (nibble >> 8 & 0xf) << 8 |
	    (nibble >> 16 & 0xf) << 4 | nibble >> 24);
	return true;
}

#define NO_GAP 9

/* Groups of the address, `gap` being how many come before "::" (NO_GAP: there is none). */
struct groups6 {
	uint16_t group[8];
	size_t count, gap;
};

static bool
parse_groups(const char *text, size_t len, struct groups6 *g)
{
	char padded[ADDR_TEXT_MAX + 9];
	const char *p = padded, *end = padded + len;

	if (len < 2 || len > ADDR_TEXT_MAX)
		return false;
	memset(padded, ':', sizeof(padded));
	memcpy(padded, text, len);
	g->count = 0;
	g->gap = NO_GAP;
	if (p[0] == ':') {
		if (p[1] != ':')
			return false;
		p++;
	}
	while (p < end) {
		uint64_t w = load_le64(p), x = w ^ BYTES_64(':');
		uint64_t colons = (x - BYTES_64(1)) & ~x & BYTES_64(0x80);
		unsigned n = colons != 0 ? (unsigned)__builtin_ctzll(colons) / 8 : 8;

		if (n == 0) {
			if (g->gap != NO_GAP)
				return false;
			g->gap = g->count;
			p++;
			continue;
		}
		if (n > 4 || g->count == 8 || !hex_group((uint32_t)w, n, &g->group[g->count]))
			return false;
		g->count++;
		p += n;
		if (p < end && ++p == end)
			return false;	/* ends with a single colon */
	}
	return g->gap == NO_GAP ? g->count == 8 : g->count < 8;
}

static bool
parse_v6(const char *text, size_t len, struct addr *out)
{
	struct groups6 g;
	size_t missing;

	if (!parse_groups(text, len, &g))
		return false;
	missing = 8 - g.count;
	memset(out->b, 0, 16);
	for (size_t i = 0; i < g.count; i++)
		store_be16(out->b + 2 * (i < g.gap ? i : i + missing), g.group[i]);
	return true;
}

bool
addr_parse_fast(const char *text, size_t len, struct addr *out)
{
	struct addr a = addr_any4;

	if (parse_v4(text, len, a.b + 12) || parse_v6(text, len, &a)) {
		*out = a;
		return true;
	}
	return addr_parse(text, len, out);
}
