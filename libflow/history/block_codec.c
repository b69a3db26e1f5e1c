/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "history/block_codec.h"

#include <lz4.h>
#include <string.h>
#ifdef HAVE_BZ2
#include <bzlib.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

#include "base/attr.h"
#include "history/lzo_block.h"

enum flow_status
block_codec_check(unsigned codec, struct flow_error *err)
{
	if (codec >= BLOCK_CODECS)
		return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET,
		    "blocks are compressed in a way (%u) that is not known: nfdump -J 0 -r FILE makes them plain",
		    codec);
#ifndef HAVE_BZ2
	if (codec == BLOCK_BZ2)
		return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET, "blocks are compressed with bzip2: "
		    "build with libbz2, or nfdump -J lz4 -r FILE compresses them otherwise");
#endif
#ifndef HAVE_ZSTD
	if (codec == BLOCK_ZSTD)
		return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET, "blocks are compressed with ZSTD: "
		    "build with libzstd, or nfdump -J lz4 -r FILE compresses them otherwise");
#endif
	return FLOW_OK;
}

static enum flow_status
damaged(const char *codec, struct flow_error *err)
{
	return flow_fail(err, FLOW_ECORRUPT, FLOW_NO_OFFSET, "the block cannot be decompressed (%s)", codec);
}

static enum flow_status
decompress_lz4(const void *in, size_t len, void *out, size_t *out_len, struct flow_error *err)
{
	int n = LZ4_decompress_safe(in, out, (int)len, (int)BLOCK_BYTES_MAX);

	if (n <= 0)
		return damaged("LZ4", err);
	*out_len = (size_t)n;
	return FLOW_OK;
}

static enum flow_status
decompress_bz2(const void *in, size_t len, void *out, size_t *out_len, struct flow_error *err)
{
#ifdef HAVE_BZ2
	unsigned n = (unsigned)BLOCK_BYTES_MAX;
	int rc = BZ2_bzBuffToBuffDecompress(out, &n, (char *)(uintptr_t)in, (unsigned)len, 0, 0);

	if (rc == BZ_MEM_ERROR)
		return flow_fail_memory(err);
	if (rc != BZ_OK)
		return damaged("bzip2", err);
	*out_len = n;
	return FLOW_OK;
#else
	UNUSED(in);
	UNUSED(len);
	UNUSED(out);
	UNUSED(out_len);
	return block_codec_check(BLOCK_BZ2, err);
#endif
}

static enum flow_status
decompress_zstd(const void *in, size_t len, void *out, size_t *out_len, struct flow_error *err)
{
#ifdef HAVE_ZSTD
	size_t n = ZSTD_decompress(out, BLOCK_BYTES_MAX, in, len);

	if (ZSTD_isError(n))
		return damaged("ZSTD", err);
	*out_len = n;
	return FLOW_OK;
#else
	UNUSED(in);
	UNUSED(len);
	UNUSED(out);
	UNUSED(out_len);
	return block_codec_check(BLOCK_ZSTD, err);
#endif
}

enum flow_status
block_decompress(enum block_codec codec, const void *in, size_t len, void *out, size_t *out_len,
    struct flow_error *err)
{
	if (len > BLOCK_BYTES_MAX)
		return damaged("it is too long", err);
	switch (codec) {
	case BLOCK_PLAIN:
		if (len > 0)
			memcpy(out, in, len);
		*out_len = len;
		return FLOW_OK;
	case BLOCK_LZO:
		return lzo_block_decompress(in, len, out, BLOCK_BYTES_MAX, out_len) ? FLOW_OK :
		    damaged("LZO", err);
	case BLOCK_BZ2:
		return decompress_bz2(in, len, out, out_len, err);
	case BLOCK_LZ4:
		return decompress_lz4(in, len, out, out_len, err);
	case BLOCK_ZSTD:
		return decompress_zstd(in, len, out, out_len, err);
	case BLOCK_CODECS:
		break;
	}
	return block_codec_check(codec, err);
}
