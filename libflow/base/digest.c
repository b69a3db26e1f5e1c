/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/digest.h"

#include <string.h>

#include "base/bytes.h"

#define LENGTH_BYTES 8

void
digest_blocks(const void *bytes, size_t len, bool big_endian, digest_block *add, uint32_t *state)
{
	uint8_t last[2 * DIGEST_BLOCK_BYTES] = { 0 };
	const uint8_t *p = bytes;
	size_t left = len, end;

	for (; left >= DIGEST_BLOCK_BYTES; left -= DIGEST_BLOCK_BYTES, p += DIGEST_BLOCK_BYTES)
		add(state, p);
	if (left > 0)
		memcpy(last, p, left);
	last[left] = 0x80;
	end = left < DIGEST_BLOCK_BYTES - LENGTH_BYTES ? DIGEST_BLOCK_BYTES : 2 * DIGEST_BLOCK_BYTES;
	if (big_endian)
		store_be64(last + end - LENGTH_BYTES, (uint64_t)len * 8);
	else
		store_le64(last + end - LENGTH_BYTES, (uint64_t)len * 8);
	for (p = last; p < last + end; p += DIGEST_BLOCK_BYTES)
		add(state, p);
}
