/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Compresses a dictionary page of texts in pieces; parquet/dict/dict_pieces.h reads it. */

#include "base/buf.h"
#include "base/status.h"
#include "parquet/codec/codec.h"

/*
 * Appends a PLAIN dictionary page, compressed as LZ4_RAW (a block of pieces) or ZSTD (a frame for each piece) at
 * a level of codec_compress, and its index.  The `count` texts ascend strictly.  A page that is small, or cannot
 * be cut, becomes one block or frame; *index is then unchanged.  FLOW_ENOMEM, FLOW_ELIMIT.
 */
enum flow_status dict_pack(enum pq_codec codec, int level, struct codec_state *state,
    const uint8_t *page, size_t len, uint32_t count, struct buf *packed, struct buf *index) NODISCARD;
