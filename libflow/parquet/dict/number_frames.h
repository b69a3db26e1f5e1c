/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A dictionary page of numbers in several ZSTD frames with the same number of entries each.  Concatenated frames
 * are one stream to other readers (RFC 8878 3.1), and each tells its size.  If few entries are wanted, only the
 * frames that hold them are decompressed.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"
#include "parquet/codec/codec.h"

/* Decompressed size of the frames that are written. */
#define NUMBER_FRAME_BYTES ((size_t)16 << 10)

struct number_frame {
	uint32_t in, bytes;		/* its position in the page's body */
	bool is_read;
};

struct number_frames {
	const uint8_t *body;
	uint32_t entries;		/* of the page */
	uint32_t per_frame;		/* entries; the last frame may have fewer */
	unsigned entry_bytes;
	struct number_frame *frame;
	size_t count, cap;		/* count 0: not such a page */
	struct buf room;		/* for a frame's entries */
};

void number_frames_release(struct number_frames *f);

/*
 * Begins a page's body of ZSTD frames, which stays; it holds `entries` of entry_bytes.  *f begins as zeros, and
 * keeps its memory.  count is 0 if there is only one frame, or frames of another kind: that is no error.
 * FLOW_ENOMEM.
 */
enum flow_status number_frames_open(struct number_frames *f, const uint8_t *body, uint32_t bytes,
    uint32_t entries, unsigned entry_bytes) NODISCARD;

/* The number of the frame that holds an entry. */
static inline size_t
number_frames_of(const struct number_frames *f, uint32_t entry)
{
	return entry / f->per_frame;
}

/*
 * Decompresses frame i to f->room and marks it as read: it has *count entries from number *first on.
 * FLOW_EFORMAT, FLOW_ENOMEM.
 */
enum flow_status number_frames_read(struct number_frames *f, size_t i, struct codec_state *state,
    uint32_t *first, uint32_t *count, struct flow_error *err) NODISCARD;

/* Appends a page of `len` bytes as such frames, at a level of ZSTD. */
enum flow_status number_frames_write(int level, struct codec_state *state, const uint8_t *page, size_t len,
    unsigned entry_bytes, struct buf *packed) NODISCARD;
