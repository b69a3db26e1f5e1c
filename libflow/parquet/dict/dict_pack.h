/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A dictionary page of texts compressed in pieces; parquet/dict/dict_pieces.h reads it. */

#include "base/buf.h"
#include "base/status.h"
#include "parquet/codec/codec.h"

/*
 * Appends a PLAIN dictionary page, compressed as LZ4_RAW (a block of pieces) or ZSTD (a frame for each)
 * at a level of codec_compress, and its index.  The `count` texts ascend, and none is there twice.  A
 * small page is one block or frame, as are those that cannot be cut; *index is then left as it was.
 * FLOW_ENOMEM, FLOW_ELIMIT.
 */
enum flow_status dict_pack(enum pq_codec codec, int level, struct codec_state *state,
    const uint8_t *page, size_t len, uint32_t count, struct buf *packed, struct buf *index) NODISCARD;
