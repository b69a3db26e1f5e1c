/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/dict/dict_pieces.h"

#include <stdlib.h>
#include <string.h>

#include "parquet/encoding/bitpack.h"
#include "parquet/codec/codec.h"
#include "parquet/crc.h"

void
dict_pieces_release(struct dict_pieces *d)
{
	size_t i;

	for (i = 0; i < d->parts; i++)
		text_dict_release(&d->part[i]);
	free(d->part);
	dict_index_release(&d->index);
	buf_release(&d->packed);
	codec_state_release(&d->state);
	*d = (struct dict_pieces){ .parts = 0 };
}

enum flow_status
dict_pieces_open(struct dict_pieces *d, const struct pq_file *file, enum pq_codec codec, uint64_t at,
    const struct page_header *h, uint8_t *room, struct flow_error *err)
{
	size_t i;

	if (d->index.count > d->parts) {
		struct text_dict *more = realloc(d->part, d->index.count * sizeof(*more));

		if (more == NULL)
			return flow_fail_memory(err);
		memset(more + d->parts, 0, (d->index.count - d->parts) * sizeof(*more));
		d->part = more;
		d->parts = d->index.count;
	}
	for (i = 0; i < d->index.count; i++)
		d->part[i].count = 0;
	d->file = file;
	d->codec = codec;
	d->at = at;
	d->header = *h;
	d->room = room;
	memset(room + h->raw_bytes, 0, BITPACK_SLACK);
	return FLOW_OK;
}

/* Reads bytes of the body into d->packed and checks their checksum (crc NULL: none). */
static enum flow_status
read_packed(struct dict_pieces *d, uint32_t begin, uint32_t end, const uint32_t *crc,
    struct flow_error *err)
{
	enum flow_status st;

	buf_clear(&d->packed);
	if (!buf_reserve(&d->packed, end - begin))
		return flow_fail_memory(err);
	st = file_read_at(d->file, d->at + begin, end - begin, d->packed.data, err);
	if (st == FLOW_OK && crc != NULL && crc_page(d->packed.data, end - begin) != *crc)
		st = flow_fail(err, FLOW_ECORRUPT, (int64_t)(d->at + begin),
		    "a dictionary's checksum (CRC-32) is wrong: the file is damaged");
	return st;
}

static enum flow_status
malformed(const struct dict_pieces *d, const struct dict_piece *piece, struct flow_error *err)
{
	return flow_fail(err, FLOW_EFORMAT, (int64_t)(d->at + piece->lz4.in),
	    "a piece of a dictionary is not what its index tells");
}

/* Opens a decompressed piece; its number of entries and its first entry must be as the index says. */
static enum flow_status
open_part(struct dict_pieces *d, size_t i, struct flow_error *err)
{
	const struct dict_piece *piece = &d->index.piece[i], *next = piece + 1;
	struct cursor in = cursor_make(d->room + piece->lz4.out, next->lz4.out - piece->lz4.out);
	struct text_dict *part = &d->part[i];
	enum flow_status st = text_dict_open(part, in, next->code - piece->code, NULL, err);
	struct flow_text first = { "", 0 };

	if (st == FLOW_OK && part->count > 0)
		first = text_dict_entry(part, 0);
	if (st == FLOW_OK && (part->count == 0 || part->end != part->len || text_compare(&first, &piece->first) != 0))
		st = malformed(d, piece, err);
	if (st != FLOW_OK)
		part->count = 0;
	return st;
}

/* Decompresses a piece from d->packed. */
static enum flow_status
unpack_part(struct dict_pieces *d, const struct dict_piece *piece, struct flow_error *err)
{
	const struct dict_piece *next = piece + 1;
	uint8_t *out = d->room + piece->lz4.out;
	bool good;

	if (d->codec == PQ_LZ4_RAW)
		good = lz4_piece_decompress(d->packed.data, &piece->lz4, &next->lz4, out);
	else
		good = codec_decompress(d->codec, &d->state, d->packed.data, next->lz4.in - piece->lz4.in, out,
		    next->lz4.out - piece->lz4.out, NULL) == FLOW_OK;
	return good ? FLOW_OK : malformed(d, piece, err);
}

/* The entries of a piece, which is read if it was not. */
static enum flow_status
read_part(struct dict_pieces *d, size_t i, struct text_dict **part, struct flow_error *err)
{
	const struct dict_piece *piece = &d->index.piece[i], *next = piece + 1;
	enum flow_status st;

	*part = &d->part[i];
	if (d->part[i].count > 0)
		return FLOW_OK;
	st = read_packed(d, piece->lz4.in, next->lz4.literals, &piece->crc, err);
	if (st == FLOW_OK)
		st = unpack_part(d, piece, err);
	return st == FLOW_OK ? open_part(d, i, err) : st;
}

/* Binary search: the last piece that begins at or before a text (NULL: a code), or the first one. */
static size_t
piece_of(const struct dict_pieces *d, const struct flow_text *text, uint32_t code)
{
	size_t low = 0, high = d->index.count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		const struct dict_piece *piece = &d->index.piece[middle];

		if (text != NULL ? text_compare(&piece->first, text) <= 0 : piece->code <= code)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Binary search for a text. */
static bool
find_entry(const struct text_dict *part, const struct flow_text *text, uint32_t *code)
{
	uint32_t low = 0, high = part->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		struct flow_text entry = text_dict_entry(part, middle);
		int order = text_compare(&entry, text);

		*code = middle;
		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

enum flow_status
dict_pieces_find(struct dict_pieces *d, const struct flow_text *text, bool *found, uint32_t *code,
    struct flow_error *err)
{
	size_t i = piece_of(d, text, 0);
	struct text_dict *part;
	enum flow_status st = read_part(d, i, &part, err);

	*found = st == FLOW_OK && find_entry(part, text, code);
	if (*found)
		*code += d->index.piece[i].code;
	return st;
}

enum flow_status
dict_pieces_entry(struct dict_pieces *d, uint32_t code, struct flow_text *text,
    struct flow_error *err)
{
	size_t i = piece_of(d, NULL, code);
	struct text_dict *part;
	enum flow_status st = read_part(d, i, &part, err);

	if (st == FLOW_OK)
		*text = text_dict_entry(part, code - d->index.piece[i].code);
	return st;
}

enum flow_status
dict_pieces_bytes(struct dict_pieces *d, struct cursor *in, struct flow_error *err)
{
	const struct page_header *h = &d->header;
	enum flow_status st = read_packed(d, 0, h->bytes, h->has_crc ? &h->crc : NULL, err);

	if (st == FLOW_OK)
		st = codec_decompress(d->codec, &d->state, d->packed.data, h->bytes, d->room, h->raw_bytes, err);
	*in = cursor_make(d->room, h->raw_bytes);
	return st;
}

enum flow_status
dict_pieces_verify(struct dict_pieces *d, const uint8_t *bytes, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;
	struct text_dict *part;
	size_t i;

	for (i = 0; i < d->index.count && st == FLOW_OK; i++) {
		const struct dict_piece *piece = &d->index.piece[i];
		size_t len = piece[1].lz4.out - piece->lz4.out;

		st = read_part(d, i, &part, err);
		if (st == FLOW_OK && memcmp(d->room + piece->lz4.out, bytes + piece->lz4.out, len) != 0)
			st = malformed(d, piece, err);
	}
	return st;
}
