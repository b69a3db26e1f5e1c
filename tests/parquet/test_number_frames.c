/* SPDX-License-Identifier: BSD-2-Clause */
/* Dictionaries of numbers in ZSTD frames: entries are those that were written, and other frames are left alone. */
#include "parquet/dict/number_frames.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "parquet/chunk.h"
#include "parquet/chunk_read.h"
#include "parquet/codec/zstandard.h"
#include "parquet/file_write.h"
#include "tap.h"

#define COUNT ((uint32_t)10000)

static struct codec_state state;

static uint64_t
entry(uint32_t i)
{
	return (uint64_t)i * 1000003 + i % 7;
}

static void
make_page(struct buf *page, unsigned bytes)
{
	for (uint32_t i = 0; i < COUNT; i++) {
		if (bytes == 4)
			buf_append_le32(page, (uint32_t)entry(i));
		else
			buf_append_le64(page, entry(i));
	}
}

/* The frame of an entry has it, and those beside it. */
static void
check_frames(unsigned bytes)
{
	struct buf page = BUF_INIT, packed = BUF_INIT;
	struct number_frames f = { .count = 0 };
	uint32_t first = 0, count = 0, covered = 0;
	bool good = true;

	make_page(&page, bytes);
	ok(number_frames_write(0, &state, page.data, page.len, bytes, &packed) == FLOW_OK);
	ok(number_frames_open(&f, packed.data, (uint32_t)packed.len, COUNT, bytes) == FLOW_OK);
	is_uint(f.count, (COUNT * bytes + NUMBER_FRAME_BYTES - 1) / NUMBER_FRAME_BYTES);
	for (size_t i = f.count; i-- > 0; covered += count)
		good = good && number_frames_read(&f, i, &state, &first, &count, NULL) == FLOW_OK &&
		    f.frame[i].is_read && number_frames_of(&f, first) == i &&
		    number_frames_of(&f, first + count - 1) == i &&
		    memcmp(f.room.data, page.data + (size_t)first * bytes, (size_t)count * bytes) == 0;
	ok(good);
	is_uint(covered, COUNT);
	/* One byte is wrong: that frame alone is. */
	packed.data[f.frame[1].in + 20] ^= 0x55;
	ok(number_frames_read(&f, 0, &state, &first, &count, NULL) == FLOW_OK);
	/* What is no such page, by its length, its entries or its frames. */
	ok(number_frames_open(&f, packed.data, f.frame[1].in, COUNT, bytes) == FLOW_OK && f.count == 0);
	ok(number_frames_open(&f, packed.data, (uint32_t)packed.len, COUNT - 1, bytes) == FLOW_OK && f.count == 0);
	ok(number_frames_open(&f, packed.data, (uint32_t)packed.len, COUNT + 1, bytes) == FLOW_OK && f.count == 0);
	ok(number_frames_open(&f, packed.data, (uint32_t)packed.len - 1, COUNT, bytes) == FLOW_OK && f.count == 0);
	ok(number_frames_open(&f, packed.data, 0, COUNT, bytes) == FLOW_OK && f.count == 0);
	buf_clear(&packed);
	ok(codec_compress(PQ_ZSTD, 0, &state, page.data, page.len, &packed) == FLOW_OK &&
	    number_frames_open(&f, packed.data, (uint32_t)packed.len, COUNT, bytes) == FLOW_OK && f.count == 0);
	buf_clear(&packed);
	ok(codec_compress(PQ_ZSTD, 0, &state, page.data, 800, &packed) == FLOW_OK &&
	    codec_compress(PQ_ZSTD, 0, &state, page.data + 800, page.len - 800, &packed) == FLOW_OK &&
	    number_frames_open(&f, packed.data, (uint32_t)packed.len, COUNT, bytes) == FLOW_OK && f.count == 0);
	number_frames_release(&f);
	buf_release(&page);
	buf_release(&packed);
}

#define ROWS ((size_t)100000)

static uint64_t
value(size_t row)
{
	return entry((uint32_t)(hash_mix64(row) % COUNT));
}

static bool
read_one(struct pq_chunk_reader *r, size_t row)
{
	uint64_t got = 0, valid[1] = { 0 };
	bool has_nulls;

	return pq_chunk_reader_numbers(r, 1, &got, valid, &has_nulls, NULL) == FLOW_OK && got == value(row);
}

/* Rows of a chunk one by one, then many at once. */
static void
check_chunk(const struct pq_file *file)
{
	struct pq_chunk_reader *r = pq_chunk_reader_new();
	uint64_t *many = calloc(ROWS, sizeof(*many)), *valid = calloc(ROWS / 64 + 1, sizeof(*valid));
	bool good = pq_chunk_reader_open(r, file, 0, 0, PQ_WANT_I64, NULL) == FLOW_OK &&
	    pq_chunk_reader_by_page(r, NULL) == FLOW_OK, has_nulls;
	size_t at = 0;

	pq_chunk_reader_want_few(r, NULL);
	for (size_t step = 1; at + step < ROWS / 2 && good; step = step * 5 / 4 + 1) {
		good = pq_chunk_reader_skip(r, step, NULL) == FLOW_OK && read_one(r, at + step);
		at += step + 1;
	}
	ok(good);
	ok(pq_chunk_reader_numbers(r, ROWS - at, many, valid, &has_nulls, NULL) == FLOW_OK && !has_nulls);
	for (size_t i = at; i < ROWS; i++)
		good = good && many[i - at] == value(i);
	ok(good);
	pq_chunk_reader_free(r);
	free(many);
	free(valid);
}

static void
check_file(void)
{
	const struct pq_column column = { .name = "x", .physical = PQ_INT64, .logical = PQ_INT_64, .required = true };
	const struct pq_encode_options options = { .codec = PQ_ZSTD };
	uint64_t *number = calloc(ROWS, sizeof(*number));
	struct pq_values values = { .rows = ROWS, .width = 8, .numbers = number };
	struct pq_chunk *chunk = NULL;
	struct pq_writer *w = NULL;
	struct pq_file *file = NULL;
	struct buf bytes = BUF_INIT;

	for (size_t i = 0; i < ROWS; i++)
		number[i] = value(i);
	ok(pq_writer_new_buf(&bytes, &column, 1, &w, NULL) == FLOW_OK &&
	    pq_chunk_encode(&column, &values, &options, &chunk, NULL) == FLOW_OK && chunk->has_dictionary &&
	    pq_writer_group(w, &chunk, ROWS, NULL) == FLOW_OK && pq_writer_finish(w, NULL) == FLOW_OK);
	pq_writer_free(w);
	ok(pq_file_open_memory(bytes.data, bytes.len, &file, NULL) == FLOW_OK);
	check_chunk(file);
	pq_file_close(file);
	buf_release(&bytes);
	free(number);
}

int
main(void)
{
	if (!zstandard_is_here()) {
		tap_skip("built without libzstd");
		return tap_done();
	}
	check_frames(4);
	check_frames(8);
	check_file();
	codec_state_release(&state);
	return tap_done();
}
