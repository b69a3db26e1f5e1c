/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole files in memory: what is written is read back, in pieces of any size. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bitmap.h"
#include "base/bytes.h"
#include "parquet/chunk_read.h"
#include "parquet/file_inner.h"
#include "parquet/file_write.h"
#include "tap.h"

/* Shapes of data; those of texts have as many distinct ones. */
enum shape { EQUAL, FEW, RISING, NOISE, EXTREMES, SHAPES };

struct series {
	size_t rows;
	enum shape shape;
	unsigned nulls;		/* of 8 rows */
	unsigned width;		/* 0: text */
};

struct held {
	uint8_t *narrow;
	uint64_t *valid;
	uint32_t *codes;
	struct flow_text *texts;
	char *bytes;
	struct pq_values values;
};

static const char *const shape_name[] = { "equal", "few", "rising", "noise", "extremes" };

static uint64_t
mix(uint64_t x)
{
	x = (x + 1) * UINT64_C(0x9e3779b97f4a7c15);
	x ^= x >> 31;
	return x * UINT64_C(0xbf58476d1ce4e5b9);
}

static uint64_t
number(enum shape shape, size_t i)
{
	switch (shape) {
	case EQUAL:
		return 77;
	case FEW:
		return mix(i) % 5 * 50;
	case RISING:
		return i * 3 + mix(i) % 2;
	case EXTREMES:
		return i % 3 == 0 ? UINT64_MAX : i % 3 == 1 ? 0 : UINT64_C(1) << 63;
	default:
		return mix(i);
	}
}

static void
make_texts(struct held *h, const struct series *s)
{
	size_t distinct = s->shape == EQUAL ? 1 : s->shape == FEW ? 5 : s->rows;
	char *at = h->bytes = malloc(distinct * 100 + 1);

	h->texts = calloc(distinct + 2, sizeof(*h->texts));
	for (size_t i = 0; i < distinct; i++) {
		int len = sprintf(at, "%s%" PRIu64, s->shape == EXTREMES && i % 5 == 0 ?
		    "a long text that does not fit the sixty-four bytes that bounds may have: " : "",
		    number(s->shape, i));

		if (s->shape == EXTREMES && i % 7 == 1)
			len = 0;
		h->texts[i] = (struct flow_text){ at, (uint32_t)len };
		at += len;
	}
	/* One that no row uses, which must not be bounds. */
	h->texts[distinct] = (struct flow_text){ "~~~", 3 };
	h->codes = calloc(s->rows + 1, sizeof(*h->codes));
	for (size_t i = 0; i < s->rows; i++)
		h->codes[i] = (uint32_t)(mix(i * 3) % distinct);
	h->values.codes = h->codes;
	h->values.texts = h->texts;
	h->values.text_count = (uint32_t)distinct + 1;
}

static void
make_numbers(struct held *h, const struct series *s)
{
	h->narrow = malloc((s->rows + 1) * 8);
	for (size_t i = 0; i < s->rows; i++) {
		uint64_t v = number(s->shape, i);

		if (s->width == 1)
			h->narrow[i] = (uint8_t)v;
		else if (s->width == 2)
			((uint16_t *)(void *)h->narrow)[i] = (uint16_t)v;
		else if (s->width == 4)
			((uint32_t *)(void *)h->narrow)[i] = (uint32_t)v;
		else
			((uint64_t *)(void *)h->narrow)[i] = v;
	}
	h->values.width = s->width;
	h->values.numbers = h->narrow;
}

static void
make(struct held *h, const struct series *s)
{
	*h = (struct held){ .values = { .rows = s->rows } };
	if (s->nulls > 0) {
		h->valid = calloc(BITMAP_WORDS(s->rows) + 1, sizeof(uint64_t));
		for (size_t i = 0; i < s->rows; i++)
			if (mix(i + 99) % 8 >= s->nulls)
				bitmap_set(h->valid, i);
		h->values.valid = h->valid;
	}
	if (s->width == 0)
		make_texts(h, s);
	else
		make_numbers(h, s);
}

static void
release(struct held *h)
{
	free(h->narrow);
	free(h->valid);
	free(h->codes);
	free(h->texts);
	free(h->bytes);
}

