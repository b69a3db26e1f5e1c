/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/codec.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

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

static const char text[] = "192.0.2.1 -> 10.0.0.1";

static void
foreign(void)
{
	char out[80], want[81] = "";

	ok(codec_decompress(PQ_GZIP, two_members, sizeof(two_members), out, 21, NULL) == FLOW_OK);
	is_mem(out, 21, text, 21);
	ok(codec_decompress(PQ_GZIP, zlib_stream, sizeof(zlib_stream), out, 21, NULL) == FLOW_OK);
	is_mem(out, 21, text, 21);
	for (int i = 0; i < 8; i++)
		memcpy(want + 10 * i, "192.0.2.1 ", 10);
	ok(codec_decompress(PQ_LZ4_RAW, lz4_block, sizeof(lz4_block), out, 80, NULL) == FLOW_OK);
	is_mem(out, 80, want, 80);
	ok(codec_decompress(PQ_UNCOMPRESSED, text, 21, out, 21, NULL) == FLOW_OK);
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
		ok(codec_decompress(PQ_GZIP, two_members, sizeof(two_members), out, len, NULL) == want);
		ok(codec_decompress(PQ_GZIP, zlib_stream, sizeof(zlib_stream), out, len, NULL) == want);
		ok(codec_decompress(PQ_UNCOMPRESSED, text, 21, out, len, NULL) == want);
		ok(codec_decompress(PQ_LZ4_RAW, lz4_block, sizeof(lz4_block), out, len, NULL) ==
		    FLOW_EFORMAT);
		free(out);
	}
	out = malloc(80);
	for (size_t cut = 0; cut < sizeof(two_members); cut++)
		ok(codec_decompress(PQ_GZIP, two_members, cut, out, 21, NULL) == FLOW_EFORMAT);
	for (size_t cut = 0; cut < sizeof(lz4_block); cut++)
		ok(codec_decompress(PQ_LZ4_RAW, lz4_block, cut, out, 80, NULL) == FLOW_EFORMAT);
	free(out);
}

static void
round_trip(enum pq_codec codec, int level, const void *bytes, size_t len)
{
	struct buf packed = BUF_INIT;
	uint8_t *out = malloc(len + 1);

	buf_append_u8(&packed, 0x55);	/* it appends */
	ok(codec_compress(codec, level, bytes, len, &packed) == FLOW_OK);
	ok(codec_decompress(codec, packed.data + 1, packed.len - 1, out, len, NULL) == FLOW_OK);
	is_mem(out, len, bytes, len);
	free(out);
	buf_release(&packed);
}

static void
round_trips(void)
{
	static const enum pq_codec codecs[] = { PQ_UNCOMPRESSED, PQ_LZ4_RAW, PQ_GZIP };
	uint8_t bytes[70000];
	uint32_t v = 1;

	for (size_t i = 0; i < sizeof(bytes); i++) {
		v = v * 1664525 + 1013904223;
		bytes[i] = (uint8_t)(i < 35000 ? v >> 24 : i / 100);
	}
	for (size_t c = 0; c < 3; c++) {
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

	ok(codec_decompress(PQ_SNAPPY, "x", 1, out, 8, &err) == FLOW_EUNSUPPORTED);
	ok(strstr(err.message, "SNAPPY") != NULL);
	ok(codec_decompress(PQ_ZSTD, "x", 1, out, 8, &err) == FLOW_EUNSUPPORTED);
	ok(strstr(err.message, "ZSTD") != NULL);
	ok(codec_decompress(PQ_BROTLI, "x", 1, out, 8, &err) == FLOW_EUNSUPPORTED);
	ok(strstr(err.message, "BROTLI") != NULL);
	ok(codec_decompress((enum pq_codec)42, "x", 1, out, 8, &err) == FLOW_EUNSUPPORTED);
	ok(strstr(err.message, "42") != NULL);
	ok(pq_codec_name(-1) == NULL && pq_codec_name(8) == NULL);
	is_str(pq_codec_name(PQ_LZ4_RAW), "LZ4_RAW");
}

int
main(void)
{
	foreign();
	wrong_sizes();
	round_trips();
	refused();
	return tap_done();
}
