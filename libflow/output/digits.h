/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Numbers of a whole chunk to decimal at once. */

#include <stdint.h>

#include "output/cell_column.h"

/*
 * Writes v[i] < 10^8 as text at out + i * stride (8 bytes of room) and its
 * length at len[i], for all i < OUTPUT_CHUNK: rows beyond the chunk's are
 * formatted too and must be in range.
 */
void digits_below8(const uint32_t v[static OUTPUT_CHUNK], char *out, uint32_t stride,
    uint32_t len[static OUTPUT_CHUNK]);

/* As digits_below8, for v[i] < 10^4: 4 bytes of room. */
void digits_below4(const uint32_t v[static OUTPUT_CHUNK], char *out, uint32_t stride,
    uint32_t len[static OUTPUT_CHUNK]);
