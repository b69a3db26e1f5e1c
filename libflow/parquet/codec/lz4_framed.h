/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Reads Parquet's deprecated codec LZ4, whose format was never specified: blocks in Hadoop's framing (Spark,
 * Hive), an LZ4 frame (Arrow before 0.15), or a bare block (some versions of Arrow).
 */

#include <stdbool.h>
#include <stddef.h>

/* Decompresses to exactly out_len bytes; false for anything else. */
bool lz4_framed_decompress(const void *bytes, size_t len, void *out, size_t out_len);
