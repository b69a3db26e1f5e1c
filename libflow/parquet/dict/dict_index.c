/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/dict/dict_index.h"

#include <stdlib.h>

#include "base/cursor.h"
#include "parquet/crc.h"

static const uint8_t uuid[16] = { 0xb5, 0xce, 0x6b, 0x8b, 0x00, 0x5e, 0x4a, 0x6d, 0xbc, 0x82, 0xe3,
	0x1f, 0x75, 0x6d, 0x8e, 0x26 };

#define CRC_BYTES 4

/* The least bytes of a piece in the index. */
#define PIECE_BYTES (5 * 4 + 1)

void
dict_index_release(struct dict_index *index)
{
	free(index->piece);
	buf_release(&index->texts);
	*index = (struct dict_index){ .count = 0 };
}

static bool
reserve(struct dict_index *index, size_t count)
{
	struct dict_piece *bigger;

	if (count < index->cap)
		return true;
	bigger = realloc(index->piece, (count + 1) * sizeof(*bigger));
	if (bigger == NULL)
		return false;
	index->piece = bigger;
	index->cap = count + 1;
	return true;
}

static struct dict_piece
read_piece(struct cursor *in)
{
	struct dict_piece p;

	p.lz4.in = cursor_le32(in);
	p.lz4.literals = cursor_le32(in);
	p.lz4.out = cursor_le32(in);
	p.code = cursor_le32(in);
	p.crc = cursor_le32(in);
	p.first.len = cursor_u8(in);
	p.first.p = (const char *)cursor_bytes(in, p.first.len);
	return p;
}

/* Whether piece a is valid, and ends where b begins. */
static bool
precedes(enum pq_codec codec, const struct dict_piece *a, const struct dict_piece *b)
{
	bool packed = codec == PQ_LZ4_RAW ? a->lz4.in < a->lz4.literals && a->lz4.literals <= b->lz4.in &&
	    b->lz4.in <= b->lz4.literals : a->lz4.in == a->lz4.literals && a->lz4.in < b->lz4.in;

	return packed && a->lz4.out < b->lz4.out && a->code < b->code;
}

/* The sentinel after the last piece. */
static struct dict_piece
page_end(const struct page_header *h)
{
	return (struct dict_piece){ { h->bytes, h->bytes, h->raw_bytes }, .code = h->values };
}

/* Whether the pieces cover the page, are in order, and have ascending texts. */
static bool
is_whole(const struct dict_index *index, enum pq_codec codec)
{
	const struct dict_piece *p = index->piece;
	size_t i;

	if (p->lz4.in != 0 || p->lz4.out != 0 || p->code != 0)
		return false;
	for (i = 0; i < index->count; i++)
		if (!precedes(codec, &p[i], &p[i + 1]))
			return false;
	for (i = 1; i < index->count; i++)
		if (text_compare(&p[i - 1].first, &p[i].first) >= 0)
			return false;
	/* The last piece must not begin at the page's end. */
	return p[index->count - 1].lz4.literals < p[index->count].lz4.in;
}

static bool
read_pieces(struct dict_index *index, enum pq_codec codec, const struct page_header *h, struct cursor in,
    size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		index->piece[i] = read_piece(&in);
	index->piece[count] = page_end(h);
	index->count = count;
	return !cursor_failed(&in) && cursor_left(&in) == 0 && is_whole(index, codec);
}

static enum flow_status
malformed(struct dict_index *index, struct flow_error *err)
{
	index->count = 0;
	return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET,
	    "a malformed index of a dictionary's pieces");
}

enum flow_status
dict_index_take(struct dict_index *index, const uint8_t *bytes, size_t len, struct flow_error *err)
{
	size_t body = len - CRC_BYTES;

	index->count = 0;
	buf_clear(&index->texts);
	if (len < sizeof(uuid) || memcmp(bytes, uuid, sizeof(uuid)) != 0)
		return FLOW_OK;
	if (crc_page(bytes, body) != load_le32(bytes + body))
		return flow_fail(err, FLOW_ECORRUPT, FLOW_NO_OFFSET,
		    "the checksum (CRC-32) of a dictionary's index is wrong: the file is damaged");
	buf_append(&index->texts, bytes, body);
	return buf_status(&index->texts) == FLOW_OK ? FLOW_OK : flow_fail_memory(err);
}

enum flow_status
dict_index_read(struct dict_index *index, enum pq_codec codec, const struct page_header *h,
    struct flow_error *err)
{
	enum flow_status st = FLOW_OK;
	struct cursor in;
	uint32_t count;

	index->count = 0;
	if (h->extension_bytes > 0)
		st = dict_index_take(index, h->extension, h->extension_bytes, err);
	if (st != FLOW_OK || index->texts.len == 0)
		return st;
	in = cursor_make(index->texts.data, index->texts.len);
	cursor_skip(&in, sizeof(uuid));
	count = cursor_le32(&in);
	if (count == 0 || count > cursor_left(&in) / PIECE_BYTES)
		return malformed(index, err);
	if (!reserve(index, count))
		return flow_fail_memory(err);
	return read_pieces(index, codec, h, in, count) ? FLOW_OK : malformed(index, err);
}

void
dict_index_write(const struct dict_piece *piece, size_t count, struct buf *out)
{
	size_t begin = out->len, i;

	buf_append(out, uuid, sizeof(uuid));
	buf_append_le32(out, (uint32_t)count);
	for (i = 0; i < count; i++) {
		buf_append_le32(out, piece[i].lz4.in);
		buf_append_le32(out, piece[i].lz4.literals);
		buf_append_le32(out, piece[i].lz4.out);
		buf_append_le32(out, piece[i].code);
		buf_append_le32(out, piece[i].crc);
		buf_append_u8(out, (uint8_t)piece[i].first.len);
		buf_append(out, piece[i].first.p, piece[i].first.len);
	}
	if (!out->failed)
		buf_append_le32(out, crc_page(out->data + begin, out->len - begin));
}
