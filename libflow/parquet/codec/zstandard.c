/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "parquet/codec/zstandard.h"

#ifdef HAVE_ZSTD

#include <zstd.h>

#define LEVEL_DEFAULT 3

void
zstandard_release(struct zstandard *z)
{
	(void)ZSTD_freeCCtx(z->in);
	(void)ZSTD_freeDCtx(z->out);
	*z = (struct zstandard){ NULL, NULL };
}

bool
zstandard_is_here(void)
{
	return true;
}

int
zstandard_level_max(void)
{
	return ZSTD_maxCLevel();
}

enum flow_status
zstandard_compress(struct zstandard *z, int level, const void *bytes, size_t len, struct buf *out)
{
	size_t bound = ZSTD_compressBound(len), n;

	if (z->in == NULL)
		z->in = ZSTD_createCCtx();
	if (z->in == NULL || !buf_reserve(out, bound))
		return FLOW_ENOMEM;
	n = ZSTD_compressCCtx(z->in, buf_end(out), bound, bytes, len, level > 0 ? level : LEVEL_DEFAULT);
	if (ZSTD_isError(n))
		return FLOW_ENOMEM;
	out->len += n;
	return FLOW_OK;
}

enum flow_status
zstandard_decompress(struct zstandard *z, const void *bytes, size_t len, void *out, size_t out_len)
{
	if (z->out == NULL)
		z->out = ZSTD_createDCtx();
	if (z->out == NULL)
		return FLOW_ENOMEM;
	return ZSTD_decompressDCtx(z->out, out, out_len, bytes, len) == out_len ? FLOW_OK : FLOW_EFORMAT;
}

#else

void
zstandard_release(struct zstandard *z)
{
	*z = (struct zstandard){ NULL, NULL };
}

bool
zstandard_is_here(void)
{
	return false;
}

int
zstandard_level_max(void)
{
	return 0;
}

enum flow_status
zstandard_compress(struct zstandard *z, int level, const void *bytes, size_t len, struct buf *out)
{
	UNUSED(z);
	UNUSED(level);
	UNUSED(bytes);
	UNUSED(len);
	UNUSED(out);
	return FLOW_EUNSUPPORTED;
}

enum flow_status
zstandard_decompress(struct zstandard *z, const void *bytes, size_t len, void *out, size_t out_len)
{
	UNUSED(z);
	UNUSED(bytes);
	UNUSED(len);
	UNUSED(out);
	UNUSED(out_len);
	return FLOW_EUNSUPPORTED;
}

#endif
