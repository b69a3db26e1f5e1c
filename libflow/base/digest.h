/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What MD5 and SHA-256 have in common: how bytes become blocks. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_BLOCK_BYTES 64

typedef void digest_block(uint32_t *state, const uint8_t *block);

/*
 * Adds all bytes, block by block: behind the last one stand a bit that is set, zeros, and the length in
 * bits, of 64 bits in the order of bytes that is asked for, which end a block.
 */
void digest_blocks(const void *bytes, size_t len, bool big_endian, digest_block *add,
    uint32_t *state);
