/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first byte chooses an encoding, the second its width, the rest is a page's
 * values.  Properties: reading in pieces gives what reading at once gives, and what
 * was read can be written and read again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bitmap.h"
#include "parquet/encoding/bitpack.h"
#include "parquet/codec/codec.h"
#include "parquet/crc.h"
#include "parquet/encoding/delta.h"
#include "parquet/dict/dict_pieces.h"
#include "parquet/dict/lz4_pieces.h"
#include "parquet/dict/number_frames.h"
#include "parquet/encoding/rle.h"
#include "parquet/dict/text_dict.h"
#include "parquet/encoding/texts.h"

#define VALUES 2000
#define PIECES 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool good)
{
	if (!good)
		abort();
}

static void
rle(struct cursor in, unsigned width)
{
	uint32_t whole[VALUES], some[VALUES];
	struct rle_decoder d;
	size_t n = 0, at, step;
	struct buf out = BUF_INIT;

	/* As many as there are. */
	rle_decoder_init(&d, in, width);
	while (n < VALUES && rle_decode(&d, 1, &whole[n]))
		n++;
	for (step = 1; step < 100; step += 13) {
		rle_decoder_init(&d, in, width);
		for (at = 0; at + step <= n; at += step) {
			if (at % 3 == 0)
				must(rle_skip(&d, step));
			else
				must(rle_decode(&d, step, some) &&
				    memcmp(some, whole + at, step * sizeof(*some)) == 0);
		}
	}
	for (at = 0; at < n; at++)
		if (bitpack_width(whole[at]) > width)
			return;		/* a repeated value of more bits than it may have */
	rle_encode(whole, n, width, &out);
	must(buf_reserve(&out, BITPACK_SLACK));
	rle_decoder_init(&d, cursor_make(out.data, out.len), width);
	must(rle_decode(&d, n, some) && memcmp(some, whole, n * sizeof(*some)) == 0);
	buf_release(&out);
}

static void
levels(struct cursor in)
{
	uint64_t map[BITMAP_WORDS(VALUES)] = { 0 };
	uint32_t whole[VALUES];
	struct rle_decoder d;
	size_t n = 0, ones = 0, count = 0, at;

	rle_decoder_init(&d, in, 1);
	while (n < VALUES && rle_decode(&d, 1, &whole[n]) && whole[n] <= 1)
		count += whole[n++];
	rle_decoder_init(&d, in, 1);
	for (at = 0; at + 7 <= n; at += 7)
		must(rle_decode_bits(&d, 7, map, at, &ones));
	must(rle_decode_bits(&d, n - at, map, at, &ones) && ones == count);
	for (at = 0; at < n; at++)
		must(bitmap_get(map, at) == (whole[at] == 1));
	rle_decoder_init(&d, in, 1);
	ones = 0;
	for (at = 0; at + 11 <= n; at += 11)
		must(at % 2 == 0 ? rle_skip_bits(&d, 11, &ones) : rle_decode_bits(&d, 11, map, at, &ones));
	must(rle_skip_bits(&d, n - at, &ones) && ones == count);
}

/* Stepping over some leads to where reading them does. */
static void
delta_skips(struct cursor in, const uint64_t *values, size_t n)
{
	struct delta_decoder d;
	uint64_t count, value;

	for (size_t step = 1; step < 200; step = step * 2 + 1) {
		must(delta_decoder_init(&d, in, &count) && count == n);
		for (size_t at = step; at < n; at += step + 1)
			must(delta_decoder_skip(&d, step) && delta_decoder_next(&d, 1, &value) &&
			    value == values[at]);
	}
}

static void
delta(struct cursor in, unsigned bits)
{
	uint64_t values[VALUES], back[VALUES], mask = bits == 32 ? UINT32_MAX : UINT64_MAX;
	uint64_t n = delta_count(in);
	struct buf out = BUF_INIT;
	struct cursor again = in;

	if (n > VALUES || !delta_decode(&in, (size_t)n, values))
		return;
	delta_skips(again, values, (size_t)n);
	delta_encode(values, (size_t)n, bits, &out);
	must(buf_reserve(&out, BITPACK_SLACK));
	again = cursor_make(out.data, out.len);
	must(delta_decode(&again, (size_t)n, back));
	for (size_t i = 0; i < n; i++)
		must((values[i] & mask) == (back[i] & mask));
	buf_release(&out);
}

