/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A dictionary page of texts compressed in pieces; parquet/dict/dict_pieces.h reads it. */

#include "base/buf.h"
#include "base/status.h"

/*
 * Appends a PLAIN dictionary page, compressed as LZ4_RAW at a level of codec_compress, and its index.
 * The `count` texts ascend, and none is there twice.  A small page is one block, as are those that
 * cannot be cut; *index is then left as it was.  FLOW_ENOMEM, FLOW_ELIMIT.
 */
enum flow_status dict_pack(int level, const uint8_t *page, size_t len, uint32_t count,
    struct buf *packed, struct buf *index) NODISCARD;
