/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/page_source.h"

#include <string.h>

#include "parquet/encoding/bitpack.h"
#include "parquet/codec/codec.h"
#include "parquet/crc.h"

/*
 * Bytes read at once: few enough that they and what they decode to stay in the L2 cache until they are used,
 * which a whole chunk of some hundred thousand rows does not.
 */
#define WINDOW_BYTES ((uint64_t)128 << 10)

/* First guess of a page header's size; statistics or a dictionary's index may make it longer. */
#define HEADER_BYTES ((uint64_t)1024)

void
page_source_open(struct page_source *s, const struct pq_file *file, const struct file_chunk *chunk)
{
	s->file = file;
	s->chunk = chunk;
	s->is_begun = false;
	s->offset = chunk->begin;
	s->end = chunk->begin + (uint64_t)chunk->bytes;
	s->in = (struct cursor){ .failed = false };
}

void
page_source_release(struct page_source *s)
{
	buf_release(&s->bytes);
	codec_state_release(&s->codec);
}

int64_t
page_source_offset(const struct page_source *s)
{
	return (int64_t)(s->offset + cursor_offset(&s->in));
}

/* Moves the bytes not yet taken to the front of the buffer, and makes room for `want` bytes and slack. */
static bool
take_along(struct page_source *s, size_t left, size_t want)
{
	if (s->in.begin != s->bytes.data) {	/* they lie in a buffer that was handed over */
		buf_clear(&s->bytes);
		if (!buf_reserve(&s->bytes, want + BITPACK_SLACK))
			return false;
		if (left > 0)
			memcpy(s->bytes.data, s->in.pos, left);
		return true;
	}
	if (left > 0)
		memmove(s->bytes.data, s->in.pos, left);
	s->bytes.len = left;
	return buf_reserve(&s->bytes, want - left + BITPACK_SLACK);
}

/* Reads until `need` bytes are there to be taken, or all that are left; a whole window if that is more. */
static enum flow_status
fill(struct page_source *s, uint64_t need, uint64_t window, struct flow_error *err)
{
	uint64_t at = s->offset + cursor_offset(&s->in), want = s->end - at;
	size_t left = cursor_left(&s->in);
	enum flow_status st;

	if (left >= need || left == want)
		return FLOW_OK;
	if (want > 2 * window)
		want = need > window ? need < want ? need : want : window;
	if (!take_along(s, left, (size_t)want))
		return flow_fail_memory(err);
	s->offset = at;
	s->in = cursor_make(s->bytes.data, left);
	st = file_read_at(s->file, at + left, (size_t)want - left, s->bytes.data + left, err);
	if (st != FLOW_OK)
		return st;
	memset(s->bytes.data + want, 0, BITPACK_SLACK);
	s->in = cursor_make(s->bytes.data, (size_t)want);
	return FLOW_OK;
}

void
page_source_range(struct page_source *s, uint64_t offset, uint64_t len)
{
	s->offset = offset;
	s->end = offset + len;
	s->in = (struct cursor){ .failed = false };
	s->is_begun = true;
}

enum flow_status
page_source_before(struct page_source *s, uint64_t len, const uint8_t **bytes,
    struct flow_error *err)
{
	enum flow_status st;

	s->offset -= len;
	s->in = (struct cursor){ .failed = false };
	/* The header that follows is read, too. */
	st = fill(s, len + HEADER_BYTES, len + HEADER_BYTES, err);
	if (st == FLOW_OK)
		*bytes = cursor_bytes(&s->in, (size_t)len);
	return st;
}

/* Reads a header of any length. */
static enum flow_status
read_header(struct page_source *s, uint64_t window, struct page_header *h, struct flow_error *err)
{
	enum flow_status st;
	uint64_t need;

	for (need = HEADER_BYTES;; need *= 2) {
		struct cursor in;

		st = fill(s, need, window, err);
		if (st != FLOW_OK)
			return st;
		in = s->in;
		if (page_header_read(&in, h)) {
			s->in = in;
			return FLOW_OK;
		}
		if (cursor_left(&s->in) < need)
			return flow_fail(err, FLOW_EFORMAT, page_source_offset(s), "a malformed page header");
	}
}

/*
 * Whether the body can decompress to the size that the header claims.  Levels of version 2 and uncompressed pages
 * are counted as if they were compressed.
 */