static struct pq_column
column_for(const struct series *s)
{
	static const enum pq_logical logical[] = { [1] = PQ_UINT_8, [2] = PQ_UINT_16,
		[4] = PQ_UINT_32, [8] = PQ_UINT_64 };

	return (struct pq_column){ .name = "x", .bloom = true,
		.physical = s->width == 0 ? PQ_BYTE_ARRAY : s->width == 8 ? PQ_INT64 : PQ_INT32,
		.logical = s->width == 0 ? PQ_STRING : logical[s->width],
		.required = s->nulls == 0 };
}

/* Two row groups of the same column, and a key. */
static bool
write_file(const struct series *s, const struct held *h, enum pq_codec codec, struct buf *out)
{
	struct pq_encode_options options = { .codec = codec };
	struct pq_column column = column_for(s);
	struct pq_writer *w = NULL;
	bool good = pq_writer_new_buf(out, &column, 1, &w, NULL) == FLOW_OK;

	for (int g = 0; g < 2 && good; g++) {
		struct pq_chunk *chunk = NULL;

		good = pq_chunk_encode(&column, &h->values, &options, &chunk, NULL) == FLOW_OK &&
		    pq_writer_group(w, &chunk, s->rows, NULL) == FLOW_OK;
	}
	good = good && pq_writer_key_value(w, "k", "old", 3, NULL) == FLOW_OK &&
	    pq_writer_key_value(w, "k", "value", 5, NULL) == FLOW_OK &&
	    pq_writer_finish(w, NULL) == FLOW_OK && pq_writer_bytes(w) == out->len;
	pq_writer_free(w);
	return good;
}

static bool
row_is(const struct series *s, const struct held *h, size_t row, bool present,
    const uint8_t *number)
{
	bool want = h->valid == NULL || bitmap_get(h->valid, row);

	if (present != want || !want || s->width == 0)
		return present == want;
	return memcmp(number, h->narrow + row * s->width, s->width) == 0;
}

/* Where all are wanted, one by one or at once. */
static bool
texts_are(const struct held *h, struct pq_chunk_reader *r, size_t at, size_t n,
    const uint32_t *codes, bool few)
{
	const struct flow_text *text = NULL;
	uint32_t texts = 0;
	bool good = few || pq_chunk_reader_texts(r, &text, &texts, NULL) == FLOW_OK;

	for (size_t i = 0; i < n && good; i++) {
		struct flow_text t = { "", 0 };

		if (h->valid != NULL && !bitmap_get(h->valid, at + i)) {
			good = codes[i] == 0;
			continue;
		}
		good = few ? pq_chunk_reader_text(r, codes[i], &t, NULL) == FLOW_OK : codes[i] < texts;
		if (good && !few)
			t = text[codes[i]];
		good = good && text_compare(&t, &h->texts[h->codes[at + i]]) == 0;
	}
	return good;
}

/* Whether rows have a code that is told to be of the text if, and only if, they have the text. */
static bool
sought_is(const struct held *h, const struct pq_chunk_reader *r, size_t at, size_t n,
    const uint32_t *codes, const struct flow_text *sought)
{
	uint32_t code[TEXT_DICT_HITS_MAX];
	size_t count, k;

	if (!pq_chunk_reader_sought(r, code, &count))
		return true;
	for (size_t i = 0; i < n; i++) {
		bool is = false;

		if (h->valid != NULL && !bitmap_get(h->valid, at + i))
			continue;
		for (k = 0; k < count; k++)
			is = is || codes[i] == code[k];
		if (is != (text_compare(&h->texts[h->codes[at + i]], sought) == 0))
			return false;
	}
	return true;
}

