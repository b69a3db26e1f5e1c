/* SPDX-License-Identifier: BSD-2-Clause */
/* Pages of a chunk much larger than what is read at once, laid out by hand. */
#include "parquet/page_source.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "parquet/crc.h"
#include "parquet/meta/thrift.h"
#include "tap.h"

#define PAGES 60

/* Where each page's body stands. */
static struct place {
	size_t offset, len;
} place[PAGES];

/* A data page with statistics of so many bytes, which readers step over. */
static void
add_page(struct buf *out, struct place *p, size_t len, size_t statistics)
{
	struct thrift_writer t = { .out = out };
	uint8_t *body = malloc(len + 1), *min = calloc(1, statistics + 1);

	for (size_t i = 0; i < len; i++)
		body[i] = (uint8_t)hash_mix64(out->len + i);
	thrift_begin(&t);
	thrift_i32(&t, 1, PAGE_DATA);
	thrift_i32(&t, 2, (int32_t)len);
	thrift_i32(&t, 3, (int32_t)len);
	thrift_i32(&t, 4, (int32_t)crc_page(body, len));
	thrift_struct_field(&t, 5);
	thrift_i32(&t, 1, (int32_t)(len % 1000));
	thrift_i32(&t, 2, ENCODING_PLAIN);
	thrift_i32(&t, 3, ENCODING_RLE);
	thrift_i32(&t, 4, ENCODING_RLE);
	if (statistics > 0) {
		thrift_struct_field(&t, 5);
		thrift_binary(&t, 6, min, statistics);
		thrift_end(&t);
	}
	thrift_end(&t);
	thrift_end(&t);
	*p = (struct place){ out->len, len };
	buf_append(out, body, len);
	free(body);
	free(min);
}

/* Small pages, ones larger than a window, empty ones, and some with long headers. */
static void
make(struct buf *out)
{
	static const size_t len[] = { 10, 37000, 0, 16384, 300000, 1, 131072, 9000, 70000, 600000 };
	static const size_t statistics[] = { 0, 0, 100, 3000, 0, 40000, 0 };

	for (size_t i = 0; i < PAGES; i++)
		add_page(out, &place[i], len[i % 10], statistics[i % 7]);
}

/* Whether page i is taken next, and its body and checksum are right. */
static bool
takes(struct page_source *s, const struct buf *chunk, size_t i)
{
	struct page_header h;
	const uint8_t *body;

	return page_source_next(s, &h, &body, NULL) == FLOW_OK && h.bytes == place[i].len &&
	    h.values == place[i].len % 1000 &&
	    (uint64_t)page_source_offset(s) == place[i].offset + place[i].len &&
	    memcmp(body, chunk->data + place[i].offset, place[i].len) == 0 &&
	    page_source_check(s, &h, body, NULL) == FLOW_OK;
}

static void
all_in_order(const struct pq_file *file, const struct file_chunk *chunk, const struct buf *bytes)
{
	struct page_source s = { .file = NULL };
	struct page_header h;
	const uint8_t *body;
	struct flow_error err;

	for (int turn = 0; turn < 2; turn++) {
		page_source_open(&s, file, chunk);
		ok(!page_source_is_drained(&s));
		for (size_t i = 0; i < PAGES; i++)
			ok(takes(&s, bytes, i));
		ok(page_source_is_drained(&s));
		ok(page_source_next(&s, &h, &body, &err) == FLOW_EFORMAT);
	}
	page_source_release(&s);
}

/* What was handed over stays, whatever is read afterwards. */
static void
kept(const struct pq_file *file, const struct file_chunk *chunk, const struct buf *bytes)
{
	struct page_source s = { .file = NULL };
	struct buf room = BUF_INIT;
	struct page_header h;
	const uint8_t *body;

	for (size_t first = 0; first < 10; first++) {
		page_source_open(&s, file, chunk);
		for (size_t i = 0; i < first; i++)
			ok(takes(&s, bytes, i));
		ok(page_source_next(&s, &h, &body, NULL) == FLOW_OK);
		page_source_keep(&s, &room);
		for (size_t i = first + 1; i < PAGES; i++)
			ok(takes(&s, bytes, i));
		ok(memcmp(body, bytes->data + place[first].offset, place[first].len) == 0);
	}
	buf_release(&room);
	page_source_release(&s);
}

/* Pages that are asked for, and none behind them. */
static void
some_only(const struct pq_file *file, const struct file_chunk *chunk, const struct buf *bytes)
{
	struct page_source s = { .file = NULL };
	struct page_header h;
	const uint8_t *body;

	page_source_open(&s, file, chunk);
	for (size_t i = 8; i < PAGES; i += 7) {
		size_t from = place[i - 1].offset + place[i - 1].len;

		page_source_range(&s, from, place[i].offset + place[i].len - from);
		ok(!page_source_is_drained(&s));
		ok(takes(&s, bytes, i));
		ok(page_source_is_drained(&s));
		ok(page_source_next(&s, &h, &body, NULL) == FLOW_EFORMAT);
	}
	page_source_release(&s);
}

/* A chunk that ends in the middle of its last page, at any byte of the end. */
static void
cut(const struct pq_file *file, struct file_chunk chunk, const struct buf *bytes)
{
	struct page_source s = { .file = NULL };
	struct page_header h;
	const uint8_t *body;
	enum flow_status st;

	for (int64_t less = 1; less < 70; less += 4) {
		chunk.bytes = (int64_t)(place[5].offset + place[5].len) - less;
		page_source_open(&s, file, &chunk);
		for (size_t i = 0; i < 5; i++)
			ok(takes(&s, bytes, i));
		st = page_source_next(&s, &h, &body, NULL);
		ok(st == FLOW_ETRUNCATED || st == FLOW_EFORMAT);
	}
	page_source_release(&s);
}

int
main(void)
{
	struct buf bytes = BUF_INIT;
	struct pq_file file = { .fd = -1 };
	struct file_chunk chunk = { .begin = 0 };

	make(&bytes);
	file.memory = bytes.data;
	file.bytes = bytes.len;
	chunk.bytes = (int64_t)bytes.len;
	all_in_order(&file, &chunk, &bytes);
	kept(&file, &chunk, &bytes);
	some_only(&file, &chunk, &bytes);
	cut(&file, chunk, &bytes);
	buf_release(&bytes);
	return tap_done();
}
