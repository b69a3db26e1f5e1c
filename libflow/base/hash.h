/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Hashes.  hash_xxh64 is XXH64 as its specification defines it (the Parquet
 * Bloom filter needs exactly that); hash_mix64 is a cheap finaliser for
 * in-memory tables, never stored.
 */

#include <stddef.h>
#include <stdint.h>

/* XXH64 of `len` bytes with `seed`; the same value on every machine. */
uint64_t hash_xxh64(const void *bytes, size_t len, uint64_t seed);

/* Spreads the entropy of one 64-bit key over all bits. */
static inline uint64_t
hash_mix64(uint64_t x)
{
	x ^= x >> 32;
	x *= UINT64_C(0xd6e8feb86659fd93);
	x ^= x >> 32;
	x *= UINT64_C(0xd6e8feb86659fd93);
	x ^= x >> 32;
	return x;
}

/* A key of two 64-bit halves, for instance an address. */
static inline uint64_t
hash_mix128(uint64_t hi, uint64_t lo)
{
	return hash_mix64(lo ^ (hi * UINT64_C(0x9e3779b97f4a7c15) + (hi >> 29)));
}
