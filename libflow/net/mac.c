/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/mac.h"

#include "base/hex.h"

size_t
mac_format(uint64_t mac, char *out)
{
	static const char digits[] = "0123456789abcdef";
	char *p = out;
	int shift;

	for (shift = 40; shift >= 0; shift -= 8) {
		unsigned octet = (unsigned)(mac >> shift) & 0xff;

		*p++ = digits[octet >> 4];
		*p++ = digits[octet & 15];
		if (shift > 0)
			*p++ = ':';
	}
	return MAC_TEXT_LEN;
}

bool
mac_parse(const char *text, size_t len, uint64_t *out)
{
	const char *p = text, *end = text + len;
	uint64_t mac = 0;
	unsigned octet;

	for (octet = 0; octet < 6; octet++) {
		unsigned v = 0, digits = 0;

		if (octet > 0 && (p == end || (*p != ':' && *p != '-')))
			return false;
		p += octet > 0;
		for (; p < end && digits < 2 && hex_value(*p) < 16; p++, digits++)
			v = v * 16 + hex_value(*p);
		if (digits == 0)
			return false;
		mac = mac << 8 | v;
	}
	if (p != end)
		return false;
	*out = mac;
	return true;
}
