/* SPDX-License-Identifier: BSD-2-Clause */
/* Page indexes and Bloom filters with a wrong bit: --verify sees whatever could lose a row. */
#include "store/verify.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "parquet/crc.h"
#include "parquet/file_inner.h"
#include "parquet/meta/page_header.h"
#include "parquet/meta/page_index.h"
#include "record/builder.h"
#include "store/writer.h"
#include "tap.h"

/* More than a page of 64-bit numbers. */
#define ROWS 40000

static char folder[] = "/tmp/test_verify.XXXXXX";
static char path[64];

/* Some number below a million. */
static int64_t
noise(size_t i)
{
	return (int64_t)(i * 2654435761u % 1000000);
}

static int64_t
bytes_of(size_t i)
{
	return (int64_t)i * 1000003 + noise(i);
}

static int64_t
packets_of(size_t i)
{
	return (int64_t)(ROWS - i) * 1000003 - noise(i);
}

/* Bytes ascend, packets descend; every third row has an interface, but none from row 20000 on. */
static void
write_file(enum flow_codec codec)
{
	struct flow_writer_options options = FLOW_WRITER_OPTIONS_INIT;
	struct flow_builder *b = flow_builder_new();
	struct flow_writer *w;
	bool good = flow_builder_reserve(b, ROWS) == FLOW_OK;
	int64_t *bytes = flow_builder_flat(b, FLOW_FIELD_BYTES, ROWS);
	int64_t *packets = flow_builder_flat(b, FLOW_FIELD_PACKETS, ROWS);
	uint32_t *in_if = flow_builder_flat(b, FLOW_FIELD_IN_IF, ROWS);
	struct addr *src = flow_builder_flat(b, FLOW_FIELD_SRC_ADDR, ROWS);

	for (size_t i = 0; i < ROWS; i++) {
		bytes[i] = bytes_of(i);
		packets[i] = packets_of(i);
		in_if[i] = (uint32_t)(i * i % 1009);
		if (i % 3 != 0 || i >= 20000)
			good = good && flow_builder_null(b, FLOW_FIELD_IN_IF, i) == FLOW_OK;
		src[i] = addr_from_v4(0xc0000200u + (uint32_t)(i % 40));
	}
	flow_builder_commit(b, ROWS);
	ok(good);
	options.codec = codec;
	ok(flow_writer_open(path, &options, &w, NULL) == FLOW_OK);
	ok(flow_writer_batch(w, flow_builder_batch(b), NULL, NULL) == FLOW_OK);
	ok(flow_writer_close(w, NULL) == FLOW_OK);
	flow_builder_free(b);
}

/* The chunk of a column of the one row group; the file stays open behind *f. */
static const struct file_chunk *
chunk_of(int fd, const char *name, struct pq_file **f, size_t *column)
{
	ok(pq_file_open(fd, f, NULL) == FLOW_OK);
	is_uint(pq_file_groups(*f), 1);
	for (*column = 0; strcmp(pq_file_column(*f, *column)->name, name) != 0; (*column)++)
		;
	return &(*f)->group[0].chunk[*column];
}

/* Whether the file is good with a bit of it turned; the message, if it is not. */
static bool
is_good_with(int fd, int64_t at, unsigned bit, char *message)
{
	struct flow_error err = { .message = "" };
	uint64_t rows;
	uint8_t was, wrong;
	bool good;

	if (pread(fd, &was, 1, at) != 1)
		return false;
	wrong = (uint8_t)(was ^ 1u << bit);
	good = pwrite(fd, &wrong, 1, at) == 1 && flow_verify(path, &rows, &err) == FLOW_OK;
	if (pwrite(fd, &was, 1, at) != 1)
		return false;
	(void)snprintf(message, sizeof(err.message), "%s", err.message);
	return good;
}

/* Whether the offset index of a chunk, with that bit turned, says the same as before. */
static bool
says_the_same(int fd, const struct pq_file *f, const struct file_chunk *chunk, int64_t at,
    unsigned bit)
{
	struct page_places was = { .count = 0 }, is = { .count = 0 };
	uint8_t right, wrong;
	bool same;

	ok(page_places_read(&was, f, chunk, ROWS, NULL) == FLOW_OK);
	ok(pread(fd, &right, 1, at) == 1);
	wrong = (uint8_t)(right ^ 1u << bit);
	ok(pwrite(fd, &wrong, 1, at) == 1);
	same = page_places_read(&is, f, chunk, ROWS, NULL) == FLOW_OK && is.count == was.count;
	for (size_t i = 0; i < is.count && same; i++)
		same = is.place[i].offset == was.place[i].offset && is.place[i].bytes == was.place[i].bytes &&
		    is.place[i].first_row == was.place[i].first_row;
	ok(pwrite(fd, &right, 1, at) == 1);
	page_places_release(&was);
	page_places_release(&is);
	return same;
}

