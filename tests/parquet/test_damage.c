/* SPDX-License-Identifier: BSD-2-Clause */
/* A file cut at any byte, or with any one bit wrong: an error or the same rows, never others. */
#include <stdlib.h>
#include <string.h>

#include "base/bitmap.h"
#include "base/bytes.h"
#include "parquet/chunk_read.h"
#include "parquet/file_write.h"
#include "tap.h"

#define ROWS 60
#define COLUMNS 4
#define TEXTS 5

static const struct pq_column column[COLUMNS] = {
	{ .name = "addr", .physical = PQ_BYTE_ARRAY, .logical = PQ_STRING, .required = false, .bloom = true },
	{ .name = "port", .physical = PQ_INT32, .logical = PQ_UINT_16, .required = true, .bloom = false },
	{ .name = "bytes", .physical = PQ_INT64, .logical = PQ_NONE, .required = true, .bloom = false },
	{ .name = "noise", .physical = PQ_INT64, .logical = PQ_UINT_64, .required = true, .bloom = false },
};
static const unsigned width[COLUMNS] = { 0, 2, 8, 8 };

static const struct flow_text text[TEXTS] = {
	{ "192.0.2.1", 9 }, { "192.0.2.2", 9 }, { "192.0.2.3", 9 }, { "2001:db8::1", 11 }, { "", 0 },
};

/* The rows, as they are written and as they are read. */
struct rows {
	uint64_t valid[BITMAP_WORDS(ROWS)];
	struct flow_text text[ROWS];
	uint32_t codes[ROWS];
	uint16_t port[ROWS];
	uint64_t bytes[ROWS], noise[ROWS];
};

static void
make(struct rows *r)
{
	memset(r, 0, sizeof(*r));
	for (size_t i = 0; i < ROWS; i++) {
		if (i % 7 != 3)
			bitmap_set(r->valid, i);
		r->codes[i] = (uint32_t)(i * i % TEXTS);
		r->text[i] = text[r->codes[i]];
		r->port[i] = (uint16_t)(i % 3 * 20000);
		r->bytes[i] = i * 1500;
		r->noise[i] = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
	}
}

static void
write_file(const struct rows *r, enum pq_codec codec, struct buf *out)
{
	const struct pq_values values[COLUMNS] = {
		{ .rows = ROWS, .valid = r->valid, .codes = r->codes, .texts = text, .text_count = TEXTS },
		{ .rows = ROWS, .width = 2, .numbers = r->port },
		{ .rows = ROWS, .width = 8, .numbers = r->bytes },
		{ .rows = ROWS, .width = 8, .numbers = r->noise },
	};
	struct pq_encode_options options = { .codec = codec };
	struct pq_chunk *chunk[COLUMNS];
	struct pq_writer *w;
	bool good = pq_writer_new_buf(out, column, COLUMNS, &w, NULL) == FLOW_OK;

	for (size_t c = 0; c < COLUMNS && good; c++)
		good = pq_chunk_encode(&column[c], &values[c], &options, &chunk[c], NULL) == FLOW_OK;
	good = good && pq_writer_group(w, chunk, ROWS, NULL) == FLOW_OK &&
	    pq_writer_finish(w, NULL) == FLOW_OK;
	ok(good);
	pq_writer_free(w);
}

static bool
read_column(struct pq_chunk_reader *r, const struct pq_file *f, size_t c, bool by_page,
    struct rows *rows)
{
	uint64_t valid[BITMAP_WORDS(ROWS)];
	void *const to[COLUMNS] = { NULL, rows->port, rows->bytes, rows->noise };
	const struct flow_text *texts;
	uint32_t count;
	bool nulls;

	if (pq_chunk_reader_open(r, f, 0, c, width[c], NULL) != FLOW_OK ||
	    (by_page && pq_chunk_reader_by_page(r, NULL) != FLOW_OK))
		return false;
	if (c > 0)
		return pq_chunk_reader_numbers(r, ROWS, to[c], valid, &nulls, NULL) == FLOW_OK;
	if (pq_chunk_reader_codes(r, ROWS, rows->codes, rows->valid, &nulls, NULL) != FLOW_OK ||
	    pq_chunk_reader_texts(r, &texts, &count, NULL) != FLOW_OK)
		return false;
	for (size_t i = 0; i < ROWS; i++)
		if (bitmap_get(rows->valid, i))
			rows->text[i] = texts[rows->codes[i]];
	return true;
}

