/* SPDX-License-Identifier: BSD-2-Clause */
/* What liblz4 packs is unpacked as liblz4 does it: a whole block is a piece, too. */
#include "parquet/dict/lz4_piece.h"

#include <lz4.h>
#include <lz4hc.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "tap.h"

#define RAW 60000

static uint32_t
next_random(uint32_t below)
{
	static uint64_t n;

	return (uint32_t)(hash_mix64(++n) >> 32) % below;
}

/* A block as its only piece: its first literals stand behind the first token and the bytes of their length. */
static bool
unpack(const void *bytes, size_t len, void *out, size_t out_len)
{
	const uint8_t *p = bytes;
	struct lz4_piece piece = { 0 }, next = { (uint32_t)len, (uint32_t)len, (uint32_t)out_len };
	size_t at = 1;

	if (len > 0 && p[0] >> 4 == 15) {
		while (at < len && p[at] == 255)
			at++;
		at++;
	}
	if (at > len)
		return false;
	piece.literals = (uint32_t)at;
	return lz4_piece_decompress(bytes, &piece, &next, out);
}

/* A token of two literals and a match of six two bytes before, then five literals. */
static void
by_hand(void)
{
	static const uint8_t packed[] = "\x22" "ab" "\x02\x00" "\x50" "World";
	uint8_t out[13] = { 0 };

	ok(unpack(packed, sizeof(packed) - 1, out, sizeof(out)));
	is_mem(out, 13, "ababababWorld", 13);
}

struct malformed {
	const char *bytes;
	size_t len, out_len;
};

static void
malformed(void)
{
	static const struct malformed cases[] = {
		{ "", 0, 1 },
		{ "\x20" "a", 2, 2 },			/* literals are cut */
		{ "\xf0", 1, 15 },			/* a length is */
		{ "\xf0\xff\xff", 3, 600 },
		{ "\x20" "abc", 4, 2 },			/* bytes behind the end */
		{ "\x20" "ab", 3, 3 },			/* fewer than announced */
		{ "\x20" "ab", 3, 1 },			/* more */
		{ "\x20" "ab" "\x00\x00" "\x10" "c", 7, 7 },	/* a match of itself */
		{ "\x20" "ab" "\x03\x00" "\x10" "c", 7, 7 },	/* of what is before all */
		{ "\x20" "ab" "\x02", 4, 6 },
		{ "\x20" "ab" "\x02\x00", 5, 6 },	/* ends in a match */
		{ "\x2f" "ab" "\x02\x00\xff\xff\xff", 8, 600 },
		{ "\x2f" "ab" "\x02\x00\xff\x10" "\x10" "c", 9, 100 },
	};
	uint8_t out[600];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ok(!unpack(cases[i].bytes, cases[i].len, out, cases[i].out_len));
	}
}

/* Bytes of words of a small vocabulary, runs and noise, as `kind` mixes them. */
static void
fill(uint8_t *raw, size_t len, unsigned kind)
{
	size_t at = 0;

	while (at < len) {
		uint32_t what = next_random(10);
		size_t n = what < kind ? next_random(400) : next_random(12);

		n = n < len - at ? n : len - at;
		if (what < kind)
			memset(raw + at, (int)what, n);
		else if (what == 9)
			for (size_t i = 0; i < n; i++)
				raw[at + i] = (uint8_t)next_random(256);
		else
			for (size_t i = 0; i < n; i++)
				raw[at + i] = (uint8_t)("\0\0\0""10.1.192.168.2001:db8::"[(i + what) % 26]);
		at += n;
	}
}

/* The room is no larger than it has to be, so that sanitizers see what is beyond it. */
static bool
unpacks(const char *packed, int packed_len, const uint8_t *raw, size_t len)
{
	char *in = malloc((size_t)packed_len);
	uint8_t *out = malloc(len);
	bool good = in != NULL && out != NULL;

	if (good) {
		memcpy(in, packed, (size_t)packed_len);
		good = unpack(in, (size_t)packed_len, out, len) && memcmp(out, raw, len) == 0;
	}
	free(in);
	free(out);
	return good;
}

/* Literals alone: no piece is made of them (lz4_pieces_add). */
static bool
is_all_literals(int packed_len, size_t len)
{
	return (size_t)packed_len > len;
}

static void
round_trips(void)
{
	static const size_t lengths[] = { 1, 5, 12, 13, 14, 15, 16, 31, 32, 33, 100, 300, 5000, RAW };
	char *packed = malloc((size_t)LZ4_compressBound(RAW));
	uint8_t *raw = malloc(RAW);

	for (unsigned kind = 0; kind < 9; kind++) {
		for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
			int bound = LZ4_compressBound(RAW), len = (int)lengths[i], n;

			fill(raw, lengths[i], kind);
			n = LZ4_compress_default((char *)raw, packed, len, bound);
			ok(is_all_literals(n, lengths[i]) || unpacks(packed, n, raw, lengths[i]));
			n = LZ4_compress_HC((char *)raw, packed, len, bound, 9);
			ok(is_all_literals(n, lengths[i]) || unpacks(packed, n, raw, lengths[i]));
		}
	}
	free(packed);
	free(raw);
}

/* A match of no distance: the format forbids it, liblz4 lets some pass. */
static bool
has_zero_offset(const uint8_t *p, size_t len)
{
	size_t at = 0;

	while (at < len) {
		size_t token = p[at++], n = token >> 4, match = token & 15;

		for (bool more = n == 15; more && at < len; n += p[at++])
			more = p[at] == 255;
		at += n;
		if (at + 2 > len)
			break;
		if (p[at] == 0 && p[at + 1] == 0)
			return true;
		at += 2;
		for (bool more = match == 15; more && at < len; at++)
			more = p[at] == 255;
	}
	return false;
}

/* Damaged bytes: what liblz4 takes is taken, and becomes the same; never is anything beyond touched. */
static void
damaged(void)
{
	char *packed = malloc((size_t)LZ4_compressBound(RAW)), *theirs = malloc(5000);
	uint8_t *raw = malloc(RAW), *ours = malloc(5000);
	size_t taken = 0, wrong = 0;

	for (unsigned turn = 0; turn < 3000; turn++) {
		int n, got;
		bool good;

		fill(raw, 5000, turn % 9);
		n = LZ4_compress_default((char *)raw, packed, 5000, LZ4_compressBound(RAW));
		packed[next_random((uint32_t)n)] ^= (char)(1 << next_random(8));
		n -= turn % 3 == 0 ? (int)next_random(3) : 0;
		if (has_zero_offset((uint8_t *)packed, (size_t)n))
			continue;
		got = LZ4_decompress_safe(packed, theirs, n, 5000);
		good = unpack(packed, (size_t)n, ours, 5000);
		taken += got == 5000;
		wrong += got == 5000 && (!good || memcmp(ours, theirs, 5000) != 0);
	}
	ok(taken > 100);
	is_uint(wrong, 0);
	free(packed);
	free(theirs);
	free(raw);
	free(ours);
}

int
main(void)
{
	by_hand();
	malformed();
	round_trips();
	damaged();
	return tap_done();
}
