/* SPDX-License-Identifier: BSD-2-Clause */
/* Pieces of a block are each decompressed alone, and together by liblz4 like any block. */
#include "parquet/dict/lz4_pieces.h"

#include <lz4.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "tap.h"

#define RAW 200000
#define PIECES 12

static uint32_t
next_random(uint32_t below)
{
	static uint64_t n;

	return (uint32_t)(hash_mix64(++n) >> 32) % below;
}

/*
 * Two pieces by hand: "ab" and a match of six two bytes before, "World" behind; "xy" and a match of four,
 * "Hello, all" behind.
 */
#define BY_HAND "\x22" "ab" "\x02\x00" "\x70" "Worldxy" "\x02\x00" "\xa0" "Hello, all"
static const struct lz4_piece by_hand[] = { { 0, 1, 0 }, { 5, 11, 13 }, { 26, 26, 29 } };

/* Piece i in buffers of its own, of just its sizes, so that sanitizers see what is beyond them. */
static bool
piece_is(const void *block, const struct lz4_piece *piece, const void *raw)
{
	size_t in_len = piece[1].literals - piece->in, out_len = piece[1].out - piece->out;
	uint8_t *in = malloc(in_len), *out = malloc(out_len);
	bool good = in != NULL && out != NULL;

	if (good) {
		memcpy(in, (const uint8_t *)block + piece->in, in_len);
		good = lz4_piece_decompress(in, piece, piece + 1, out) &&
		    memcmp(out, (const uint8_t *)raw + piece->out, out_len) == 0;
	}
	free(in);
	free(out);
	return good;
}

static void
one_by_one(void)
{
	static const char raw[] = "ababababWorldxyxyxyHello, all";
	char out[29];

	is_int(LZ4_decompress_safe(BY_HAND, out, sizeof(BY_HAND) - 1, sizeof(out)), 29);
	is_mem(out, 29, raw, 29);
	ok(piece_is(BY_HAND, &by_hand[0], raw));
	ok(piece_is(BY_HAND, &by_hand[1], raw));
}

/* What no piece is. */
static void
malformed(void)
{
	static const struct lz4_piece wrong[][2] = {
		{ { 5, 10, 13 }, { 26, 26, 29 } },	/* literals that are not there */
		{ { 5, 14, 13 }, { 26, 26, 29 } },
		{ { 5, 11, 13 }, { 26, 26, 30 } },	/* more bytes */
		{ { 5, 11, 13 }, { 26, 26, 28 } },
		{ { 5, 11, 13 }, { 25, 26, 29 } },	/* ends elsewhere */
		{ { 5, 11, 13 }, { 15, 15, 29 } },
		{ { 0, 1, 0 }, { 6, 11, 13 } },
		{ { 0, 1, 0 }, { 5, 10, 13 } },
		{ { 0, 1, 0 }, { 5, 11, 12 } },
		{ { 0, 2, 0 }, { 5, 11, 13 } },
	};
	uint8_t block[] = BY_HAND, out[64];
	size_t len = sizeof(block) - 1;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ok(!lz4_piece_decompress(block + wrong[i][0].in, &wrong[i][0], &wrong[i][1], out));
	/* A match three bytes before is within the block, but not within its piece. */
	block[13] = 3;
	is_int(LZ4_decompress_safe((char *)block, (char *)out, (int)len, sizeof(out)), 29);
	ok(!lz4_piece_decompress(block + 5, &by_hand[1], &by_hand[2], out));
	block[13] = 2;
	/* Sequences of other lengths do not end where the index says. */
	for (size_t i = 0; i < len; i++) {
		bool is_token = i == 0 || i == 5 || i == 15;

		block[i] ^= 0x10;
		ok(!is_token || !lz4_piece_decompress(block + by_hand[i < 5 ? 0 : 1].in,
		    &by_hand[i < 5 ? 0 : 1], &by_hand[i < 5 ? 1 : 2], out));
		block[i] ^= 0x10;
	}
}

/* Lines of addresses, some far apart from those like them, with noise of any length between some. */
static void
fill(uint8_t *raw, size_t len, unsigned kind)
{
	size_t at = 0;

	while (at < len) {
		size_t n = kind > 0 && next_random(20) == 0 ? next_random(300 * kind) : 12;

		n = n < len - at ? n : len - at;
		for (size_t i = 0; i < n; i++)
			raw[at + i] = n != 12 ? (uint8_t)next_random(256) : i < 7 ? (uint8_t)"10.1.2."[i] :
			    (uint8_t)('0' + next_random(10));
		at += n;
	}
}

/* `raw` in pieces of random lengths, behind bytes that are something else's. */
static bool
joins(const uint8_t *raw, int level)
{
	struct buf block = BUF_INIT;
	struct lz4_pieces p;
	struct lz4_piece piece[PIECES + 1];
	size_t at = 0, n;
	uint8_t *out = malloc(RAW);
	bool good = out != NULL;

	buf_append(&block, "before", 6);
	p = lz4_pieces_make(&block);
	for (n = 0; n < PIECES && good; n++) {
		size_t len = n + 1 == PIECES ? RAW - at : 100 + next_random(RAW / PIECES - 100);

		good = lz4_pieces_add(&p, level, raw + at, len, &piece[n]) == FLOW_OK && piece[n].out == at;
		at += len;
	}
	good = good && lz4_pieces_end(&p, &piece[n]) == FLOW_OK && memcmp(block.data, "before", 6) == 0 &&
	    piece[n].in == block.len - 6 && piece[n].literals == piece[n].in && piece[n].out == RAW &&
	    LZ4_decompress_safe((char *)block.data + 6, (char *)out, (int)block.len - 6, RAW) == RAW &&
	    memcmp(out, raw, RAW) == 0;
	for (n = 0; n < PIECES && good; n++)
		good = piece_is(block.data + 6, &piece[n], raw);
	lz4_pieces_release(&p);
	buf_release(&block);
	free(out);
	return good;
}

static void
joined(void)
{
	uint8_t *raw = malloc(RAW);

	for (unsigned kind = 0; kind < 30; kind++) {
		fill(raw, RAW, kind % 5);
		ok(joins(raw, 0));
		ok(joins(raw, kind % 2 == 0 ? 1 : 9));
	}
	free(raw);
}

/* What repeats nothing is no piece. */
static void
noise(void)
{
	struct buf block = BUF_INIT;
	struct lz4_pieces p = lz4_pieces_make(&block);
	struct lz4_piece piece;
	uint8_t raw[100];

	for (size_t i = 0; i < sizeof(raw); i++)
		raw[i] = (uint8_t)i;
	ok(lz4_pieces_add(&p, 0, raw, sizeof(raw), &piece) == FLOW_END);
	memset(raw, 0, sizeof(raw));
	ok(lz4_pieces_add(&p, 0, raw, sizeof(raw), &piece) == FLOW_OK);
	ok(lz4_pieces_add(&p, 0, "short", 5, &piece) == FLOW_END);
	lz4_pieces_release(&p);
	buf_release(&block);
}

int
main(void)
{
	one_by_one();
	malformed();
	joined();
	noise();
	return tap_done();
}