/* Whether a column, if it can be read, has the rows that were written. */
static bool
fails_or_is(const struct pq_file *f, size_t c, bool by_page, const struct rows *want)
{
	struct pq_chunk_reader *r = pq_chunk_reader_new();
	struct rows got;
	bool good = true;

	memset(&got, 0, sizeof(got));
	if (read_column(r, f, c, by_page, &got)) {
		if (c == 1)
			good = memcmp(got.port, want->port, sizeof(got.port)) == 0;
		else if (c == 2)
			good = memcmp(got.bytes, want->bytes, sizeof(got.bytes)) == 0;
		else if (c == 3)
			good = memcmp(got.noise, want->noise, sizeof(got.noise)) == 0;
		for (size_t i = 0; i < ROWS && good && c == 0; i++)
			good = bitmap_get(got.valid, i) == bitmap_get(want->valid, i) &&
			    (!bitmap_get(got.valid, i) || (got.text[i].len == want->text[i].len &&
			    memcmp(got.text[i].p, want->text[i].p, got.text[i].len) == 0));
	}
	pq_chunk_reader_free(r);
	return good;
}

/* 0: it does not open; 1: its columns fail or are right; 2: one is wrong. */
static int
verdict(const uint8_t *bytes, size_t len, const struct rows *want)
{
	struct flow_error err = { .status = FLOW_OK };
	struct pq_file *f;
	int v = 1;

	if (pq_file_open_memory(bytes, len, &f, &err) != FLOW_OK) {
		if (err.status == FLOW_OK || err.message[0] == '\0')
			ok(false);
		return 0;
	}
	for (size_t c = 0; c < COLUMNS; c++)
		if (pq_file_columns(f) != COLUMNS || pq_file_groups(f) != 1 ||
		    pq_file_group_rows(f, 0) != ROWS || !fails_or_is(f, c, false, want) ||
		    !fails_or_is(f, c, true, want))
			v = 2;
	pq_file_close(f);
	return v;
}

static void
cut(const struct buf *file, const struct rows *want)
{
	size_t opened = 0;

	for (size_t len = 0; len < file->len; len++) {
		uint8_t *copy = malloc(len + 1);

		memcpy(copy, file->data, len);
		opened += verdict(copy, len, want) != 0;
		free(copy);
	}
	is_uint(opened, 0);
	is_int(verdict(file->data, file->len, want), 1);
}

/* Of pages every wrong bit is seen; the footer has no checksum: it must only not crash. */
static void
wrong_bits(const struct buf *file, const struct rows *want)
{
	size_t footer = file->len - 8 - load_le32(file->data + file->len - 8), wrong = 0;

	for (size_t bit = 0; bit < file->len * 8; bit++) {
		int v;

		file->data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		v = verdict(file->data, file->len, want);
		wrong += v == 2 && bit / 8 < footer;
		file->data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	is_uint(wrong, 0);
}

static void
not_parquet(void)
{
	static const char *const cases[] = { "", "PAR1", "PAR1\0\0\0\0PAR", "PAR1\0\0\0\0PAR1",
		"PAR1\1\0\0\0PAR1", "PAR1\xff\xff\xff\xffPAR1", "PAR1\0\0\0\0PARE",
		"a text, that is no Parquet file" };
	static const size_t len[] = { 0, 4, 11, 12, 12, 12, 12, 31 };
	struct flow_error err;
	struct pq_file *f;

	for (size_t i = 0; i < 8; i++) {
		enum flow_status st = pq_file_open_memory(cases[i], len[i], &f, &err);

		ok(st == (i == 6 ? FLOW_EUNSUPPORTED : FLOW_EFORMAT));
		ok(err.message[0] != '\0');
	}
}

int
main(void)
{
	static const enum pq_codec codecs[] = { PQ_UNCOMPRESSED, PQ_LZ4_RAW, PQ_GZIP };
	struct buf file = BUF_INIT;
	struct rows rows;

	make(&rows);
	for (size_t c = 0; c < 3; c++) {
		buf_clear(&file);
		write_file(&rows, codecs[c], &file);
		cut(&file, &rows);
		wrong_bits(&file, &rows);
	}
	not_parquet();
	buf_release(&file);
	return tap_done();
}
