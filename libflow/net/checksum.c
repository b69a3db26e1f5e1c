/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/checksum.h"

#include "base/bytes.h"

/* The order of bytes within words does not matter to the sum (RFC 1071 2B), so words are swapped once, at the end. */
uint64_t
checksum_add(uint64_t sum, const uint8_t *p, size_t len)
{
	uint64_t a = 0, b = 0, part;

	for (; len >= 16; p += 16, len -= 16) {
		uint64_t x = load_le64(p), y = load_le64(p + 8);

		a += (x & UINT32_MAX) + (x >> 32);
		b += (y & UINT32_MAX) + (y >> 32);
	}
	for (; len >= 2; p += 2, len -= 2)
		a += load_le16(p);
	if (len > 0)
		a += *p;
	part = a + b;
	while (part > UINT16_MAX)
		part = (part & UINT16_MAX) + (part >> 16);
	return sum + ((part & 0xff) << 8 | part >> 8);
}

uint16_t
checksum_end(uint64_t sum)
{
	while (sum > UINT16_MAX)
		sum = (sum & UINT16_MAX) + (sum >> 16);
	return (uint16_t)~sum;
}
