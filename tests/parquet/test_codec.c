/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/codec/codec.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "parquet/codec/snappy.h"
#include "tap.h"

static struct codec_state state;

/* "192.0.2." and "1 -> 10.0.0.1" one after the other, as Python's gzip writes them. */
static const uint8_t two_members[] = {
	0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x33, 0xb4,
	0x34, 0xd2, 0x33, 0xd0, 0x33, 0xd2, 0x03, 0x00, 0x3d, 0x91, 0xa3, 0xd5,
	0x08, 0x00, 0x00, 0x00, 0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x02, 0x03, 0x33, 0x54, 0xd0, 0xb5, 0x53, 0x30, 0x34, 0xd0, 0x03, 0x41,
	0x43, 0x00, 0xd2, 0x45, 0xb5, 0x37, 0x0d, 0x00, 0x00, 0x00,
};

/* The whole by Python's zlib. */
static const uint8_t zlib_stream[] = {
	0x78, 0x9c, 0x33, 0xb4, 0x34, 0xd2, 0x33, 0xd0, 0x33, 0xd2, 0x33, 0x54,
	0xd0, 0xb5, 0x53, 0x30, 0x34, 0xd0, 0x03, 0x41, 0x43, 0x00, 0x2b, 0x2b,
	0x03, 0xe1,
};

/* Eight times "192.0.2.1 " by pyarrow's lz4_raw. */
static const uint8_t lz4_block[] = {
	0xaf, 0x31, 0x39, 0x32, 0x2e, 0x30, 0x2e, 0x32, 0x2e, 0x31, 0x20, 0x0a,
	0x00, 0x2e, 0x50, 0x2e, 0x32, 0x2e, 0x31, 0x20,
};

/* Eight times "192.0.2.1 " by pyarrow's snappy. */
static const uint8_t snappy_text[] = {
	0x50, 0x24, 0x31, 0x39, 0x32, 0x2e, 0x30, 0x2e, 0x32, 0x2e, 0x31, 0x20,
	0xfe, 0x0a, 0x00, 0x09, 0x0a,
};

/* The same by pyarrow's zstd, in two frames. */
static const uint8_t zstd_frames[] = {
	0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x28, 0x85, 0x00, 0x00, 0x50, 0x31, 0x39,
	0x32, 0x2e, 0x30, 0x2e, 0x32, 0x2e, 0x31, 0x20, 0x01, 0x00, 0x15, 0x0b,
	0x12, 0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x28, 0x85, 0x00, 0x00, 0x50, 0x31,
	0x39, 0x32, 0x2e, 0x30, 0x2e, 0x32, 0x2e, 0x31, 0x20, 0x01, 0x00, 0x15,
	0x0b, 0x12,
};

/* The same by pyarrow's lz4, a frame. */
static const uint8_t lz4_frame[] = {
	0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82, 0x14, 0x00, 0x00, 0x00, 0xaf,
	0x31, 0x39, 0x32, 0x2e, 0x30, 0x2e, 0x32, 0x2e, 0x31, 0x20, 0x0a, 0x00,
	0x2e, 0x50, 0x2e, 0x32, 0x2e, 0x31, 0x20, 0x00, 0x00, 0x00, 0x00,
};

/* The same in two of Hadoop's blocks, each of one chunk. */
static const uint8_t lz4_hadoop[] = {
	0x00, 0x00, 0x00, 0x32, 0x00, 0x00, 0x00, 0x14, 0xaf, 0x31, 0x39, 0x32,
	0x2e, 0x30, 0x2e, 0x32, 0x2e, 0x31, 0x20, 0x0a, 0x00, 0x10, 0x50, 0x2e,
	0x32, 0x2e, 0x31, 0x20, 0x00, 0x00, 0x00, 0x1e, 0x00, 0x00, 0x00, 0x13,
	0xab, 0x31, 0x39, 0x32, 0x2e, 0x30, 0x2e, 0x32, 0x2e, 0x31, 0x20, 0x0a,
	0x00, 0x50, 0x2e, 0x32, 0x2e, 0x31, 0x20,
};

/* The same in one of Hadoop's blocks of two chunks. */
static const uint8_t lz4_chunks[] = {
	0x00, 0x00, 0x00, 0x50, 0x00, 0x00, 0x00, 0x14, 0xaf, 0x31, 0x39, 0x32,
	0x2e, 0x30, 0x2e, 0x32, 0x2e, 0x31, 0x20, 0x0a, 0x00, 0x10, 0x50, 0x2e,
	0x32, 0x2e, 0x31, 0x20, 0x00, 0x00, 0x00, 0x13, 0xab, 0x31, 0x39, 0x32,
	0x2e, 0x30, 0x2e, 0x32, 0x2e, 0x31, 0x20, 0x0a, 0x00, 0x50, 0x2e, 0x32,
	0x2e, 0x31, 0x20,
};

