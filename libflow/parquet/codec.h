/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Compression codecs behind one pair of functions. */

#include "base/buf.h"
#include "base/status.h"
#include "parquet/meta/schema.h"

/* What the libraries' int lengths hold without a second thought; pages are far smaller. */
#define CODEC_BYTES_MAX ((size_t)1 << 30)

/*
 * Appends `len` bytes, compressed, to *out.  level 0 is the codec's default
 * (LZ4: its fast mode; from 1 on LZ4 HC; GZIP 1 to 9).  FLOW_ENOMEM, or FLOW_ELIMIT for
 * more than 1 GiB.
 */
enum flow_status codec_compress(enum pq_codec codec, int level, const void *bytes, size_t len,
    struct buf *out) NODISCARD;

/*
 * Decompresses to exactly out_len bytes; anything else is FLOW_EFORMAT.
 * FLOW_EUNSUPPORTED for codecs that are not read.
 */
enum flow_status codec_decompress(enum pq_codec codec, const void *bytes, size_t len,
    void *out, size_t out_len, struct flow_error *err) NODISCARD;
