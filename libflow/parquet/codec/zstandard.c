/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "parquet/codec/zstandard.h"

#ifdef HAVE_ZSTD

#include <zstd.h>

/*
 * The default is level 3 with the match finder of higher levels.  Up to LEVEL_FAST_MAX a match has at least six
 * bytes: in codes and packed numbers shorter matches are accidental; they save nothing, and a search for a host
 * spends its time on decompressing them (doc/architecture.md).
 */
#define LEVEL_DEFAULT 3
#define LEVEL_FAST_MAX 12
#define MATCH_BYTES_MIN 6

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

/* Sets up a context for a level; if that fails, compressing fails, too. */
static void
set_level(ZSTD_CCtx *c, int level)
{
	(void)ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, level > 0 ? level : LEVEL_DEFAULT);
	(void)ZSTD_CCtx_setParameter(c, ZSTD_c_strategy, level > 0 ? 0 : (int)ZSTD_lazy2);
	(void)ZSTD_CCtx_setParameter(c, ZSTD_c_minMatch, level <= LEVEL_FAST_MAX ? MATCH_BYTES_MIN : 0);
}

enum flow_status
zstandard_compress(struct zstandard *z, int level, const void *bytes, size_t len, struct buf *out)
{
	size_t bound = ZSTD_compressBound(len), n;

	if (z->in == NULL)
		z->in = ZSTD_createCCtx();
	if (z->in == NULL || !buf_reserve(out, bound))
		return FLOW_ENOMEM;
	set_level(z->in, level);
	n = ZSTD_compress2(z->in, buf_end(out), bound, bytes, len);
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

bool
zstandard_frame(const void *bytes, size_t len, size_t *frame_bytes, uint64_t *raw_bytes)
{
	unsigned long long raw = ZSTD_getFrameContentSize(bytes, len);

	*frame_bytes = ZSTD_findFrameCompressedSize(bytes, len);
	*raw_bytes = raw;
	return !ZSTD_isError(*frame_bytes) && raw != ZSTD_CONTENTSIZE_UNKNOWN && raw != ZSTD_CONTENTSIZE_ERROR;
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

bool
zstandard_frame(const void *bytes, size_t len, size_t *frame_bytes, uint64_t *raw_bytes)
{
	UNUSED(bytes);
	UNUSED(len);
	UNUSED(frame_bytes);
	UNUSED(raw_bytes);
	return false;
}

#endif