static const char text[] = "192.0.2.1 -> 10.0.0.1";

static void
eight_times(char *want)
{
	for (int i = 0; i < 8; i++)
		memcpy(want + (ptrdiff_t)10 * i, "192.0.2.1 ", 10);
}

/* Codecs of 80 bytes; data cut anywhere, and every other size, is an error. */
static void
eighty(enum pq_codec codec, const uint8_t *bytes, size_t len)
{
	char *out = malloc(100), want[81];

	eight_times(want);
	ok(codec_decompress(codec, &state, bytes, len, out, 80, NULL) == FLOW_OK);
	is_mem(out, 80, want, 80);
	for (size_t cut = 0; cut < len; cut++)
		ok(codec_decompress(codec, &state, bytes, cut, out, 80, NULL) == FLOW_EFORMAT);
	free(out);
	for (size_t n = 0; n < 100; n++) {
		out = malloc(n + 1);
		ok(codec_decompress(codec, &state, bytes, len, out, n, NULL) == (n == 80 ? FLOW_OK : FLOW_EFORMAT));
		free(out);
	}
}

/* What other engines write. */
static void
others(void)
{
	eighty(PQ_SNAPPY, snappy_text, sizeof(snappy_text));
	eighty(PQ_LZ4, lz4_hadoop, sizeof(lz4_hadoop));
	eighty(PQ_LZ4, lz4_chunks, sizeof(lz4_chunks));
	eighty(PQ_LZ4, lz4_frame, sizeof(lz4_frame));
	eighty(PQ_LZ4, lz4_block, sizeof(lz4_block));
	if (zstandard_is_here())
		eighty(PQ_ZSTD, zstd_frames, sizeof(zstd_frames));
	else
		tap_skip("built without libzstd");
}

#define SNAPPY(want, bytes) do { \
		char out[sizeof(want)]; \
		ok(snappy_decompress(bytes, sizeof(bytes) - 1, out, sizeof(want) - 1)); \
		is_mem(out, sizeof(want) - 1, want, sizeof(want) - 1); \
	} while (0)
#define NO_SNAPPY(len, bytes) do { \
		char out[len + 1]; \
		ok(!snappy_decompress(bytes, sizeof(bytes) - 1, out, len)); \
	} while (0)

/* Each kind of element, by format_description.txt. */
static void
snappy_elements(void)
{
	char a300[300], bytes[306] = "\xac\x02\xf4\x2b\x01";

	SNAPPY("", "\0");
	SNAPPY("abc", "\3" "\x08" "abc");
	SNAPPY("abc", "\3" "\xf0\2" "abc");
	SNAPPY("abc", "\3" "\xf4\2\0" "abc");
	SNAPPY("abc", "\3" "\xf8\2\0\0" "abc");
	SNAPPY("abc", "\3" "\xfc\2\0\0\0" "abc");
	/* 5 bytes from 2 before, which repeat themselves: 101 (5 less 4) in bits 2 to 4. */
	SNAPPY("abababa", "\7" "\4" "ab" "\x05\2");
	/* The same with offsets of two and four bytes: 4 (5 less 1) in the upper six bits. */
	SNAPPY("abababa", "\7" "\4" "ab" "\x12\2\0");
	SNAPPY("abababa", "\7" "\4" "ab" "\x13\2\0\0\0");
	memset(a300, 'a', sizeof(a300));
	memset(bytes + 5, 'a', 300);
	ok(snappy_decompress(bytes, 305, a300, 300));
	NO_SNAPPY(7, "\7" "\4" "ab" "\x05\3");		/* before the beginning */
	NO_SNAPPY(7, "\7" "\4" "ab" "\x05\0");		/* from nowhere */
	NO_SNAPPY(6, "\6" "\4" "ab" "\x05\2");		/* beyond the end */
	NO_SNAPPY(2, "\2" "\x08" "abc");
	NO_SNAPPY(7, "\7" "\xfc\xff\xff\xff\xff" "ab");	/* a literal of 4 GiB */
	NO_SNAPPY(8, "\xff\xff\xff\xff\x0f" "\0a");
}

