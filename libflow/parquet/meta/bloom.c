/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/meta/bloom.h"

#include "base/bytes.h"
#include "base/hash.h"

#define WORDS (BLOOM_BLOCK_BYTES / 4)

/* Ten bits for each value. */
#define VALUES_PER_BLOCK 25

static const uint32_t salt[WORDS] = {
	0x47b6137bU, 0x44974d91U, 0x8824ad5bU, 0xa2b7289dU,
	0x705495c7U, 0x2df1424bU, 0x9efc4947U, 0x5c6bfb31U,
};

size_t
bloom_bytes(size_t values)
{
	size_t blocks = (values + VALUES_PER_BLOCK - 1) / VALUES_PER_BLOCK;

	return (blocks > 0 ? blocks : 1) * BLOOM_BLOCK_BYTES;
}

uint64_t
bloom_hash(const void *value, size_t len)
{
	return hash_xxh64(value, len, 0);
}

size_t
bloom_block(uint64_t bytes, uint64_t hash)
{
	return (size_t)(((hash >> 32) * (bytes / BLOOM_BLOCK_BYTES)) >> 32) * BLOOM_BLOCK_BYTES;
}

static uint32_t
word_bit(uint64_t hash, size_t word)
{
	return UINT32_C(1) << (((uint32_t)hash * salt[word]) >> 27);
}

void
bloom_insert(uint8_t *bits, size_t bytes, uint64_t hash)
{
	uint8_t *block = bits + bloom_block(bytes, hash);
	size_t w;

	for (w = 0; w < WORDS; w++)
		store_le32(block + 4 * w, load_le32(block + 4 * w) | word_bit(hash, w));
}

bool
bloom_check(const uint8_t *bits, size_t bytes, uint64_t hash)
{
	const uint8_t *block = bits + bloom_block(bytes, hash);
	size_t w;

	for (w = 0; w < WORDS; w++)
		if ((load_le32(block + 4 * w) & word_bit(hash, w)) == 0)
			return false;
	return true;
}