/* A folded dictionary has the same entries, and finds one where it stands. */
static void
folded(struct cursor in, const struct texts *t)
{
	struct text_dict d = { .count = 0 };
	bool found = false;

	if (t->count == 0)
		return;
	must(text_dict_open(&d, in, t->count, &t->text[t->count / 2], NULL) == FLOW_OK && d.hits > 0);
	for (size_t i = 0; d.hits <= TEXT_DICT_HITS_MAX && i < d.hits; i++)
		found = found || text_dict_hit(&d, i) == t->count / 2;
	must(found || d.hits > TEXT_DICT_HITS_MAX);
	for (uint32_t i = 0; i < t->count; i++) {
		struct flow_text entry = text_dict_entry(&d, i);

		must(entry.p == t->text[i].p && entry.len == t->text[i].len);
	}
	text_dict_release(&d);
}

static void
texts(struct cursor in, unsigned kind)
{
	struct texts t = { 0 };
	uint64_t sum = 0;
	enum flow_status st;

	st = kind == 0 ? texts_add_plain(&t, in, UINT32_MAX, NULL) :
	    kind == 1 ? texts_add_delta_length(&t, in, VALUES, NULL) :
	    texts_add_delta(&t, in, VALUES, NULL);
	must(st != FLOW_ENOMEM && (kind == 0 || t.count <= VALUES));
	for (uint32_t i = 0; i < t.count; i++)
		for (uint32_t b = 0; b < t.text[i].len; b++)
			sum += (uint8_t)t.text[i].p[b];
	must(sum < UINT64_MAX);		/* all bytes were there to be read */
	if (kind == 0)
		folded(in, &t);
	texts_release(&t);
}

/* Packed in pieces, each of which becomes what it was made of, as all of them do. */
static void
lz4_in_pieces(struct cursor in)
{
	struct buf block = BUF_INIT;
	struct lz4_pieces p = lz4_pieces_make(&block);
	struct lz4_piece piece[PIECES + 1];
	size_t len = cursor_left(&in), n;
	uint8_t *out = malloc(len + 1);
	bool good = true;

	must(out != NULL);
	for (n = 0; n < PIECES && good; n++)
		good = lz4_pieces_add(&p, 0, in.pos + len * n / PIECES,
		    len * (n + 1) / PIECES - len * n / PIECES, &piece[n]) == FLOW_OK;
	if (good) {
		must(lz4_pieces_end(&p, &piece[PIECES]) == FLOW_OK && piece[PIECES].out == len);
		must(codec_decompress(PQ_LZ4_RAW, NULL, block.data, block.len, out, len, NULL) == FLOW_OK);
		must(memcmp(out, in.pos, len) == 0);
		for (n = PIECES; n-- > 0;)
			must(lz4_piece_decompress(block.data + piece[n].in, &piece[n], &piece[n + 1],
			    out + piece[n].out));
		must(memcmp(out, in.pos, len) == 0);
	}
	lz4_pieces_release(&p);
	buf_release(&block);
	free(out);
}

/* Checksums that are right, for bytes and an index that may be anything. */
static void
correct(struct dict_index *index, const uint8_t *body)
{
	for (size_t i = 0; i < index->count; i++) {
		struct dict_piece *p = &index->piece[i];

		p->crc = crc_page(body + p->lz4.in, p[1].lz4.literals - p->lz4.in);
	}
}

/*
 * A dictionary in pieces, of LZ4 or ZSTD: how many (1), entries (2), size decompressed (2), for each piece where it
 * begins (2, 2, 2), its first code (2) and text (1, and so many); the rest is the page's body.
 */
static void
dictionary(struct cursor in, enum pq_codec packed)
{
	static const struct flow_text sought = { "10.0.0.1", 8 };
	struct dict_piece piece[PIECES];
	struct dict_pieces d = { .parts = 0 };
	struct buf extension = BUF_INIT;
	size_t count = cursor_u8(&in) % PIECES + 1u, i;
	struct page_header h = { .values = cursor_le16(&in), .raw_bytes = cursor_le16(&in) };
	uint8_t *room = malloc((size_t)h.raw_bytes + BITPACK_SLACK);
	struct flow_text entry;
	struct pq_file file = { .fd = -1 };
	bool found;
	uint32_t code;

	must(room != NULL);
	for (i = 0; i < count; i++) {
		piece[i] = (struct dict_piece){ .lz4.in = cursor_le16(&in) };
		piece[i].lz4.literals = cursor_le16(&in);
		piece[i].lz4.out = cursor_le16(&in);
		piece[i].code = cursor_le16(&in);
		piece[i].first.len = cursor_u8(&in);
		piece[i].first.p = (const char *)cursor_bytes(&in, piece[i].first.len);
	}
	file.memory = in.pos;
	file.bytes = h.bytes = (uint32_t)cursor_left(&in);
	if (!cursor_failed(&in))
		dict_index_write(piece, count, &extension);
	h.extension = extension.data;
	h.extension_bytes = extension.len;
	if (dict_index_read(&d.index, packed, &h, NULL) == FLOW_OK && d.index.count > 0) {
		correct(&d.index, in.pos);
		must(dict_pieces_open(&d, &file, packed, 0, &h, room, NULL) == FLOW_OK);
		if (dict_pieces_find(&d, &sought, &found, &code, NULL) == FLOW_OK && found)
			must(code < h.values && dict_pieces_entry(&d, code, &entry, NULL) == FLOW_OK &&
			    text_compare(&entry, &sought) == 0);
		for (i = 0; i < h.values && i < VALUES; i++)
			if (dict_pieces_entry(&d, (uint32_t)(i * 37 % h.values), &entry, NULL) == FLOW_OK)
				must((const uint8_t *)entry.p >= room + 4 &&
				    (const uint8_t *)entry.p + entry.len <= room + h.raw_bytes);
	}
	dict_pieces_release(&d);
	buf_release(&extension);
	free(room);
}

