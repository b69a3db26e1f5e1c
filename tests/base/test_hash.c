/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/hash.h"

#include "tap.h"

/*
 * Values published with the XXH64 specification and its reference sanity
 * checks: the empty input, and buffers from the reference generator.
 */
static void
fill(uint8_t *p, size_t len)
{
	uint64_t gen = UINT64_C(2654435761);
	size_t i;

	for (i = 0; i < len; i++) {
		p[i] = (uint8_t)(gen >> 56);
		gen *= UINT64_C(11400714785074694797);
	}
}

int
main(void)
{
	uint8_t data[222];

	fill(data, sizeof(data));
	is_uint(hash_xxh64(data, 0, 0), UINT64_C(0xEF46DB3751D8E999));
	is_uint(hash_xxh64(data, 0, 2654435761U), UINT64_C(0xAC75FDA2929B17EF));
	is_uint(hash_xxh64(data, 1, 0), UINT64_C(0xE934A84ADB052768));
	is_uint(hash_xxh64(data, 4, 0), UINT64_C(0x9136A0DCA57457EE));
	is_uint(hash_xxh64(data, 14, 0), UINT64_C(0x8282DCC4994E35C8));
	is_uint(hash_xxh64(data, 222, 0), UINT64_C(0xB641AE8CB691C174));
	is_uint(hash_xxh64("abc", 3, 0), UINT64_C(0x44BC2CF5AD770999));
	ok(hash_mix64(1) != hash_mix64(2));
	return tap_done();
}
