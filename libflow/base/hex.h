/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Hexadecimal digits. */

#include <stddef.h>
#include <stdint.h>

/* A digit's value, in upper or lower case; 16 for what is none. */
static inline unsigned
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	return c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10 : 16;
}

/* Two digits a byte, in lower case, without a NUL. */
static inline void
hex_put(const uint8_t *bytes, size_t len, char *out)
{
	static const char digit[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		*out++ = digit[bytes[i] >> 4];
		*out++ = digit[bytes[i] & 15];
	}
}
