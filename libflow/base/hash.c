/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/hash.h"

#include "base/bytes.h"

/* The five primes of the XXH64 specification (xxhash_spec.md). */
#define P1 UINT64_C(0x9E3779B185EBCA87)
#define P2 UINT64_C(0xC2B2AE3D27D4EB4F)
#define P3 UINT64_C(0x165667B19E3779F9)
#define P4 UINT64_C(0x85EBCA77C2B2AE63)
#define P5 UINT64_C(0x27D4EB2F165667C5)

#define STRIPE_BYTES 32

static uint64_t
rotl(uint64_t x, int r)
{
	return (x << r) | (x >> (64 - r));
}

static uint64_t
round64(uint64_t acc, uint64_t lane)
{
	return rotl(acc + lane * P2, 31) * P1;
}

static uint64_t
merge(uint64_t acc, uint64_t lane)
{
	return (acc ^ round64(0, lane)) * P1 + P4;
}

static uint64_t
stripes(const uint8_t **pp, const uint8_t *end, uint64_t seed)
{
	uint64_t a = seed + P1 + P2, b = seed + P2, c = seed, d = seed - P1;
	const uint8_t *p = *pp;
	uint64_t h;

	for (; (size_t)(end - p) >= STRIPE_BYTES; p += STRIPE_BYTES) {
		a = round64(a, load_le64(p));
		b = round64(b, load_le64(p + 8));
		c = round64(c, load_le64(p + 16));
		d = round64(d, load_le64(p + 24));
	}
	h = rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18);
	h = merge(h, a);
	h = merge(h, b);
	h = merge(h, c);
	h = merge(h, d);
	*pp = p;
	return h;
}

uint64_t
hash_xxh64(const void *bytes, size_t len, uint64_t seed)
{
	const uint8_t *p = bytes, *end = p + len;
	uint64_t h;

	h = len >= STRIPE_BYTES ? stripes(&p, end, seed) : seed + P5;
	h += len;
	for (; end - p >= 8; p += 8)
		h = rotl(h ^ round64(0, load_le64(p)), 27) * P1 + P4;
	if (end - p >= 4) {
		h = rotl(h ^ (load_le32(p) * P1), 23) * P2 + P3;
		p += 4;
	}
	for (; p < end; p++)
		h = rotl(h ^ (*p * P5), 11) * P1;
	h ^= h >> 33;
	h *= P2;
	h ^= h >> 29;
	h *= P3;
	h ^= h >> 32;
	return h;
}
