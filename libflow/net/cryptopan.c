/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/cryptopan.h"

#include <string.h>

#include "base/hex.h"

bool
cryptopan_key_parse(const char *text, size_t len, uint8_t key[static CRYPTOPAN_KEY_BYTES])
{
	uint8_t bytes[CRYPTOPAN_KEY_BYTES];

	if (len == CRYPTOPAN_KEY_BYTES) {
		memcpy(key, text, len);
		return true;
	}
	if (len == 2 * CRYPTOPAN_KEY_BYTES + 2 && text[0] == '0' &&
	    (text[1] == 'x' || text[1] == 'X')) {
		text += 2;
		len -= 2;
	}
	if (len != 2 * CRYPTOPAN_KEY_BYTES)
		return false;
	for (size_t i = 0; i < CRYPTOPAN_KEY_BYTES; i++) {
		unsigned high = hex_value(text[2 * i]), low = hex_value(text[2 * i + 1]);

		if (high > 15 || low > 15)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	memcpy(key, bytes, sizeof(bytes));
	return true;
}

/* The first half is the cipher's key; the second, encrypted, is the pad of short prefixes. */
void
cryptopan_init(struct cryptopan *c, const uint8_t key[static CRYPTOPAN_KEY_BYTES])
{
	aes128_init(&c->aes, key);
	aes128_encrypt(&c->aes, key + AES_BYTES, c->pad);
}

/* Replaces the first `bits` bits of the block by those of the address. */
static void
put_prefix(uint8_t *block, const uint8_t *in, size_t bits)
{
	uint8_t mask = (uint8_t)(0xff00 >> bits % 8);

	memcpy(block, in, bits / 8);
	if (bits % 8 != 0)
		block[bits / 8] = (uint8_t)((block[bits / 8] & ~mask) | (in[bits / 8] & mask));
}

/*
 * Bit i of the pseudonym is bit i of the address, flipped by the first bit of
 * the cipher over the i bits before it, padded.  Fills in the flips from bit
 * `from` on.
 */
static void
flips(const struct cryptopan *c, const uint8_t *in, size_t from, size_t bits, uint8_t *flip)
{
	uint8_t block[AES_BYTES], cipher[AES_BYTES];

	memcpy(block, c->pad, sizeof(block));
	put_prefix(block, in, from);
	for (size_t i = from; i < bits; i++) {
		uint8_t bit = (uint8_t)(0x80 >> i % 8);

		aes128_encrypt(&c->aes, block, cipher);
		flip[i / 8] = (uint8_t)(cipher[0] & 0x80 ? flip[i / 8] | bit : flip[i / 8] & ~bit);
		block[i / 8] = (uint8_t)((block[i / 8] & ~bit) | (in[i / 8] & bit));
	}
}

static size_t
shared_bits(const uint8_t *a, const uint8_t *b, size_t bits)
{
	size_t n = 0;

	while (n < bits && a[n / 8] == b[n / 8])
		n += 8;
	while (n < bits && ((a[n / 8] ^ b[n / 8]) & 0x80 >> n % 8) == 0)
		n++;
	return n;
}

struct addr
cryptopan_next(const struct cryptopan *c, struct cryptopan_last *last, const struct addr *a)
{
	size_t family = addr_is_v4(a) ? 0 : 1, skip = family == 0 ? 12 : 0;
	size_t bits = 8 * (16 - skip), known = 0;
	struct addr in, out;

	addr_store_v6(a, in.b);
	out = in;
	if (last->used[family]) {
		/*
		 * The flip of a bit depends only on the bits before it, so one more flip is known than bits
		 * are shared.
		 */
		known = shared_bits(in.b + skip, last->addr[family].b + skip, bits);
		known = known < bits ? known + 1 : bits;
	}
	flips(c, in.b + skip, known, bits, last->flip[family].b + skip);
	last->addr[family] = in;
	last->used[family] = true;
	for (size_t i = skip; i < 16; i++)
		out.b[i] ^= last->flip[family].b[i];
	return family == 0 ? out : addr_from_header6(out.b);
}

struct addr
cryptopan_addr(const struct cryptopan *c, const struct addr *a)
{
	struct cryptopan_last none = { .used = { false, false } };

	return cryptopan_next(c, &none, a);
}
