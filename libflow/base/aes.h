/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * AES-128 (FIPS-197), encryption of single blocks only.  Its table look-ups take
 * time that depends on the data: fit for pseudonyms, not for secrets whose use
 * an attacker can time.
 */

#include <stdint.h>

#define AES_BYTES 16
#define AES128_KEY_WORDS 44

struct aes128 {
	uint32_t key[AES128_KEY_WORDS];	/* the key schedule */
	uint32_t column[256];		/* a byte substituted and mixed */
};

/* Read-only afterwards; threads may share it. */
void aes128_init(struct aes128 *a, const uint8_t key[static AES_BYTES]);

/* in and out may be the same. */
void aes128_encrypt(const struct aes128 *a, const uint8_t in[static AES_BYTES],
    uint8_t out[static AES_BYTES]);