static void
foreign(void)
{
	char out[80], want[81] = "";

	ok(codec_decompress(PQ_GZIP, &state, two_members, sizeof(two_members), out, 21, NULL) == FLOW_OK);
	is_mem(out, 21, text, 21);
	ok(codec_decompress(PQ_GZIP, &state, zlib_stream, sizeof(zlib_stream), out, 21, NULL) == FLOW_OK);
	is_mem(out, 21, text, 21);
	eight_times(want);
	ok(codec_decompress(PQ_LZ4_RAW, &state, lz4_block, sizeof(lz4_block), out, 80, NULL) == FLOW_OK);
	is_mem(out, 80, want, 80);
	ok(codec_decompress(PQ_UNCOMPRESSED, &state, text, 21, out, 21, NULL) == FLOW_OK);
	is_mem(out, 21, text, 21);
}

/* Another size than announced, or data cut at any byte, is an error; nothing is written past it. */
static void
wrong_sizes(void)
{
	char *out;

	for (size_t len = 0; len < 30; len++) {
		enum flow_status want = len == 21 ? FLOW_OK : FLOW_EFORMAT;

		out = malloc(len + 1);
		ok(codec_decompress(PQ_GZIP, &state, two_members, sizeof(two_members), out, len, NULL) == want);
		ok(codec_decompress(PQ_GZIP, &state, zlib_stream, sizeof(zlib_stream), out, len, NULL) == want);
		ok(codec_decompress(PQ_UNCOMPRESSED, &state, text, 21, out, len, NULL) == want);
		ok(codec_decompress(PQ_LZ4_RAW, &state, lz4_block, sizeof(lz4_block), out, len, NULL) ==
		    FLOW_EFORMAT);
		free(out);
	}
	out = malloc(80);
	for (size_t cut = 0; cut < sizeof(two_members); cut++)
		ok(codec_decompress(PQ_GZIP, &state, two_members, cut, out, 21, NULL) == FLOW_EFORMAT);
	for (size_t cut = 0; cut < sizeof(lz4_block); cut++)
		ok(codec_decompress(PQ_LZ4_RAW, &state, lz4_block, cut, out, 80, NULL) == FLOW_EFORMAT);
	free(out);
}

static void
round_trip(enum pq_codec codec, int level, const void *bytes, size_t len)
{
	struct buf packed = BUF_INIT;
	uint8_t *out = malloc(len + 1);

	buf_append_u8(&packed, 0x55);	/* it appends */
	ok(codec_compress(codec, level, &state, bytes, len, &packed) == FLOW_OK);
	ok(codec_decompress(codec, &state, packed.data + 1, packed.len - 1, out, len, NULL) == FLOW_OK);
	is_mem(out, len, bytes, len);
	free(out);
	buf_release(&packed);
}

static void
round_trips(void)
{
	static const enum pq_codec codecs[] = { PQ_UNCOMPRESSED, PQ_LZ4_RAW, PQ_GZIP, PQ_ZSTD };
	uint8_t bytes[70000];
	uint32_t v = 1;

	for (size_t i = 0; i < sizeof(bytes); i++) {
		v = v * 1664525 + 1013904223;
		bytes[i] = (uint8_t)(i < 35000 ? v >> 24 : i / 100);
	}
	for (size_t c = 0; c < (zstandard_is_here() ? 4 : 3); c++) {
		for (int level = 0; level <= 9; level += 3)
			round_trip(codecs[c], level, bytes, sizeof(bytes));
		round_trip(codecs[c], 0, bytes, 1);
		round_trip(codecs[c], 0, bytes, 0);
	}
}

/* What is not read is refused by name. */
static void
refused(void)
{
	struct flow_error err;
	char out[8];

	if (!zstandard_is_here()) {
		ok(codec_decompress(PQ_ZSTD, &state, "x", 1, out, 8, &err) == FLOW_EUNSUPPORTED);
		ok(strstr(err.message, "ZSTD") != NULL && strstr(err.message, "libzstd") != NULL);
	}
	ok(codec_decompress(PQ_LZO, &state, "x", 1, out, 8, &err) == FLOW_EUNSUPPORTED);
	ok(strstr(err.message, "LZO") != NULL && strstr(err.message, "COMPRESSION zstd") != NULL);
	ok(codec_decompress(PQ_BROTLI, &state, "x", 1, out, 8, &err) == FLOW_EUNSUPPORTED);
	ok(strstr(err.message, "BROTLI") != NULL);
	ok(codec_decompress((enum pq_codec)42, &state, "x", 1, out, 8, &err) == FLOW_EUNSUPPORTED);
	ok(strstr(err.message, "42") != NULL);
	ok(pq_codec_name(-1) == NULL && pq_codec_name(8) == NULL);
	is_str(pq_codec_name(PQ_LZ4_RAW), "LZ4_RAW");
}

int
main(void)
{
	foreign();
	others();
	snappy_elements();
	wrong_sizes();
	round_trips();
	refused();
	codec_state_release(&state);
	return tap_done();
}
