/* SPDX-License-Identifier: BSD-2-Clause */
/* Examples of FIPS 180-2 B, and lengths around those of blocks. */
#include "base/sha256.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

static void
is_sha256(const char *text, size_t len, const char *want)
{
	uint8_t hash[SHA256_BYTES];
	char hex[2 * SHA256_BYTES + 1];

	sha256(text, len, hash);
	for (size_t i = 0; i < sizeof(hash); i++) {
		hex[2 * i] = "0123456789abcdef"[hash[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[hash[i] & 15];
	}
	hex[2 * SHA256_BYTES] = '\0';
	is_str(hex, want);
}

static void
is_text(const char *text, const char *want)
{
	is_sha256(text, strlen(text), want);
}

int
main(void)
{
	char *million = malloc(1000000);

	is_text("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	is_text("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	is_text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	memset(million, 'a', 1000000);
	is_sha256(million, 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	free(million);
	/* By sha256sum. */
	is_text("the quick brown fox jumps over the lazy dog, again and ",
	    "65973a5776100d76271b90c24720a9e09ef76d10319e71366cd27a7185b12ccb");
	is_text("the quick brown fox jumps over the lazy dog, again and a",
	    "82b753910aeb13205e7b99904e0281e9eb450a71a68e774bcfef5184cd422b2f");
	is_text("the quick brown fox jumps over the lazy dog, again and again, u",
	    "bfab415def90cce80ec7f63b8ab8e61e651b8c0c48a61e07192c3f0dea740d90");
	is_text("the quick brown fox jumps over the lazy dog, again and again, un",
	    "a3414a6e2f20238fa9c9e081a4589b226d68ff3ebb7ace7cc31cf60917d17930");
	return tap_done();
}
