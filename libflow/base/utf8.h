/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Tells valid UTF-8 sequences from stray bytes. */

#include <stddef.h>
#include <stdint.h>

/*
 * Length of the sequence at p, of which `left` > 0 bytes may be read; 0 where it is not valid by the table of
 * RFC 3629 section 4 (overlong, a surrogate, beyond U+10FFFF).
 */
static inline size_t
utf8_length(const uint8_t *p, size_t left)
{
	uint8_t low = 0x80, high = 0xbf;
	size_t n;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (left < n)
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}
