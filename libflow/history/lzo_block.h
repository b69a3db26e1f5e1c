/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Decompresses blocks of LZO1X, as described in "LZO stream format as understood by Linux' LZO decompressor"
 * (Linux, Documentation/staging/lzo.rst).  Old collectors compress with it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decompresses all of in[0 .. len-1], which ends with LZO's end mark, to out, which has room for `room`
 * bytes, and sets *out_len.  False if the block is damaged, or would be longer than `room`; *out_len then
 * counts the bytes before that.
 */
bool lzo_block_decompress(const uint8_t *in, size_t len, uint8_t *out, size_t room, size_t *out_len);
