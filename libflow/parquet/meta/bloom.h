/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Split-block Bloom filter over XXH64 of PLAIN values (BloomFilter.md). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Eight 32-bit words: a value sets one bit of each. */
#define BLOOM_BLOCK_BYTES 32

/* Bytes for that many distinct values: ten bits each, about 1 % false positives; a multiple of BLOOM_BLOCK_BYTES. */
size_t bloom_bytes(size_t values);

/* The hash that insert and check take. */
uint64_t bloom_hash(const void *value, size_t len);

/* Offset of a hash's block within `bytes` bytes of bits. */
size_t bloom_block(uint64_t bytes, uint64_t hash);

/* bytes is a multiple of BLOOM_BLOCK_BYTES, not 0; `bits` need not be aligned. */
void bloom_insert(uint8_t *bits, size_t bytes, uint64_t hash);
bool bloom_check(const uint8_t *bits, size_t bytes, uint64_t hash);
