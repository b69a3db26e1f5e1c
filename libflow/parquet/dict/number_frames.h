/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A dictionary page of numbers that is ZSTD frames of the same number of entries each, one behind the other (RFC
 * 8878 3.1: a frame tells its size, and together they are one text, which other readers see).  Where few entries
 * are wanted, those frames alone are decompressed that have them.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"
#include "parquet/codec/codec.h"

/* Bytes of a frame's entries, in what is written. */
#define NUMBER_FRAME_BYTES ((size_t)16 << 10)

struct number_frame {
	uint32_t in, bytes;		/* where it stands in the page's body */
	bool is_read;
};

struct number_frames {
	const uint8_t *body;
	uint32_t entries;		/* of the page */
	uint32_t per_frame;		/* entries, but of the last frame */
	unsigned entry_bytes;
	struct number_frame *frame;
	size_t count, cap;		/* count 0: the page is not read so */
	struct buf room;		/* for a frame's entries */
};

void number_frames_release(struct number_frames *f);

/*
 * Begins with a page's body of ZSTD frames, which stays; it holds `entries` of entry_bytes.  Zeros before, and
 * memory is kept.  count is 0 where it is one frame, or frames of another kind: nothing is wrong with that.
 * FLOW_ENOMEM.
 */
enum flow_status number_frames_open(struct number_frames *f, const uint8_t *body, uint32_t bytes,
    uint32_t entries, unsigned entry_bytes) NODISCARD;

/* The frame that has an entry. */
static inline size_t
number_frames_of(const struct number_frames *f, uint32_t entry)
{
	return entry / f->per_frame;
}

/*
 * Decompresses frame i to f->room and marks it as read: *count entries, the first of which is number *first.
 * FLOW_EFORMAT, FLOW_ENOMEM.
 */
enum flow_status number_frames_read(struct number_frames *f, size_t i, struct codec_state *state,
    uint32_t *first, uint32_t *count, struct flow_error *err) NODISCARD;

/* Appends a page of `len` bytes as such frames, at a level of ZSTD. */
enum flow_status number_frames_write(int level, struct codec_state *state, const uint8_t *page, size_t len,
    unsigned entry_bytes, struct buf *packed) NODISCARD;