static bool
may_hold(const struct page_source *s, const struct page_header *h)
{
	enum pq_codec codec = (enum pq_codec)s->chunk->codec;

	return h->raw_bytes == h->bytes || h->raw_bytes <= codec_raw_bytes_max(codec, h->bytes);
}

static enum flow_status
take_header(struct page_source *s, uint64_t window, struct page_header *h, struct flow_error *err)
{
	int64_t offset = page_source_offset(s);
	enum flow_status st;

	s->is_begun = true;
	if ((uint64_t)offset == s->end)
		return flow_fail(err, FLOW_EFORMAT, offset, "pages end before the rows do");
	st = read_header(s, window, h, err);
	if (st != FLOW_OK)
		return st;
	if (s->end - (uint64_t)page_source_offset(s) < h->bytes)
		return flow_fail(err, FLOW_ETRUNCATED, offset, "a page of %u bytes is cut", h->bytes);
	if (may_hold(s, h))
		return FLOW_OK;
	/* For an unknown codec there is no limit: report the codec instead. */
	st = codec_check(s->chunk->codec, err);
	if (st != FLOW_OK)
		return st;
	return flow_fail(err, FLOW_EFORMAT, offset, "a page of %u bytes claims to hold %u", h->bytes, h->raw_bytes);
}

enum flow_status
page_source_header(struct page_source *s, struct page_header *h, struct flow_error *err)
{
	return take_header(s, HEADER_BYTES, h, err);
}

enum flow_status
page_source_body(struct page_source *s, const struct page_header *h, const uint8_t **body,
    struct flow_error *err)
{
	enum flow_status st = fill(s, h->bytes, WINDOW_BYTES, err);

	if (st == FLOW_OK)
		*body = cursor_bytes(&s->in, h->bytes);
	return st;
}

void
page_source_skip(struct page_source *s, const struct page_header *h)
{
	s->offset = (uint64_t)page_source_offset(s) + h->bytes;
	s->in = (struct cursor){ .failed = false };
}

enum flow_status
page_source_next(struct page_source *s, struct page_header *h, const uint8_t **body,
    struct flow_error *err)
{
	enum flow_status st = take_header(s, WINDOW_BYTES, h, err);

	return st == FLOW_OK ? page_source_body(s, h, body, err) : st;
}

enum flow_status
page_source_check(const struct page_source *s, const struct page_header *h, const uint8_t *body,
    struct flow_error *err)
{
	if (h->has_crc && crc_page(body, h->bytes) != h->crc)
		return flow_fail(err, FLOW_ECORRUPT, page_source_offset(s) - (int64_t)h->bytes,
		    "the page's checksum (CRC-32) is wrong: the file is damaged");
	return FLOW_OK;
}

void
page_source_keep(struct page_source *s, struct buf *kept)
{
	struct buf spare = *kept;

	if (s->in.begin != s->bytes.data)	/* handed over before */
		return;
	*kept = s->bytes;
	s->bytes = spare;
}

enum flow_status
page_source_unpack(struct page_source *s, const struct page_header *h, const uint8_t *body,
    struct buf *room, bool kept, struct cursor *out, struct flow_error *err)
{
	uint64_t levels = h->type == PAGE_DATA_V2 ?
	    (uint64_t)h->definition_bytes + h->repetition_bytes : 0;
	enum pq_codec codec = h->is_compressed ? (enum pq_codec)s->chunk->codec : PQ_UNCOMPRESSED;
	enum flow_status st = page_source_check(s, h, body, err);

	if (st != FLOW_OK)
		return st;
	if (levels > h->bytes || levels > h->raw_bytes)
		return flow_fail(err, FLOW_EFORMAT, page_source_offset(s), "a page of levels only");
	if (codec == PQ_UNCOMPRESSED && h->bytes == h->raw_bytes && !kept) {
		*out = cursor_make(body, h->bytes);
		return FLOW_OK;
	}
	buf_clear(room);
	if (!buf_reserve(room, (size_t)h->raw_bytes + BITPACK_SLACK))
		return flow_fail_memory(err);
	memcpy(room->data, body, (size_t)levels);
	if (h->bytes > levels || h->raw_bytes > levels)
		st = codec_decompress(codec, &s->codec, body + levels, (size_t)(h->bytes - levels),
		    room->data + levels, (size_t)(h->raw_bytes - levels), err);
	memset(room->data + h->raw_bytes, 0, BITPACK_SLACK);
	*out = cursor_make(room->data, h->raw_bytes);
	return st;
}
