/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Bit-packed differences back to values, some at a time. */

#include <stdbool.h>
#include <stdint.h>

/* Values that are decoded at a time: what the least miniblock holds. */
#define DELTA_UNIT 32

/* The greatest width, in bits, of differences that delta_unit_decode takes. */
#define DELTA_UNIT_WIDTH 25

/* Whether this machine has what delta_unit_decode needs (AVX-512 VBMI). */
bool delta_unit_usable(void);

/*
 * DELTA_UNIT values from their differences, of `width` bits (1 to DELTA_UNIT_WIDTH) packed in
 * 4 * width bytes, each of which is less than the true one by `least`, modulo 2^64; `before` is the value
 * before the first.  Returns the last one, which the next unit begins with: it would have to wait for that
 * to come back from memory.
 */
uint64_t delta_unit_decode(const uint8_t *packed, unsigned width, uint64_t before, uint64_t least,
    uint64_t out[DELTA_UNIT]);