static bool
rows_are(const struct series *s, const struct held *h, struct pq_chunk_reader *r, size_t at,
    size_t n, const struct flow_text *sought)
{
	static const uint8_t zero[8];
	uint8_t *numbers = malloc(n * 8 + 8);
	uint32_t *codes = malloc(n * 4 + 4);
	uint64_t *valid = malloc(BITMAP_WORDS(n) * 8 + 8);
	bool has_nulls = true, good, all = true;

	good = s->width > 0 ?
	    pq_chunk_reader_numbers(r, n, numbers, valid, &has_nulls, NULL) == FLOW_OK :
	    pq_chunk_reader_codes(r, n, codes, valid, &has_nulls, NULL) == FLOW_OK;
	if (s->width == 0)
		good = good && (sought == NULL || sought_is(h, r, at, n, codes, sought)) &&
		    texts_are(h, r, at, n, codes, sought != NULL);
	for (size_t i = 0; i < n && good; i++) {
		bool present = bitmap_get(valid, i);

		all = all && present;
		if (s->width > 0 && !present)
			good = memcmp(numbers + i * s->width, zero, s->width) == 0;
		good = good && row_is(s, h, at + i, present, numbers + i * s->width);
	}
	good = good && has_nulls != all;
	free(numbers);
	free(codes);
	free(valid);
	return good;
}

enum how {
	EVERY,
	SKIPPING,	/* every third piece, of the whole chunk */
	BY_PAGE,	/* the same, reading page by page */
	FEW_TEXTS,	/* the same, asking for texts one by one, half of the chunk */
};

/* Reads a chunk in pieces of about `step` rows. */
static bool
chunk_is(const struct series *s, const struct held *h, const struct pq_file *f, size_t group,
    size_t step, enum how how)
{
	struct pq_chunk_reader *r = pq_chunk_reader_new();
	bool good = pq_chunk_reader_open(r, f, group, 0, s->width, NULL) == FLOW_OK;
	const struct flow_text *sought = how == FEW_TEXTS && s->width == 0 && s->rows > 0 ?
	    &h->texts[h->codes[s->rows / 3]] : NULL;

	if (how == BY_PAGE || how == FEW_TEXTS)
		good = good && pq_chunk_reader_by_page(r, NULL) == FLOW_OK;
	if (sought != NULL)
		pq_chunk_reader_want_few(r, sought);
	for (size_t at = 0, turn = 0; at < s->rows && good; turn++) {
		size_t n = step + mix(turn) % step;

		n = n < s->rows - at ? n : s->rows - at;
		if (how != EVERY && mix(turn) % 3 == 0)
			good = pq_chunk_reader_skip(r, n, NULL) == FLOW_OK;
		else
			good = rows_are(s, h, r, at, n, at < s->rows / 2 ? sought : NULL);
		at += n;
	}
	good = good && pq_chunk_reader_skip(r, 1, NULL) == FLOW_EINVAL;
	pq_chunk_reader_free(r);
	return good;
}

/* Bounds and null count of some rows, computed plainly. */
static bool
bounds_are(const struct series *s, const struct held *h, size_t from, size_t to,
    const struct pq_bounds *b)
{
	uint64_t min = UINT64_MAX, max = 0, nulls = 0;

	for (size_t i = from; i < to; i++) {
		uint64_t v = s->width == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * s->width) - 1;

		v &= number(s->shape, i);

		if (h->valid != NULL && !bitmap_get(h->valid, i)) {
			nulls++;
			continue;
		}
		min = v < min ? v : min;
		max = v > max ? v : max;
	}
	return b->has_null_count && b->null_count == nulls && b->has_bounds == (nulls < to - from) &&
	    (!b->has_bounds || ((uint64_t)b->min == min && (uint64_t)b->max == max));
}

/* The page index: pages follow each other, and each has the bounds of its rows. */
static bool
pages_are(const struct series *s, const struct held *h, const struct pq_file *f)
{
	struct pq_pages *pages = NULL;
	uint64_t first, end, at = 0;
	struct pq_bounds b;
	bool good = pq_pages_read(f, 1, 0, &pages, NULL) == FLOW_OK;

	/* A chunk without rows has no pages. */
	if (good && s->rows == 0)
		return pages == NULL;
	good = good && pages != NULL;
	for (size_t i = 0; good && i < pq_pages_count(pages); i++) {
		pq_pages_rows(pages, i, &first, &end);
		pq_pages_bounds(pages, i, &b);
		good = first == at && end > first && bounds_are(s, h, (size_t)first, (size_t)end, &b);
		at = end;
	}
	good = good && at == s->rows;
	pq_pages_free(pages);
	return good;
}

