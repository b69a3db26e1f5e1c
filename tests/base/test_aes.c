/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/aes.h"

#include <string.h>

#include "tap.h"

/* FIPS-197, appendix B. */
static void
test_appendix_b(void)
{
	static const uint8_t key[] = { 0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6,
		0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c };
	static const uint8_t in[] = { 0x32, 0x43, 0xf6, 0xa8, 0x88, 0x5a, 0x30, 0x8d,
		0x31, 0x31, 0x98, 0xa2, 0xe0, 0x37, 0x07, 0x34 };
	static const uint8_t want[] = { 0x39, 0x25, 0x84, 0x1d, 0x02, 0xdc, 0x09, 0xfb,
		0xdc, 0x11, 0x85, 0x97, 0x19, 0x6a, 0x0b, 0x32 };
	struct aes128 a;
	uint8_t out[AES_BYTES];

	aes128_init(&a, key);
	/* Appendix A.1: the first and the last word that are expanded. */
	is_uint(a.key[4], 0xa0fafe17);
	is_uint(a.key[43], 0xb6630ca6);
	aes128_encrypt(&a, in, out);
	is_mem(out, sizeof(out), want, sizeof(want));
}

/* FIPS-197, appendix C.1, in place. */
static void
test_appendix_c(void)
{
	static const uint8_t want[] = { 0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30,
		0xd8, 0xcd, 0xb7, 0x80, 0x70, 0xb4, 0xc5, 0x5a };
	struct aes128 a;
	uint8_t key[AES_BYTES], block[AES_BYTES];

	for (unsigned i = 0; i < AES_BYTES; i++) {
		key[i] = (uint8_t)i;
		block[i] = (uint8_t)(i * 0x11);
	}
	aes128_init(&a, key);
	aes128_encrypt(&a, block, block);
	is_mem(block, sizeof(block), want, sizeof(want));
}

int
main(void)
{
	test_appendix_b();
	test_appendix_c();
	return tap_done();
}
