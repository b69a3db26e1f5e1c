/* SPDX-License-Identifier: BSD-2-Clause */
/* An index as it is laid out by hand, and others that nobody may believe. */
#include "parquet/dict/dict_index.h"

#include <string.h>
#include <zlib.h>

#include "base/bytes.h"
#include "tap.h"

/* The UUID, and pieces of the addresses from 10.0.0.1 and from 192.0.2.1 on. */
#define UUID "\xb5\xce\x6b\x8b\x00\x5e\x4a\x6d\xbc\x82\xe3\x1f\x75\x6d\x8e\x26"
#define BY_HAND UUID "\2\0\0\0" \
	"\0\0\0\0" "\1\0\0\0" "\0\0\0\0" "\0\0\0\0" "\x78\x56\x34\x12" "\x08" "10.0.0.1" \
	"\x90\0\0\0" "\x96\0\0\0" "\x0c\1\0\0" "\x15\0\0\0" "\4\3\2\1" "\x09" "192.0.2.1"
#define BY_HAND_BYTES (sizeof(BY_HAND) - 1)

/* Where numbers stand in it. */
#define PIECE_0 20
#define PIECE_1 (PIECE_0 + 21 + 8)

static struct page_header
header(const struct buf *extension)
{
	return (struct page_header){ .bytes = 300, .raw_bytes = 500, .values = 40,
		.extension = extension->data, .extension_bytes = extension->len };
}

/* With a checksum by zlib. */
static void
finish(struct buf *out)
{
	buf_append_le32(out, (uint32_t)crc32(0, out->data, (uInt)out->len));
}

static void
written(void)
{
	static const struct dict_piece piece[] = {
		{ { 0, 1, 0 }, 0, 0x12345678, { "10.0.0.1", 8 } },
		{ { 0x90, 0x96, 0x10c }, 21, 0x01020304, { "192.0.2.1", 9 } },
	};
	struct buf want = BUF_INIT, got = BUF_INIT;

	buf_append(&want, BY_HAND, BY_HAND_BYTES);
	finish(&want);
	buf_append(&got, "-", 1);
	dict_index_write(piece, 2, &got);
	is_mem(got.data + 1, got.len - 1, want.data, want.len);
	buf_release(&want);
	buf_release(&got);
}

static void
read_back(void)
{
	struct dict_index index = { .count = 0 };
	struct buf bytes = BUF_INIT;
	struct page_header h;

	buf_append(&bytes, BY_HAND, BY_HAND_BYTES);
	finish(&bytes);
	h = header(&bytes);
	ok(dict_index_read(&index, PQ_LZ4_RAW, &h, NULL) == FLOW_OK);
	/* The index keeps what it needs. */
	memset(bytes.data, 0, bytes.len);
	is_uint(index.count, 2);
	is_uint(index.piece[0].lz4.in, 0);
	is_uint(index.piece[0].lz4.literals, 1);
	is_mem(index.piece[0].first.p, index.piece[0].first.len, "10.0.0.1", 8);
	is_uint(index.piece[1].lz4.in, 0x90);
	is_uint(index.piece[1].lz4.literals, 0x96);
	is_uint(index.piece[1].lz4.out, 0x10c);
	is_uint(index.piece[1].code, 21);
	is_uint(index.piece[1].crc, 0x01020304);
	is_mem(index.piece[1].first.p, index.piece[1].first.len, "192.0.2.1", 9);
	is_uint(index.piece[2].lz4.in, 300);
	is_uint(index.piece[2].lz4.literals, 300);
	is_uint(index.piece[2].lz4.out, 500);
	is_uint(index.piece[2].code, 40);
	buf_release(&bytes);
	dict_index_release(&index);
}

/* None, somebody else's, and ours with any bit wrong. */
static void
others(void)
{
	struct dict_index index = { .count = 1 };
	struct buf bytes = BUF_INIT;
	struct page_header h = header(&bytes);
	size_t i;

	ok(dict_index_read(&index, PQ_LZ4_RAW, &h, NULL) == FLOW_OK && index.count == 0);
	buf_append(&bytes, "something else", 14);
	h = header(&bytes);
	ok(dict_index_read(&index, PQ_LZ4_RAW, &h, NULL) == FLOW_OK && index.count == 0);
	buf_clear(&bytes);
	buf_append(&bytes, BY_HAND, BY_HAND_BYTES);
	finish(&bytes);
	h = header(&bytes);
	for (i = 0; i < bytes.len * 8; i++) {
		enum flow_status st;

		bytes.data[i / 8] ^= (uint8_t)(1 << i % 8);
		st = dict_index_read(&index, PQ_LZ4_RAW, &h, NULL);
		ok(index.count == 0 && (i < 128 ? st == FLOW_OK : st == FLOW_ECORRUPT));
		bytes.data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (i = 16; i < bytes.len; i++) {
		h.extension_bytes = i;
		ok(dict_index_read(&index, PQ_LZ4_RAW, &h, NULL) == FLOW_ECORRUPT && index.count == 0);
	}
	buf_release(&bytes);
	dict_index_release(&index);
}

/* One number another, with a checksum that is right. */
static void
contradicting(void)
{
	static const struct {
		size_t at;
		uint32_t number;
	} wrong[] = {
		{ 16, 0 }, { 16, 1 }, { 16, 3 }, { 16, UINT32_MAX },
		{ PIECE_0, 1 }, { PIECE_0 + 4, 0 }, { PIECE_0 + 4, 0x91 }, { PIECE_0 + 8, 1 },
		{ PIECE_0 + 12, 1 },
		{ PIECE_1, 0 }, { PIECE_1, 0x97 }, { PIECE_1, UINT32_MAX },
		{ PIECE_1 + 4, 0x8f }, { PIECE_1 + 4, 300 }, { PIECE_1 + 4, 301 },
		{ PIECE_1 + 8, 0 }, { PIECE_1 + 8, 500 }, { PIECE_1 + 12, 0 }, { PIECE_1 + 12, 40 },
	};
	struct dict_index index = { .count = 0 };
	struct buf bytes = BUF_INIT;
	struct page_header h;

	for (size_t i = 0; i <= sizeof(wrong) / sizeof(wrong[0]); i++) {
		buf_clear(&bytes);
		buf_append(&bytes, BY_HAND, BY_HAND_BYTES);
		if (i < sizeof(wrong) / sizeof(wrong[0]))
			store_le32(bytes.data + wrong[i].at, wrong[i].number);
		else
			memcpy(bytes.data + PIECE_1 + 21, "10.0.0.01", 9);	/* below the one before */
		finish(&bytes);
		h = header(&bytes);
		ok(dict_index_read(&index, PQ_LZ4_RAW, &h, NULL) == FLOW_EFORMAT && index.count == 0);
	}
	buf_release(&bytes);
	dict_index_release(&index);
}

int
main(void)
{
	written();
	read_back();
	others();
	contradicting();
	return tap_done();
}
