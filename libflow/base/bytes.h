/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Unaligned little- and big-endian loads and stores.  Bounds are the caller's:
 * wire code reads through base/cursor.h instead.
 */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define BYTES_LE(bits, v) __builtin_bswap##bits(v)
#define BYTES_BE(bits, v) (v)
#else
#define BYTES_LE(bits, v) (v)
#define BYTES_BE(bits, v) __builtin_bswap##bits(v)
#endif

#define BYTES_ACCESS(bits)                                                  \
	static inline uint##bits##_t load_le##bits(const void *p)           \
	{                                                                   \
		uint##bits##_t v;                                           \
		memcpy(&v, p, sizeof(v));                                   \
		return BYTES_LE(bits, v);                                   \
	}                                                                   \
	static inline uint##bits##_t load_be##bits(const void *p)           \
	{                                                                   \
		uint##bits##_t v;                                           \
		memcpy(&v, p, sizeof(v));                                   \
		return BYTES_BE(bits, v);                                   \
	}                                                                   \
	static inline void store_le##bits(void *p, uint##bits##_t v)        \
	{                                                                   \
		v = BYTES_LE(bits, v);                                      \
		memcpy(p, &v, sizeof(v));                                   \
	}                                                                   \
	static inline void store_be##bits(void *p, uint##bits##_t v)        \
	{                                                                   \
		v = BYTES_BE(bits, v);                                      \
		memcpy(p, &v, sizeof(v));                                   \
	}

BYTES_ACCESS(16)
BYTES_ACCESS(32)
BYTES_ACCESS(64)
#undef BYTES_ACCESS

/* A big-endian number of any width, the low 64 bits of it. */
static inline uint64_t
load_wide(const uint8_t *p, size_t len)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < len; i++)
		v = v << 8 | p[i];
	return v;
}