/* Any wrong bit is seen, but for one that changes nothing, such as the width of a number. */
static void
test_offset_index(int fd, const char *name, size_t pages)
{
	char message[sizeof(((struct flow_error *)0)->message)];
	size_t column, unseen = 0, seen = 0, named = 0;
	const struct file_chunk *chunk;
	const struct file_place *place;
	struct pq_file *f;

	chunk = chunk_of(fd, name, &f, &column);
	place = &chunk->offset_index;
	ok(place->bytes >= (int64_t)(7 * pages));
	for (int64_t i = 0; i < place->bytes; i++) {
		int64_t at = place->offset + i;

		if (is_good_with(fd, at, (unsigned)i % 8, message)) {
			unseen += !says_the_same(fd, f, chunk, at, (unsigned)i % 8);
			continue;
		}
		seen++;
		named += strstr(message, path) != NULL && strstr(message, name) != NULL;
	}
	is_uint(unseen, 0);
	ok(seen > (size_t)place->bytes / 2);
	is_uint(named, seen);
	pq_file_close(f);
}

/* Page i of a column, whose first value is `first` and last is `last`, one of them the least. */
static bool
holds(const struct pq_bounds *b, int64_t first, int64_t last)
{
	return b->has_bounds && b->min <= (first < last ? first : last) &&
	    b->max >= (first < last ? last : first) && (!b->has_null_count || b->null_count == 0);
}

/* What is not seen does no harm: bounds that are wider, or an order that is not told. */
static void
test_column_index(int fd, const char *name, int64_t (*value)(size_t))
{
	char message[sizeof(((struct flow_error *)0)->message)];
	size_t column, seen = 0, harm = 0;
	const struct file_place *place;
	struct pq_file *f;

	place = &chunk_of(fd, name, &f, &column)->column_index;
	ok(place->bytes > 40);
	for (int64_t i = 0; i < place->bytes; i++) {
		struct pq_pages *pages;
		uint8_t was, wrong;

		if (!is_good_with(fd, place->offset + i, (unsigned)i % 8, message)) {
			seen++;
			continue;
		}
		if (pread(fd, &was, 1, place->offset + i) != 1)
			continue;
		wrong = (uint8_t)(was ^ 1u << (unsigned)i % 8);
		ok(pwrite(fd, &wrong, 1, place->offset + i) == 1);
		ok(pq_pages_read(f, 0, column, &pages, NULL) == FLOW_OK);
		for (size_t p = 0; pages != NULL && p < pq_pages_count(pages); p++) {
			struct pq_bounds b;
			uint64_t first, end;

			pq_pages_rows(pages, p, &first, &end);
			pq_pages_bounds(pages, p, &b);
			harm += !holds(&b, value(first), value(end - 1));
		}
		pq_pages_free(pages);
		ok(pwrite(fd, &was, 1, place->offset + i) == 1);
	}
	is_uint(harm, 0);
	ok(seen > (size_t)place->bytes / 2);
	pq_file_close(f);
}

/* The index says of each page how many nulls it has, and whether it has anything else. */
static void
test_nulls(int fd)
{
	char message[sizeof(((struct flow_error *)0)->message)];
	struct pq_pages *pages;
	struct pq_bounds b;
	struct pq_file *f;
	size_t column, said = 0, count;
	const struct file_place *place = &chunk_of(fd, "in_if", &f, &column)->column_index;
	uint64_t first, end;

	ok(pq_pages_read(f, 0, column, &pages, NULL) == FLOW_OK && pages != NULL);
	count = pq_pages_count(pages);
	pq_pages_rows(pages, count - 1, &first, &end);
	pq_pages_bounds(pages, count - 1, &b);
	ok(count > 1 && first >= 20000 && end == ROWS);
	ok(!b.has_bounds && b.has_null_count && b.null_count == end - first);
	pq_pages_free(pages);
	for (int64_t i = 0; i < place->bytes; i++)
		if (!is_good_with(fd, place->offset + i, 1, message))
			said += strstr(message, "nulls, its column index says") != NULL;
	/* A number of nulls takes two or three bytes for each page. */
	ok(said >= count && said <= 4 * count);
	pq_file_close(f);
}

