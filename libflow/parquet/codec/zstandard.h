/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* ZSTD (RFC 8878) by libzstd, where the programs were built with it. */

#include <stdbool.h>

#include "base/buf.h"
#include "base/status.h"

/* What libzstd keeps between calls: making it anew for each page takes longer than the page. */
struct zstandard {
	void *in, *out;		/* ZSTD_CCtx and ZSTD_DCtx, made when they are wanted */
};

void zstandard_release(struct zstandard *z);

/* Whether the programs were built with libzstd, and the highest level then. */
bool zstandard_is_here(void);
int zstandard_level_max(void);

/* Appends one frame.  level 0 is the default: between levels 3 and 6 in time, and as small as 9.  FLOW_ENOMEM, or FLOW_EUNSUPPORTED without libzstd. */
enum flow_status zstandard_compress(struct zstandard *z, int level, const void *bytes, size_t len,
    struct buf *out) NODISCARD;

/*
 * Decompresses a frame, or several in a row, to exactly out_len bytes.  FLOW_EFORMAT for anything else,
 * FLOW_ENOMEM, FLOW_EUNSUPPORTED.
 */
enum flow_status zstandard_decompress(struct zstandard *z, const void *bytes, size_t len, void *out,
    size_t out_len) NODISCARD;

/*
 * The first of some frames: *frame_bytes it takes, and what it becomes, *raw_bytes.  False where it does not tell,
 * where it is none, and without libzstd.
 */
bool zstandard_frame(const void *bytes, size_t len, size_t *frame_bytes, uint64_t *raw_bytes);
