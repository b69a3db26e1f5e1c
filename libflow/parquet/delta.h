/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * DELTA_BINARY_PACKED (Encodings.md): first value, then blocks of 128 differences, each
 * block with its least difference and four miniblocks of 32 with a width of their own.
 */

#include <stdbool.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/status.h"

/*
 * Appends n values.  bits is 32 or 64: the arithmetic wraps at that width, as the
 * physical type's does; values of INT32 are zero- or sign-extended.
 */
void delta_encode(const uint64_t *values, size_t n, unsigned bits, struct buf *out);

/* Bytes that n values would take, about, from the widths of a few blocks. */
size_t delta_estimate(const uint64_t *values, size_t n, unsigned bits);

/*
 * Decodes all of a page's values, which must be `n`, into out (room for n).  The bytes of
 * `in` have BITPACK_SLACK readable bytes after them; *in is left behind the last block.
 * The upper half of 32-bit values is undefined.  False for malformed bytes.
 */
bool delta_decode(struct cursor *in, size_t n, uint64_t *out);

/* The number of values that a header announces, without consuming it; 0 if malformed. */
uint64_t delta_count(struct cursor in);
