/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Decodes bit-packed differences to values, one unit at a time. */

#include <stdbool.h>
#include <stdint.h>

/* Values of a unit: the size of the smallest miniblock. */
#define DELTA_UNIT 32

/* The greatest width of differences, in bits, that delta_unit_decode takes. */
#define DELTA_UNIT_WIDTH 25

/* Whether this CPU has the instructions of delta_unit_decode (AVX-512 VBMI). */
bool delta_unit_usable(void);

/*
 * Decodes DELTA_UNIT values from their differences, of `width` bits (1 to DELTA_UNIT_WIDTH), packed in 4 * width
 * bytes; each is stored minus `least`, modulo 2^64; `before` is the value before the first.  Returns the last
 * value for the next unit, so that it need not wait for a load.
 */
uint64_t delta_unit_decode(const uint8_t *packed, unsigned width, uint64_t before, uint64_t least,
    uint64_t out[DELTA_UNIT]);
