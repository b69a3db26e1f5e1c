/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/dict/number_frames.h"

#include <stdlib.h>

#include "base/vec.h"

void
number_frames_release(struct number_frames *f)
{
	free(f->frame);
	buf_release(&f->room);
	*f = (struct number_frames){ .count = 0 };
}

static bool
add(struct number_frames *f, uint32_t in, uint32_t bytes)
{
	if (!VEC_RESERVE(f->frame, f->cap, f->count + 1))
		return false;
	f->frame[f->count++] = (struct number_frame){ in, bytes, false };
	return true;
}

/* Entries of frame i, if the first frame has per_frame. */
static uint32_t
entries_of(const struct number_frames *f, size_t i)
{
	uint64_t first = (uint64_t)f->per_frame * i;

	if (first >= f->entries)
		return 0;
	return f->entries - first < f->per_frame ? (uint32_t)(f->entries - first) : f->per_frame;
}

/* Whether a frame of `raw` bytes can follow the known ones; the first one sets per_frame. */
static bool
fits(struct number_frames *f, uint64_t raw)
{
	if (f->count == 0) {
		if (raw == 0 || raw % f->entry_bytes != 0 || raw / f->entry_bytes >= f->entries)
			return false;
		f->per_frame = (uint32_t)(raw / f->entry_bytes);
	}
	return raw > 0 && raw == (uint64_t)entries_of(f, f->count) * f->entry_bytes;
}

enum flow_status
number_frames_open(struct number_frames *f, const uint8_t *body, uint32_t bytes, uint32_t entries,
    unsigned entry_bytes)
{
	size_t at = 0;

	f->body = body;
	f->entries = entries;
	f->entry_bytes = entry_bytes;
	f->count = 0;
	while (at < bytes) {
		size_t len = 0;
		uint64_t raw = 0;

		if (!zstandard_frame(body + at, bytes - at, &len, &raw) || !fits(f, raw)) {
			f->count = 0;
			return FLOW_OK;
		}
		if (!add(f, (uint32_t)at, (uint32_t)len))
			return FLOW_ENOMEM;
		at += len;
	}
	if (f->count > 0 && entries_of(f, f->count) > 0)
		f->count = 0;
	return FLOW_OK;
}

enum flow_status
number_frames_read(struct number_frames *f, size_t i, struct codec_state *state, uint32_t *first,
    uint32_t *count, struct flow_error *err)
{
	struct number_frame *frame = &f->frame[i];
	size_t raw;
	enum flow_status st;

	*first = (uint32_t)i * f->per_frame;
	*count = entries_of(f, i);
	raw = (size_t)*count * f->entry_bytes;
	buf_clear(&f->room);
	if (!buf_reserve(&f->room, raw))
		return flow_fail_memory(err);
	st = codec_decompress(PQ_ZSTD, state, f->body + frame->in, frame->bytes, f->room.data, raw, err);
	frame->is_read = st == FLOW_OK;
	return st;
}

enum flow_status
number_frames_write(int level, struct codec_state *state, const uint8_t *page, size_t len,
    unsigned entry_bytes, struct buf *packed)
{
	size_t most = NUMBER_FRAME_BYTES / entry_bytes * entry_bytes, at, n;
	enum flow_status st = FLOW_OK;

	for (at = 0; at < len && st == FLOW_OK; at += n) {
		n = len - at < most ? len - at : most;
		st = codec_compress(PQ_ZSTD, level, state, page + at, n, packed);
	}
	return st;
}
