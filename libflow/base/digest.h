/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What MD5 and SHA-256 have in common: how bytes become blocks. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_BLOCK_BYTES 64

typedef void digest_block(uint32_t *state, const uint8_t *block);

/*
 * Calls `add` for each block.  The last ones are padded: a 1 bit, zeros, and the length in bits as a 64-bit
 * number in the byte order that is asked for.
 */
void digest_blocks(const void *bytes, size_t len, bool big_endian, digest_block *add,
    uint32_t *state);
