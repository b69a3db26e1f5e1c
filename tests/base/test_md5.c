/* SPDX-License-Identifier: BSD-2-Clause */
/* The test suite of RFC 1321 A.5, and lengths around those of blocks. */
#include "base/md5.h"

#include <string.h>

#include "tap.h"

static void
is_md5(const char *text, const char *want)
{
	uint8_t hash[MD5_BYTES];
	char hex[2 * MD5_BYTES + 1];

	md5(text, strlen(text), hash);
	for (size_t i = 0; i < sizeof(hash); i++) {
		hex[2 * i] = "0123456789abcdef"[hash[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[hash[i] & 15];
	}
	hex[2 * MD5_BYTES] = '\0';
	is_str(hex, want);
}

int
main(void)
{
	is_md5("", "d41d8cd98f00b204e9800998ecf8427e");
	is_md5("a", "0cc175b9c0f1b6a831c399e269772661");
	is_md5("abc", "900150983cd24fb0d6963f7d28e17f72");
	is_md5("message digest", "f96b697d7cb7938d525a2f31aaf161d0");
	is_md5("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b");
	is_md5("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
	    "d174ab98d277d9f5a5611c2c9f419d9f");
	is_md5("12345678901234567890123456789012345678901234567890123456789012345678901234567890",
	    "57edf4a22be3c955ac49da2e2107b67a");
	/* By md5sum. */
	is_md5("the quick brown fox jumps over the lazy dog, again and ",
	    "ae3961f4725fed51f0046ef74e02be8c");
	is_md5("the quick brown fox jumps over the lazy dog, again and a",
	    "305dbe5ca2693b1bc57db8b5da1a60ef");
	is_md5("the quick brown fox jumps over the lazy dog, again and again, u",
	    "bfb0c802797d27e991c5568c6c58e675");
	is_md5("the quick brown fox jumps over the lazy dog, again and again, un",
	    "cd34c294248f623ea8c3b9cd842046c4");
	return tap_done();
}
