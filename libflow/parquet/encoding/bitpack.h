/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Little-endian bit packing: value i of `width` bits stands at bit i * width,
 * least significant bit first (Encodings.md, RLE/bit-packing hybrid).
 */

#include <stddef.h>
#include <stdint.h>

/* Bytes that may be read past the last packed byte. */
#define BITPACK_SLACK 16

/*
 * Unpacks n values of 0 to 32 bits; `in` has BITPACK_SLACK readable bytes after them.  n is a multiple of 8, and
 * out has room for n.
 */
void bitpack_unpack32(const uint8_t *in, unsigned width, size_t n, uint32_t *out);

/* The sum of n such values, without storing them; n is at most 1024. */
uint64_t bitpack_sum32(const uint8_t *in, unsigned width, size_t n);

/* Unpacks values of 0 to 64 bits; otherwise like bitpack_unpack32. */
void bitpack_unpack64(const uint8_t *in, unsigned width, size_t n, uint64_t *out);

/*
 * Packs n values (a multiple of 8) that fit `width` bits; writes n * width / 8
 * bytes, and may overwrite 8 bytes more.
 */
void bitpack_pack32(const uint32_t *in, unsigned width, size_t n, uint8_t *out);
void bitpack_pack64(const uint64_t *in, unsigned width, size_t n, uint8_t *out);

/* Bits that the largest value needs; 0 for 0. */
static inline unsigned
bitpack_width(uint64_t v)
{
	return v == 0 ? 0 : 64 - (unsigned)__builtin_clzll(v);
}