static bool
text_bounds_hold(const struct series *s, const struct held *h, const struct pq_file *f)
{
	struct pq_bounds b;
	bool good = true, may = false;
	char max[101] = "", text[101];

	pq_file_bounds(f, 0, 0, &b);
	if (b.has_bounds)
		memcpy(max, b.max_text.p, b.max_text.len);
	for (size_t i = 0; i < s->rows && good; i++) {
		const struct flow_text *t = &h->texts[h->codes[i]];

		if (h->valid != NULL && !bitmap_get(h->valid, i))
			continue;
		memset(text, 0, sizeof(text));
		memcpy(text, t->p, t->len);
		good = (!b.has_bounds || strcmp(text, max) <= 0) &&
		    pq_bloom_may_hold(f, 0, 0, t, 1, &may, NULL) == FLOW_OK && may;
	}
	return good && strcmp(max, "~~~") != 0;
}

static bool
file_is(const struct series *s, const struct held *h, const struct buf *file)
{
	struct pq_file *f = NULL;
	bool good = pq_file_open_memory(file->data, file->len, &f, NULL) == FLOW_OK;
	const char *value = NULL;
	struct pq_bounds whole;
	size_t len = 0;

	if (!good)
		return false;
	pq_file_bounds(f, 1, 0, &whole);
	value = pq_file_key_value(f, "k", &len);
	good = pq_file_rows(f) == 2 * s->rows && pq_file_groups(f) == 2 && pq_file_columns(f) == 1 &&
	    value != NULL && len == 5 && memcmp(value, "value", 5) == 0 &&
	    pq_file_key_value(f, "other", &len) == NULL;
	good = good && chunk_is(s, h, f, 0, s->rows + 1, EVERY) && chunk_is(s, h, f, 1, 8192, EVERY) &&
	    chunk_is(s, h, f, 1, 1000, SKIPPING) && chunk_is(s, h, f, 0, 20000, SKIPPING) &&
	    (s->rows > 3000 || chunk_is(s, h, f, 0, 1, SKIPPING));
	good = good && chunk_is(s, h, f, 0, 1000, BY_PAGE) && chunk_is(s, h, f, 1, 20000, BY_PAGE) &&
	    (s->rows > 3000 || chunk_is(s, h, f, 0, 1, BY_PAGE));
	good = good && chunk_is(s, h, f, 0, 1000, FEW_TEXTS) && chunk_is(s, h, f, 1, 20000, FEW_TEXTS) &&
	    (s->rows > 3000 || chunk_is(s, h, f, 0, 1, FEW_TEXTS));
	good = good && (s->width > 0 ? bounds_are(s, h, 0, s->rows, &whole) && pages_are(s, h, f) :
	    text_bounds_hold(s, h, f));
	pq_file_close(f);
	return good;
}

static void
round_trip(const struct series *s)
{
	static const enum pq_codec codecs[] = { PQ_UNCOMPRESSED, PQ_LZ4_RAW, PQ_GZIP };
	struct buf file = BUF_INIT;
	struct held h;
	bool good;

	make(&h, s);
	for (size_t c = 0; c < 3; c++) {
		buf_clear(&file);
		good = write_file(s, &h, codecs[c], &file) && file_is(s, &h, &file);
		if (!good)
			printf("# %zu rows, %s, %u of 8 null, width %u, %s\n", s->rows,
			    shape_name[s->shape], s->nulls, s->width, pq_codec_name((int)codecs[c]));
		ok(good);
	}
	release(&h);
	buf_release(&file);
}

static void
round_trips(void)
{
	static const size_t rows[] = { 0, 1, 2, 100, 16383, 16385, 70000 };
	static const unsigned widths[] = { 0, 1, 2, 4, 8 }, nulls[] = { 0, 1, 7, 8 };

	for (size_t r = 0; r < 7; r++)
		for (unsigned shape = 0; shape < SHAPES; shape++)
			for (size_t w = 0; w < 5; w++) {
				/* Not every mixture: each null rate meets each shape and width. */
				size_t n = (r + shape + w) % 4;

				round_trip(&(struct series){ rows[r], (enum shape)shape, nulls[n],
				    widths[w] });
			}
}

