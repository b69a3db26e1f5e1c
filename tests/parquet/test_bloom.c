/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/meta/bloom.h"

#include <stdio.h>
#include <string.h>

#include "tap.h"

/*
 * Two blocks with "192.0.2.1", "2001:db8::1" and "", as an implementation in Python
 * fills them from BloomFilter.md and XXH64's description alone.
 */
static const uint8_t expected[2 * BLOOM_BLOCK_BYTES] = {
	0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x20,
	0x02, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
	0x00, 0x20, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00,
	0x20, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80,
	0x00, 0x80, 0x00, 0x20, 0x01, 0x00, 0x01, 0x00,
	0x20, 0x00, 0x00, 0x02, 0x40, 0x00, 0x00, 0x10,
	0x00, 0xc0, 0x00, 0x00, 0x00, 0x00, 0x41, 0x00,
	0x00, 0x04, 0x00, 0x20, 0x08, 0x00, 0x00, 0x40,
};

static void
bits(void)
{
	static const char *const values[] = { "192.0.2.1", "2001:db8::1", "" };
	uint8_t filter[2 * BLOOM_BLOCK_BYTES] = { 0 };

	is_uint(bloom_hash("", 0), UINT64_C(0xef46db3751d8e999));
	is_uint(bloom_hash("192.0.2.1", 9), UINT64_C(0xb745e3600a221c61));
	for (size_t i = 0; i < 3; i++)
		bloom_insert(filter, sizeof(filter), bloom_hash(values[i], strlen(values[i])));
	is_mem(filter, sizeof(filter), expected, sizeof(expected));
	for (size_t i = 0; i < 3; i++)
		ok(bloom_check(expected, sizeof(expected), bloom_hash(values[i], strlen(values[i]))));
	ok(!bloom_check(expected, sizeof(expected), bloom_hash("192.0.2.2", 9)));
}

/* What was inserted is always found; of the rest about a hundredth. */
static void
rates(void)
{
	static uint8_t filter[20000];
	size_t bytes = bloom_bytes(10000), missing = 0, wrong = 0;
	char text[32];

	is_uint(bytes % BLOOM_BLOCK_BYTES, 0);
	ok(bytes >= BLOOM_BLOCK_BYTES && bytes <= sizeof(filter));
	for (unsigned i = 0; i < 10000; i++) {
		(void)snprintf(text, sizeof(text), "10.0.%u.%u", i >> 8, i & 255);
		bloom_insert(filter, bytes, bloom_hash(text, strlen(text)));
	}
	for (unsigned i = 0; i < 20000; i++) {
		(void)snprintf(text, sizeof(text), "10.0.%u.%u", i >> 8, i & 255);
		if (bloom_check(filter, bytes, bloom_hash(text, strlen(text))))
			wrong += i >= 10000;
		else
			missing += i < 10000;
	}
	is_uint(missing, 0);
	ok(wrong < 200);
}

static void
sizes(void)
{
	is_uint(bloom_bytes(0), BLOOM_BLOCK_BYTES);
	is_uint(bloom_bytes(1), BLOOM_BLOCK_BYTES);
	is_uint(bloom_bytes(26), 2 * BLOOM_BLOCK_BYTES);
}

int
main(void)
{
	bits();
	rates();
	sizes();
	return tap_done();
}
