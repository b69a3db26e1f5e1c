/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The input is a file.  Property: a column read in other pieces, some of them
 * skipped, has the same rows as read at once, or fails too.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bitmap.h"
#include "base/text.h"
#include "parquet/chunk_read.h"

#define ROWS 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool good)
{
	if (!good)
		abort();
}

/* The rows as they were read first. */
struct rows {
	uint64_t number[ROWS];
	uint64_t valid[BITMAP_WORDS(ROWS)];
	struct flow_text text[ROWS];
};

static bool
read_some(struct pq_chunk_reader *r, unsigned width, size_t n, bool few, struct rows *rows)
{
	uint32_t codes[ROWS], count = 0;
	const struct flow_text *text = NULL;
	bool nulls;

	if (width > 0)
		return pq_chunk_reader_numbers(r, n, rows->number, rows->valid, &nulls, NULL) == FLOW_OK;
	if (pq_chunk_reader_codes(r, n, codes, rows->valid, &nulls, NULL) != FLOW_OK)
		return false;
	if (!few && pq_chunk_reader_texts(r, &text, &count, NULL) != FLOW_OK)
		return false;
	for (size_t i = 0; i < n; i++) {
		rows->text[i] = (struct flow_text){ "", 0 };
		if (!bitmap_get(rows->valid, i))
			continue;
		must(few || codes[i] < count);
		if (!few)
			rows->text[i] = text[codes[i]];
		else if (pq_chunk_reader_text(r, codes[i], &rows->text[i], NULL) != FLOW_OK)
			return false;
	}
	return true;
}

static void
same(const struct rows *whole, size_t at, const struct rows *some, size_t n, unsigned width)
{
	for (size_t i = 0; i < n; i++) {
		const struct flow_text *a = &whole->text[at + i], *b = &some->text[i];

		must(bitmap_get(whole->valid, at + i) == bitmap_get(some->valid, i));
		if (width == 8)
			must(whole->number[at + i] == some->number[i]);
		else if (width == 0)
			must(text_compare(a, b) == 0);
	}
}

static void
in_pieces(const struct pq_file *f, size_t group, size_t column, unsigned width, bool few,
    size_t rows, const struct rows *whole)
{
	struct pq_chunk_reader *r = pq_chunk_reader_new();
	struct rows *some = malloc(sizeof(*some));
	size_t at = 0, turn = 0;
	bool good = true;

	must(r != NULL && some != NULL);
	must(pq_chunk_reader_open(r, f, group, column, width, NULL) == FLOW_OK);
	if (few)
		pq_chunk_reader_want_few(r, rows > 0 ? &whole->text[0] : NULL);
	while (at < rows && good) {
		size_t n = 1 + turn * 7 % 60;

		n = n < rows - at ? n : rows - at;
		if (turn++ % 3 == 0)
			good = pq_chunk_reader_skip(r, n, NULL) == FLOW_OK;
		else if ((good = read_some(r, width, n, few, some)))
			same(whole, at, some, n, width);
		at += n;
	}
	/* liblz4 takes a match of no distance, which lz4_piece.h does not. */
	must(good || few);
	free(some);
	pq_chunk_reader_free(r);
}

static void
read_column(const struct pq_file *f, size_t group, size_t column)
{
	static const unsigned widths[] = { 0, 8, 1, 2, 4 };
	uint64_t left = pq_file_group_rows(f, group);
	size_t rows = left < ROWS ? (size_t)left : ROWS;
	struct pq_chunk_reader *r = pq_chunk_reader_new();
	struct rows *whole = malloc(sizeof(*whole));
	struct flow_error err;

	must(r != NULL && whole != NULL);
	for (size_t w = 0; w < 5; w++) {
		unsigned width = widths[w];

		if (pq_chunk_reader_open(r, f, group, column, width, &err) != FLOW_OK)
			continue;
		if (read_some(r, width, rows, false, whole)) {
			if (width == 0 || width == 8)
				in_pieces(f, group, column, width, false, rows, whole);
			if (width == 0)
				in_pieces(f, group, column, width, true, rows, whole);
		}
	}
	free(whole);
	pq_chunk_reader_free(r);
}

static void
look(const struct pq_file *f, size_t group, size_t column)
{
	struct pq_bounds bounds;
	const struct flow_text text = { "192.0.2.1", 9 };
	struct pq_pages *pages = NULL;
	uint64_t first, end, last = 0;
	bool may;

	pq_file_bounds(f, group, column, &bounds);
	if (pq_bloom_may_hold(f, group, column, &text, 1, &may, NULL) != FLOW_OK)
		return;
	if (pq_pages_read(f, group, column, &pages, NULL) != FLOW_OK || pages == NULL)
		return;
	for (size_t i = 0; i < pq_pages_count(pages); i++) {
		pq_pages_rows(pages, i, &first, &end);
		pq_pages_bounds(pages, i, &bounds);
		must(first == last && end > first);
		last = end;
	}
	must(last == pq_file_group_rows(f, group));
	pq_pages_free(pages);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct flow_error err;
	struct pq_file *f;

	if (pq_file_open_memory(data, len, &f, &err) != FLOW_OK)
		return 0;
	for (size_t g = 0; g < pq_file_groups(f) && g < 4; g++) {
		for (size_t c = 0; c < pq_file_columns(f) && c < 16; c++) {
			look(f, g, c);
			read_column(f, g, c);
		}
	}
	pq_file_close(f);
	return 0;
}