/* The codecs that are read only: nothing is written past the end, whatever the bytes are. */
static void
read_only_codec(enum pq_codec which, struct cursor in)
{
	struct codec_state state = { .zstd = { NULL, NULL } };
	uint8_t *out;

	for (size_t n = 0; n < VALUES; n += 333) {
		out = malloc(n + 1);
		must(out != NULL);
		(void)!codec_decompress(which, &state, in.pos, cursor_left(&in), out, n, NULL);
		free(out);
	}
	codec_state_release(&state);
}

/* A dictionary of numbers in frames: each becomes as many entries as it has to. */
static void
number_frames(struct cursor in, uint32_t entries)
{
	struct codec_state state = { .zstd = { NULL, NULL } };
	struct number_frames f = { .count = 0 };
	uint32_t first, count;

	must(number_frames_open(&f, in.pos, (uint32_t)cursor_left(&in), entries, 4) == FLOW_OK);
	for (size_t i = 0; i < f.count; i++)
		if (number_frames_read(&f, i, &state, &first, &count, NULL) == FLOW_OK)
			must(count > 0 && first + count <= entries && number_frames_of(&f, first) == i);
	number_frames_release(&f);
	codec_state_release(&state);
}

static void
codec(enum pq_codec which, struct cursor in)
{
	struct codec_state state = { .zstd = { NULL, NULL } };
	uint8_t *out = malloc(VALUES);
	struct buf packed = BUF_INIT;

	must(out != NULL);
	for (size_t n = 0; n < VALUES; n += 333)
		(void)!codec_decompress(which, &state, in.pos, cursor_left(&in), out, n, NULL);
	must(codec_compress(which, 0, &state, in.pos, cursor_left(&in), &packed) == FLOW_OK);
	free(out);
	out = malloc(cursor_left(&in) + 1);
	must(out != NULL && codec_decompress(which, &state, packed.data, packed.len, out, cursor_left(&in),
	    NULL) == FLOW_OK && memcmp(out, in.pos, cursor_left(&in)) == 0);
	if (which == PQ_LZ4_RAW && cursor_left(&in) > 0)
		lz4_in_pieces(in);
	codec_state_release(&state);
	free(out);
	buf_release(&packed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t *page;
	struct cursor in;

	if (len < 2 || len > 100000)
		return 0;
	page = calloc(1, len + BITPACK_SLACK);
	must(page != NULL);
	memcpy(page, data + 2, len - 2);
	in = cursor_make(page, len - 2);
	switch (data[0] % 12) {
	case 0:
		rle(in, data[1] % 33);
		break;
	case 1:
		levels(in);
		break;
	case 2:
		delta(in, data[1] % 2 == 0 ? 32 : 64);
		break;
	case 3:
	case 4:
	case 5:
		texts(in, data[0] % 12 - 3u);
		break;
	case 8:
		dictionary(in, data[1] % 2 == 1 && zstandard_is_here() ? PQ_ZSTD : PQ_LZ4_RAW);
		break;
	case 9:
		read_only_codec(PQ_SNAPPY, in);
		break;
	case 10:
		read_only_codec(PQ_LZ4, in);
		break;
	case 11:
		if (!zstandard_is_here())
			break;
		number_frames(in, data[1] * 5u);
		codec(PQ_ZSTD, in);
		break;
	default:
		codec(data[0] % 12 == 6 ? PQ_LZ4_RAW : PQ_GZIP, in);
	}
	free(page);
	return 0;
}
