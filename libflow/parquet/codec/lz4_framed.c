/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/codec/lz4_framed.h"

#include <lz4.h>
#include <lz4frame.h>

#include "base/cursor.h"

/* The first bytes of an LZ4 frame, little-endian. */
#define FRAME_MAGIC UINT32_C(0x184d2204)

/* Decompresses one chunk: a big-endian length and a block.  Returns the size that results, or a negative number. */
static int
hadoop_chunk(struct cursor *in, uint8_t *out, size_t room)
{
	uint32_t len = cursor_be32(in);
	const uint8_t *p = cursor_bytes(in, len);

	return p == NULL ? -1 : LZ4_decompress_safe((const char *)p, (char *)out, (int)len, (int)room);
}

/* Hadoop: a decompressed length, then chunks until it is reached; repeatedly. */
static bool
hadoop(struct cursor in, uint8_t *out, size_t out_len)
{
	size_t done = 0;

	while (cursor_left(&in) > 0) {
		size_t end = done + cursor_be32(&in);

		if (cursor_failed(&in) || end > out_len)
			return false;
		while (done < end) {
			int n = hadoop_chunk(&in, out + done, end - done);

			if (n <= 0)
				return false;
			done += (size_t)n;
		}
	}
	return done == out_len;
}

static bool
frame(const void *bytes, size_t len, void *out, size_t out_len)
{
	LZ4F_dctx *context;
	size_t left = 1, read = len, written = out_len;

	if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)))
		return false;
	left = LZ4F_decompress(context, out, &written, bytes, &read, NULL);
	(void)LZ4F_freeDecompressionContext(context);
	return left == 0 && read == len && written == out_len;
}

bool
lz4_framed_decompress(const void *bytes, size_t len, void *out, size_t out_len)
{
	struct cursor in = cursor_make(bytes, len), magic = in;

	if (cursor_le32(&magic) == FRAME_MAGIC)
		return frame(bytes, len, out, out_len);
	return hadoop(in, out, out_len) ||
	    LZ4_decompress_safe(bytes, out, (int)len, (int)out_len) == (int)out_len;
}
