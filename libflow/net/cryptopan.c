/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/cryptopan.h"

#include <string.h>

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
cryptopan_key_parse(const char *text, size_t len, uint8_t key[static CRYPTOPAN_KEY_BYTES])
{
	uint8_t bytes[CRYPTOPAN_KEY_BYTES];

	if (len == CRYPTOPAN_KEY_BYTES) {
		memcpy(key, text, len);
		return true;
	}
	if (len == 2 * CRYPTOPAN_KEY_BYTES + 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		text += 2;
		len -= 2;
	}
	if (len != 2 * CRYPTOPAN_KEY_BYTES)
		return false;
	for (size_t i = 0; i < CRYPTOPAN_KEY_BYTES; i++) {
		int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	memcpy(key, bytes, sizeof(bytes));
	return true;
}

/* The first half is the cipher's key, the second, encrypted, fills up short prefixes. */
void
cryptopan_init(struct cryptopan *c, const uint8_t key[static CRYPTOPAN_KEY_BYTES])
{
	aes128_init(&c->aes, key);
	aes128_encrypt(&c->aes, key + AES_BYTES, c->pad);
}

/*
 * Bit i of the pseudonym is bit i of the address, flipped by the first bit of
 * the cipher over the i bits before it, filled up with the pad.
 */
static void
anonymise(const struct cryptopan *c, const uint8_t *in, size_t bytes, uint8_t *out)
{
	uint8_t block[AES_BYTES], cipher[AES_BYTES], flip[AES_BYTES] = { 0 };

	memcpy(block, c->pad, sizeof(block));
	for (size_t i = 0; i < 8 * bytes; i++) {
		uint8_t bit = (uint8_t)(0x80 >> i % 8);

		aes128_encrypt(&c->aes, block, cipher);
		if (cipher[0] & 0x80)
			flip[i / 8] |= bit;
		block[i / 8] = (uint8_t)((block[i / 8] & ~bit) | (in[i / 8] & bit));
	}
	for (size_t i = 0; i < bytes; i++)
		out[i] = in[i] ^ flip[i];
}

struct addr
cryptopan_addr(const struct cryptopan *c, const struct addr *a)
{
	struct addr out = *a;

	if (addr_is_v4(a))
		anonymise(c, a->b + 12, 4, out.b + 12);
	else
		anonymise(c, a->b, 16, out.b);
	return out;
}