/* Each bit that is set is of an address that is there; one more only makes a false positive. */
static void
test_bloom(int fd)
{
	char message[sizeof(((struct flow_error *)0)->message)];
	size_t column, set = 0, wrong = 0;
	const struct file_chunk *chunk;
	struct pq_file *f;
	uint8_t bits[32];
	int64_t at;

	chunk = chunk_of(fd, "src_addr", &f, &column);
	at = chunk->bloom_offset + chunk->bloom_bytes - 32;
	ok(chunk->bloom_bytes > 32 && pread(fd, bits, 32, at) == 32);
	for (unsigned i = 0; i < 256; i++) {
		bool is_set = bits[i / 8] >> i % 8 & 1;

		set += is_set;
		wrong += is_good_with(fd, at + i / 8, i % 8, message) == is_set;
		wrong += is_set && strstr(message, "src_addr: the Bloom filter does not know '192.0.2.") == NULL;
	}
	is_uint(wrong, 0);
	/* An address sets 8 bits; 40 of them have two blocks. */
	ok(set > 40 && set < 256);
	pq_file_close(f);
}

/* A number of the page header as Thrift has it. */
static void
append_i32(struct buf *out, uint32_t v)
{
	buf_append_varint(out, (uint64_t)((v << 1) ^ (0 - (v >> 31))));
}

/* Puts a new checksum in place of the old one, in a header; false if it takes more bytes, or fewer. */
static bool
replace_crc(struct buf *header, uint32_t was, uint32_t is)
{
	struct buf a = BUF_INIT, b = BUF_INIT;
	bool done = false;

	append_i32(&a, was);
	append_i32(&b, is);
	for (size_t i = 0; i + a.len <= header->len && !done && a.len == b.len; i++) {
		done = memcmp(header->data + i, a.data, a.len) == 0;
		if (done)
			memcpy(header->data + i, b.data, b.len);
	}
	buf_release(&a);
	buf_release(&b);
	return done;
}

/*
 * Exchanges entries 10 and 11 of ours, "192.0.2.18" and "192.0.2.19", with a checksum that is right:
 * a search for either, in a dictionary that is said to be sorted, might stop before it.
 */
static void
test_sorted(void)
{
	static const char entries[] = "\x0a\0\0\0" "192.0.2.18" "\x0a\0\0\0" "192.0.2.19";
	struct flow_error err = { .message = "" };
	int fd = open(path, O_RDWR);
	struct buf page = BUF_INIT;
	const struct file_chunk *chunk;
	struct page_header h;
	struct cursor in;
	struct pq_file *f;
	size_t column, head, at;
	uint64_t rows;

	chunk = chunk_of(fd, "src_addr", &f, &column);
	ok(buf_reserve(&page, (size_t)chunk->bytes));
	ok(pread(fd, page.data, (size_t)chunk->bytes, (off_t)chunk->begin) == chunk->bytes);
	in = cursor_make(page.data, (size_t)chunk->bytes);
	ok(page_header_read(&in, &h) && h.type == PAGE_DICTIONARY && h.is_sorted && h.has_crc);
	head = cursor_offset(&in);
	page.len = head + h.bytes;
	for (at = head; at + 28 < page.len && memcmp(page.data + at, entries, 28) != 0; at++)
		;
	ok(at + 28 < page.len);
	page.data[at + 13] = '9';
	page.data[at + 27] = '8';
	/* The header keeps its length but for one checksum in sixteen; these entries are lucky. */
	ok(replace_crc(&(struct buf){ page.data, head, head, false }, h.crc,
	    crc_page(page.data + head, h.bytes)));
	ok(pwrite(fd, page.data, page.len, (off_t)chunk->begin) == (ssize_t)page.len);
	ok(flow_verify(path, &rows, &err) == FLOW_ECORRUPT);
	ok(strstr(err.message, "src_addr") != NULL && strstr(err.message, "sorted") != NULL);
	buf_release(&page);
	pq_file_close(f);
	(void)close(fd);
}

int
main(void)
{
	struct flow_error err;
	uint64_t rows;
	int fd;

	ok(mkdtemp(folder) != NULL);
	(void)snprintf(path, sizeof(path), "%s/a.parquet", folder);
	write_file(FLOW_CODEC_LZ4);
	ok(flow_verify(path, &rows, &err) == FLOW_OK);
	is_uint(rows, ROWS);
	fd = open(path, O_RDWR);
	test_offset_index(fd, "bytes", 2);
	test_offset_index(fd, "in_if", 1);
	test_column_index(fd, "bytes", bytes_of);
	test_column_index(fd, "packets", packets_of);
	test_nulls(fd);
	test_bloom(fd);
	ok(flow_verify(path, &rows, &err) == FLOW_OK);
	(void)close(fd);
	(void)unlink(path);
	write_file(FLOW_CODEC_NONE);
	test_sorted();
	(void)unlink(path);
	(void)rmdir(folder);
	return tap_done();
}
