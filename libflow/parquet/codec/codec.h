/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* All compression codecs behind one interface. */

#include "base/buf.h"
#include "base/status.h"
#include "parquet/codec/zstandard.h"
#include "parquet/meta/schema.h"

/* Well within the libraries' int lengths; pages are far smaller. */
#define CODEC_BYTES_MAX ((size_t)1 << 30)

/* State that codecs keep between calls; begins as zeros. */
struct codec_state {
	struct zstandard zstd;
};

void codec_state_release(struct codec_state *state);

/*
 * Appends `len` bytes, compressed, to *out.  level 0 is the codec's default (LZ4: its fast mode; from 1 on LZ4
 * HC; GZIP 1 to 9; ZSTD 1 to zstandard_level_max).  FLOW_ENOMEM, FLOW_ELIMIT for more than 1 GiB,
 * FLOW_EUNSUPPORTED for codecs that are not written.
 */
enum flow_status codec_compress(enum pq_codec codec, int level, struct codec_state *state,
    const void *bytes, size_t len, struct buf *out) NODISCARD;

/* FLOW_OK if the codec can be decompressed; else FLOW_EUNSUPPORTED, with what to do about it. */
enum flow_status codec_check(int codec, struct flow_error *err) NODISCARD;

/* The most that `len` bytes can decompress to: a larger claim is a bomb, or damage. */
uint64_t codec_raw_bytes_max(enum pq_codec codec, uint64_t len);

/*
 * Decompresses to exactly out_len bytes; anything else is FLOW_EFORMAT.
 * FLOW_EUNSUPPORTED as codec_check.
 */
enum flow_status codec_decompress(enum pq_codec codec, struct codec_state *state,
    const void *bytes, size_t len, void *out, size_t out_len, struct flow_error *err) NODISCARD;
