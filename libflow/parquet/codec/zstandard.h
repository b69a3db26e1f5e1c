/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* ZSTD (RFC 8878) by libzstd, if the programs were built with it. */

#include <stdbool.h>

#include "base/buf.h"
#include "base/status.h"

/* Contexts of libzstd, kept between calls: making one takes longer than compressing a page. */
struct zstandard {
	void *in, *out;		/* ZSTD_CCtx and ZSTD_DCtx, made on first use */
};

void zstandard_release(struct zstandard *z);

/* Whether the programs were built with libzstd, and its highest level. */
bool zstandard_is_here(void);
int zstandard_level_max(void);

/*
 * Appends one frame.  level 0 is the default: in time between levels 3 and 6, in size like 9.  FLOW_ENOMEM, or
 * FLOW_EUNSUPPORTED without libzstd.
 */
enum flow_status zstandard_compress(struct zstandard *z, int level, const void *bytes, size_t len,
    struct buf *out) NODISCARD;

/*
 * Decompresses a frame, or several in a row, to exactly out_len bytes.  FLOW_EFORMAT for anything else,
 * FLOW_ENOMEM, FLOW_EUNSUPPORTED.
 */
enum flow_status zstandard_decompress(struct zstandard *z, const void *bytes, size_t len, void *out,
    size_t out_len) NODISCARD;

/*
 * Sizes of the first of several frames: *frame_bytes compressed, *raw_bytes decompressed.  False if the frame
 * does not tell, if it is no frame, and without libzstd.
 */
bool zstandard_frame(const void *bytes, size_t len, size_t *frame_bytes, uint64_t *raw_bytes);