/* A file on disk of one group that was written to memory, opened like another. */
static struct pq_file *
open_like(const struct buf *bytes, const struct pq_file *model, int *fd)
{
	char path[] = "/tmp/test_file.XXXXXX";
	struct pq_file *f = NULL;

	*fd = mkstemp(path);
	ok(*fd >= 0 && write(*fd, bytes->data, bytes->len) == (ssize_t)bytes->len &&
	    unlink(path) == 0);
	ok(pq_file_open_like(*fd, model, &f, NULL) == FLOW_OK);
	return f;
}

/* The model is closed before what is like it, or not like it, is read. */
static void
like_another(void)
{
	static const struct series s[2] = { { 100, NOISE, 0, 4 }, { 50, NOISE, 1, 0 } };
	struct buf file[2] = { BUF_INIT, BUF_INIT };
	struct pq_file *model, *f;
	struct held h[2];
	int fd[2];

	for (int i = 0; i < 2; i++) {
		make(&h[i], &s[i]);
		ok(write_file(&s[i], &h[i], PQ_LZ4_RAW, &file[i]));
	}
	for (int i = 0; i < 4; i++) {
		bool same = i / 2 == i % 2;

		model = open_like(&file[i / 2], NULL, &fd[0]);
		f = open_like(&file[i % 2], model, &fd[1]);
		ok(pq_file_has_schema_of(f, model) == same);
		pq_file_close(model);
		(void)close(fd[0]);
		is_uint(pq_file_columns(f), 1);
		is_str(pq_file_column(f, 0)->name, "x");
		ok(pq_file_column(f, 0)->logical == column_for(&s[i % 2]).logical);
		ok(pq_file_column(f, 0)->required == column_for(&s[i % 2]).required);
		pq_file_close(f);
		(void)close(fd[1]);
	}
	for (int i = 0; i < 2; i++) {
		release(&h[i]);
		buf_release(&file[i]);
	}
}

static bool
same_chunk(const struct file_chunk *a, const struct file_chunk *b)
{
	return a->physical == b->physical && a->codec == b->codec && a->values == b->values &&
	    a->bytes == b->bytes && a->data_offset == b->data_offset &&
	    a->dictionary_offset == b->dictionary_offset && a->bloom_offset == b->bloom_offset &&
	    a->offset_index.offset == b->offset_index.offset &&
	    a->column_index.offset == b->column_index.offset && a->begin == b->begin &&
	    a->encrypted == b->encrypted && a->elsewhere == b->elsewhere &&
	    a->stats.null_count == b->stats.null_count && a->stats.min_len == b->stats.min_len;
}

/* What a footer says of a chunk is the same whatever file it is read like. */
static void
chunks_like_others(void)
{
	static const enum pq_codec codecs[] = { PQ_LZ4_RAW, PQ_GZIP, PQ_UNCOMPRESSED };
	/* Texts, which shrink. */
	static const struct series s[2] = { { 9000, NOISE, 0, 0 }, { 70000, NOISE, 1, 0 } };
	struct buf file[6];
	struct pq_file *alone, *model, *f;
	struct held h;
	int fd[3];

	for (int i = 0; i < 6; i++) {
		file[i] = (struct buf)BUF_INIT;
		make(&h, &s[i / 3]);
		ok(write_file(&s[i / 3], &h, codecs[i % 3], &file[i]));
		release(&h);
	}
	for (int i = 0; i < 36; i++) {
		alone = open_like(&file[i % 6], NULL, &fd[0]);
		model = open_like(&file[i / 6], NULL, &fd[1]);
		f = open_like(&file[i % 6], model, &fd[2]);
		ok(alone->group[0].chunk[0].head_bytes > 0);
		ok(same_chunk(&alone->group[0].chunk[0], &f->group[0].chunk[0]));
		is_uint(f->group[0].chunk[0].head_bytes, alone->group[0].chunk[0].head_bytes);
		pq_file_close(alone);
		pq_file_close(model);
		pq_file_close(f);
		for (int k = 0; k < 3; k++)
			(void)close(fd[k]);
	}
	for (int i = 0; i < 6; i++)
		buf_release(&file[i]);
}

