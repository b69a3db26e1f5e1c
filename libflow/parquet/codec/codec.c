/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/codec/codec.h"

#include <lz4.h>
#include <lz4hc.h>
#include <string.h>
#include <zlib.h>

#include "parquet/codec/lz4_framed.h"
#include "parquet/codec/snappy.h"

/* zlib window bits: gzip framing when writing; detection of gzip or zlib framing when reading. */
#define WRITE_GZIP (15 + 16)
#define READ_ANY (15 + 32)

const char *
pq_codec_name(int codec)
{
	static const char *const name[] = { "UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4",
		"ZSTD", "LZ4_RAW" };

	return codec >= 0 && codec < (int)(sizeof(name) / sizeof(name[0])) ? name[codec] : NULL;
}

void
codec_state_release(struct codec_state *state)
{
	zstandard_release(&state->zstd);
}

static enum flow_status
compress_lz4(int level, const void *bytes, size_t len, struct buf *out)
{
	int bound = LZ4_compressBound((int)len), n;

	if (!buf_reserve(out, (size_t)bound))
		return FLOW_ENOMEM;
	if (level > 0)
		n = LZ4_compress_HC(bytes, (char *)buf_end(out), (int)len, bound, level);
	else
		n = LZ4_compress_default(bytes, (char *)buf_end(out), (int)len, bound);
	if (n <= 0)
		return FLOW_ENOMEM;
	out->len += (size_t)n;
	return FLOW_OK;
}

static enum flow_status
compress_gzip(int level, const void *bytes, size_t len, struct buf *out)
{
	z_stream z = { 0 };
	uLong bound;
	int rc;

	if (deflateInit2(&z, level > 0 ? level : Z_DEFAULT_COMPRESSION, Z_DEFLATED, WRITE_GZIP, 8,
	    Z_DEFAULT_STRATEGY) != Z_OK)
		return FLOW_ENOMEM;
	bound = deflateBound(&z, (uLong)len);
	if (!buf_reserve(out, bound)) {
		(void)deflateEnd(&z);
		return FLOW_ENOMEM;
	}
	z.next_in = (Bytef *)(uintptr_t)bytes;
	z.avail_in = (uInt)len;
	z.next_out = buf_end(out);
	z.avail_out = (uInt)bound;
	rc = deflate(&z, Z_FINISH);
	out->len += z.total_out;
	(void)deflateEnd(&z);
	return rc == Z_STREAM_END ? FLOW_OK : FLOW_ENOMEM;
}

enum flow_status
codec_compress(enum pq_codec codec, int level, struct codec_state *state, const void *bytes,
    size_t len, struct buf *out)
{
	if (len > CODEC_BYTES_MAX)
		return FLOW_ELIMIT;
	switch (codec) {
	case PQ_UNCOMPRESSED:
		buf_append(out, bytes, len);
		return buf_status(out);
	case PQ_LZ4_RAW:
		return compress_lz4(level, bytes, len, out);
	case PQ_GZIP:
		return compress_gzip(level, bytes, len, out);
	case PQ_ZSTD:
		return zstandard_compress(&state->zstd, level, bytes, len, out);
	default:
		return FLOW_EUNSUPPORTED;
	}
}

static enum flow_status
wrong_size(const char *codec, size_t want, struct flow_error *err)
{
	return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET,
	    "%s data does not decompress to the %zu bytes announced", codec, want);
}

/* Several gzip members in a row are one stream (RFC 1952 2.2). */
static enum flow_status
decompress_gzip(const void *bytes, size_t len, void *out, size_t out_len, struct flow_error *err)
{
	z_stream z = { 0 };
	int rc;

	if (inflateInit2(&z, READ_ANY) != Z_OK)
		return flow_fail_memory(err);
	z.next_in = (Bytef *)(uintptr_t)bytes;
	z.avail_in = (uInt)len;
	z.next_out = out;
	z.avail_out = (uInt)out_len;
	while ((rc = inflate(&z, Z_FINISH)) == Z_STREAM_END && z.avail_in > 0)
		if (inflateReset(&z) != Z_OK)
			break;
	(void)inflateEnd(&z);
	if (rc != Z_STREAM_END || z.avail_out != 0)
		return wrong_size("GZIP", out_len, err);
	return FLOW_OK;
}

enum flow_status
codec_check(int codec, struct flow_error *err)
{
	const char *name = pq_codec_name(codec);

	switch (codec) {
	case PQ_UNCOMPRESSED:
	case PQ_SNAPPY:
	case PQ_GZIP:
	case PQ_LZ4:
	case PQ_LZ4_RAW:
		return FLOW_OK;
	case PQ_ZSTD:
		if (zstandard_is_here())
			return FLOW_OK;
		return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET,
		    "its codec is ZSTD, and these programs were built without libzstd");
	default:
		return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET, "its codec is %s (%d), which is not read;"
		    " write the file again with SNAPPY, ZSTD, LZ4_RAW, GZIP or none: COPY (FROM 'FILE') TO 'NEW'"
		    " (COMPRESSION zstd) in DuckDB", name != NULL ? name : "unknown", codec);
	}
}

/* Limits of a codec's output: bytes for one input byte, and an allowance for short inputs. */
static const struct {
	unsigned ratio, slack;
} raw_max[] = {
	[PQ_UNCOMPRESSED] = { 1, 0 },
	[PQ_SNAPPY] = { 22, 64 },		/* 64 bytes for a copy of three */
	[PQ_GZIP] = { 1100, 65536 },		/* 258 bytes for two bits */
	[PQ_LZ4] = { 255, 65536 },
	[PQ_ZSTD] = { 1100, 16 << 20 },		/* blocks of 128 KiB in four bytes are possible */
	[PQ_LZ4_RAW] = { 255, 65536 },
};

uint64_t
codec_raw_bytes_max(enum pq_codec codec, uint64_t len)
{
	if ((unsigned)codec >= sizeof(raw_max) / sizeof(raw_max[0]))
		return 0;
	return len * raw_max[codec].ratio + raw_max[codec].slack;
}

enum flow_status
codec_decompress(enum pq_codec codec, struct codec_state *state, const void *bytes, size_t len,
    void *out, size_t out_len, struct flow_error *err)
{
	enum flow_status st;

	if (len > CODEC_BYTES_MAX || out_len > CODEC_BYTES_MAX)
		return flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "a page of more than 1 GiB");
	switch (codec) {
	case PQ_UNCOMPRESSED:
		if (len != out_len)
			return wrong_size("uncompressed", out_len, err);
		memcpy(out, bytes, len);
		return FLOW_OK;
	case PQ_LZ4_RAW:
		if (LZ4_decompress_safe(bytes, out, (int)len, (int)out_len) != (int)out_len)
			return wrong_size("LZ4_RAW", out_len, err);
		return FLOW_OK;
	case PQ_GZIP:
		return decompress_gzip(bytes, len, out, out_len, err);
	case PQ_SNAPPY:
		return snappy_decompress(bytes, len, out, out_len) ? FLOW_OK :
		    wrong_size("SNAPPY", out_len, err);
	case PQ_LZ4:
		return lz4_framed_decompress(bytes, len, out, out_len) ? FLOW_OK :
		    wrong_size("LZ4", out_len, err);
	case PQ_ZSTD:
		st = zstandard_decompress(&state->zstd, bytes, len, out, out_len);
		if (st == FLOW_EFORMAT)
			return wrong_size("ZSTD", out_len, err);
		return st == FLOW_ENOMEM ? flow_fail_memory(err) : st == FLOW_OK ? st :
		    codec_check((int)codec, err);
	default:
		return codec_check((int)codec, err);
	}
}
