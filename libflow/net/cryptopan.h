/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Crypto-PAn: pseudonyms for addresses that keep prefixes (Xu, Fan, Ammar, Moon: "Prefix-Preserving IP
 * Address Anonymization", 2002).  Two addresses that share exactly their first n bits have pseudonyms that
 * share exactly their first n bits.  IPv6 is treated as IPv4 is, over 128 bits: a bit is flipped by a
 * function of the bits before it, which the paper defines for any length.  The same key gives the same
 * pseudonyms as other implementations.  nfanon (1.7) differs for IPv6: its function depends on bit i, too,
 * and works on octets in the machine's order, and so keeps no prefixes.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/aes.h"
#include "net/addr.h"

#define CRYPTOPAN_KEY_BYTES 32

/* Read-only after cryptopan_init; threads may share it. */
struct cryptopan {
	struct aes128 aes;
	uint8_t pad[AES_BYTES];
};

/*
 * Reads a key of 32 characters, or of 64 hexadecimal digits (also after 0x);
 * false, and key untouched, if it is neither.
 */
bool cryptopan_key_parse(const char *text, size_t len, uint8_t key[static CRYPTOPAN_KEY_BYTES]);

void cryptopan_init(struct cryptopan *c, const uint8_t key[static CRYPTOPAN_KEY_BYTES]);

/* The pseudonym, of the same family: an IPv4-mapped address is one of IPv6 before and after. */
struct addr cryptopan_addr(const struct cryptopan *c, const struct addr *a);

/*
 * The same, faster for sorted addresses: remembers the flips for the bits shared
 * with the last address.  Zero-initialised, one per thread.
 */
struct cryptopan_last {
	bool used[2];		/* IPv4, IPv6 */
	struct addr addr[2];
	struct addr flip[2];
};

struct addr cryptopan_next(const struct cryptopan *c, struct cryptopan_last *last,
    const struct addr *a);