/* Nor is a damaged footer read otherwise like a whole one: each of its bits is turned once. */
static void
damaged_like_another(void)
{
	static const struct series s = { 9000, NOISE, 0, 0 };
	struct buf file = BUF_INIT;
	struct pq_file *model, *alone, *like;
	size_t wrong = 0, read = 0, footer;
	struct held h;
	int fd[2];

	make(&h, &s);
	ok(write_file(&s, &h, PQ_LZ4_RAW, &file));
	model = open_like(&file, NULL, &fd[0]);
	pq_file_close(open_like(&file, NULL, &fd[1]));
	footer = file.len - 8 - load_le32(file.data + file.len - 8);
	for (size_t bit = footer * 8; bit < (file.len - 8) * 8; bit++) {
		uint8_t byte = file.data[bit / 8] ^ (uint8_t)(1u << bit % 8);
		enum flow_status st;

		wrong += pwrite(fd[1], &byte, 1, (off_t)(bit / 8)) != 1;
		alone = like = NULL;
		st = pq_file_open(fd[1], &alone, NULL);
		wrong += pq_file_open_like(fd[1], model, &like, NULL) != st;
		if (alone != NULL && like != NULL) {
			wrong += alone->groups != like->groups;
			for (size_t g = 0; g < alone->groups && g < like->groups; g++)
				wrong += !same_chunk(&alone->group[g].chunk[0], &like->group[g].chunk[0]);
			read++;
		}
		pq_file_close(alone);
		pq_file_close(like);
		wrong += pwrite(fd[1], &file.data[bit / 8], 1, (off_t)(bit / 8)) != 1;
	}
	is_uint(wrong, 0);
	ok(read > 0);
	pq_file_close(model);
	(void)close(fd[0]);
	(void)close(fd[1]);
	release(&h);
	buf_release(&file);
}

/* A text column of nulls only, without any array. */
static void
nothing_but_nulls(void)
{
	struct pq_column column = { .name = "x", .physical = PQ_BYTE_ARRAY, .logical = PQ_STRING, .bloom = true };
	struct pq_values values = { .rows = 1000, .all_null = true };
	struct pq_encode_options options = { .codec = PQ_LZ4_RAW };
	struct pq_chunk *chunk = NULL;
	struct flow_error err;

	ok(pq_chunk_encode(&column, &values, &options, &chunk, NULL) == FLOW_OK);
	ok(pq_chunk_bytes(chunk) < 64);
	pq_chunk_free(chunk);
	column.required = true;
	ok(pq_chunk_encode(&column, &values, &options, &chunk, &err) == FLOW_EINVAL);
	ok(strstr(err.message, "x") != NULL);
}

/* A value that does not fit, the wrong kind of column, and no rows left. */
static void
errors(void)
{
	static const struct series s = { 100, NOISE, 0, 4 };
	struct buf file = BUF_INIT;
	struct pq_chunk_reader *r = pq_chunk_reader_new();
	struct flow_error err;
	uint8_t out[800];
	uint64_t valid[2];
	struct pq_file *f;
	struct held h;
	bool nulls;

	make(&h, &s);
	ok(write_file(&s, &h, PQ_LZ4_RAW, &file));
	ok(pq_file_open_memory(file.data, file.len, &f, NULL) == FLOW_OK);
	ok(pq_chunk_reader_open(r, f, 0, 0, 2, &err) == FLOW_OK);
	ok(pq_chunk_reader_numbers(r, 100, out, valid, &nulls, &err) == FLOW_ERANGE);
	ok(strstr(err.message, "from 0 to 65535") != NULL);
	ok(pq_chunk_reader_open(r, f, 0, 0, 0, &err) == FLOW_EUNSUPPORTED);
	ok(pq_chunk_reader_open(r, f, 0, 0, 8, &err) == FLOW_OK);
	ok(pq_chunk_reader_numbers(r, 101, out, valid, &nulls, &err) == FLOW_EINVAL);
	pq_file_close(f);
	pq_chunk_reader_free(r);
	release(&h);
	buf_release(&file);
}

int
main(void)
{
	round_trips();
	like_another();
	chunks_like_others();
	damaged_like_another();
	nothing_but_nulls();
	errors();
	return tap_done();
}
