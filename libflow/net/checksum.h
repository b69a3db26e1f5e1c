/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The Internet checksum (RFC 1071): the one's complement sum of 16-bit big-endian words. */

#include <stddef.h>
#include <stdint.h>

/* Adds bytes to a sum that begins with 0 or with numbers below 2^32; only the last call may have an odd length. */
uint64_t checksum_add(uint64_t sum, const uint8_t *bytes, size_t len);

/*
 * The checksum for a header.  Over a header or segment that contains its checksum: 0 where it is undamaged.
 */
uint16_t checksum_end(uint64_t sum);
