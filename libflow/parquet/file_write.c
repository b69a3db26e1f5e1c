/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "parquet/file_write.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/vec.h"
#include "parquet/meta/bloom.h"
#include "parquet/chunk.h"
#include "parquet/dict/dict_index.h"
#include "parquet/meta/schema_thrift.h"
#include "parquet/meta/thrift.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "unknown"
#endif

#define CREATED_BY "netflow-tools version " PACKAGE_VERSION
#define MAGIC "PAR1"
#define FORMAT_VERSION 2

/* What footer and indexes need of a chunk whose pages were written. */
struct written_chunk {
	struct pq_chunk *chunk;		/* without its pages, what is known of each of them, and Bloom bits */
	uint64_t offset;		/* of its first page */
	uint64_t dict_index_bytes;	/* of the index right before it */
	uint64_t bytes;
	uint64_t bloom_offset, bloom_bytes;
	uint64_t column_index_offset, column_index_bytes;
	uint64_t offset_index_offset, offset_index_bytes;
};

struct written_group {
	uint64_t rows, offset;
	struct written_chunk *chunk;
};

struct key_value {
	char *key, *value;
	size_t len;
};

struct pq_writer {
	int fd;			/* -1: to `memory` */
	struct buf *memory;
	uint64_t at;
	struct pq_column *column;
	size_t columns;
	struct written_group *group;
	size_t groups, groups_cap;
	/* Of all chunks, as they will stand in the file: far smaller than what is known of each page. */
	struct buf column_indexes, offset_indexes;
	struct key_value *key_value;
	size_t key_values;
};

static enum flow_status
write_bytes(struct pq_writer *w, const void *bytes, size_t len, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;

	if (w->fd >= 0) {
		st = file_write_all(w->fd, bytes, len, err);
	} else {
		buf_append(w->memory, bytes, len);
		if (w->memory->failed)
			st = flow_fail_memory(err);
	}
	if (st == FLOW_OK)
		w->at += len;
	return st;
}

static enum flow_status
writer_new(int fd, struct buf *memory, const struct pq_column *columns, size_t count,
    struct pq_writer **writer, struct flow_error *err)
{
	struct pq_writer *w = calloc(1, sizeof(*w));
	enum flow_status st;

	if (w != NULL)
		w->column = calloc(count + 1, sizeof(*w->column));
	if (w == NULL || w->column == NULL) {
		free(w);
		return flow_fail_memory(err);
	}
	memcpy(w->column, columns, count * sizeof(*columns));
	w->columns = count;
	w->fd = fd;
	w->memory = memory;
	st = write_bytes(w, MAGIC, strlen(MAGIC), err);
	if (st != FLOW_OK) {
		pq_writer_free(w);
		return st;
	}
	*writer = w;
	return FLOW_OK;
}

enum flow_status
pq_writer_new(int fd, const struct pq_column *columns, size_t count, struct pq_writer **writer,
    struct flow_error *err)
{
	return writer_new(fd, NULL, columns, count, writer, err);
}

enum flow_status
pq_writer_new_buf(struct buf *out, const struct pq_column *columns, size_t count,
    struct pq_writer **writer, struct flow_error *err)
{
	return writer_new(-1, out, columns, count, writer, err);
}

void
pq_writer_free(struct pq_writer *writer)
{
	size_t g, c, i;

	if (writer == NULL)
		return;
	for (g = 0; g < writer->groups; g++) {
		for (c = 0; c < writer->columns; c++)
			pq_chunk_free(writer->group[g].chunk[c].chunk);
		free(writer->group[g].chunk);
	}
	for (i = 0; i < writer->key_values; i++) {
		free(writer->key_value[i].key);
		free(writer->key_value[i].value);
	}
	buf_release(&writer->column_indexes);
	buf_release(&writer->offset_indexes);
	free(writer->group);
	free(writer->key_value);
	free(writer->column);
	free(writer);
}

uint64_t
pq_writer_bytes(const struct pq_writer *writer)
{
	return writer->at;
}

enum flow_status
pq_writer_key_value(struct pq_writer *writer, const char *key, const char *value, size_t len,
    struct flow_error *err)
{
	struct key_value *kv = NULL, *bigger;
	char *copy = malloc(len + 1);
	size_t i;

	for (i = 0; i < writer->key_values && kv == NULL; i++)
		if (strcmp(writer->key_value[i].key, key) == 0)
			kv = &writer->key_value[i];
	if (kv == NULL && copy != NULL) {
		bigger = realloc(writer->key_value, (writer->key_values + 1) * sizeof(*bigger));
		if (bigger != NULL) {
			writer->key_value = bigger;
			kv = &bigger[writer->key_values];
			*kv = (struct key_value){ strdup(key), NULL, 0 };
			if (kv->key != NULL)
				writer->key_values++;
			else
				kv = NULL;
		}
	}
	if (kv == NULL || copy == NULL) {
		free(copy);
		return flow_fail_memory(err);
	}
	if (len > 0)
		memcpy(copy, value, len);
	free(kv->value);
	kv->value = copy;
	kv->len = len;
	return FLOW_OK;
}

static struct written_group *
new_group(struct pq_writer *w)
{
	if (!VEC_RESERVE(w->group, w->groups_cap, w->groups + 1))
		return NULL;
	w->group[w->groups].chunk = calloc(w->columns + 1, sizeof(struct written_chunk));
	if (w->group[w->groups].chunk == NULL)
		return NULL;
	return &w->group[w->groups++];
}

/* Writes BloomFilterHeader of parquet.thrift, and the bits. */
static enum flow_status
write_bloom(struct pq_writer *w, struct written_chunk *c, struct flow_error *err)
{
	struct buf out = BUF_INIT;
	struct thrift_writer t = { .out = &out };
	int16_t choice;
	enum flow_status st;

	if (c->chunk->bloom.len == 0)
		return FLOW_OK;
	thrift_begin(&t);
	thrift_i32(&t, 1, (int32_t)c->chunk->bloom.len);
	/* algorithm BLOCK, hash XXHASH, compression UNCOMPRESSED: unions of one empty struct each. */
	for (choice = 2; choice <= 4; choice++) {
		thrift_struct_field(&t, choice);
		thrift_struct_field(&t, 1);
		thrift_end(&t);
		thrift_end(&t);
	}
	thrift_end(&t);
	buf_append(&out, c->chunk->bloom.data, c->chunk->bloom.len);
	c->bloom_offset = w->at;
	c->bloom_bytes = out.len;
	st = buf_status(&out) == FLOW_OK ? write_bytes(w, out.data, out.len, err) :
	    flow_fail_memory(err);
	buf_release(&out);
	return st;
}

static enum flow_status
write_chunk(struct pq_writer *w, struct written_chunk *c, struct flow_error *err)
{
	enum flow_status st;

	c->dict_index_bytes = c->chunk->dict_index.len;
	st = write_bytes(w, c->chunk->dict_index.data, c->chunk->dict_index.len, err);
	c->offset = w->at;
	c->bytes = c->chunk->bytes.len;
	if (st == FLOW_OK)
		st = write_bytes(w, c->chunk->bytes.data, c->chunk->bytes.len, err);
	buf_release(&c->chunk->dict_index);
	buf_release(&c->chunk->bytes);
	return st;
}

/* ColumnIndex: there must be bounds for every page that is not all null. */
static void
column_index(struct thrift_writer *t, const struct pq_chunk *chunk)
{
	size_t i;

	thrift_begin(t);
	thrift_list(t, 1, THRIFT_TRUE, chunk->pages);
	for (i = 0; i < chunk->pages; i++)
		thrift_element_bool(t, !chunk->page[i].stats.has_bounds);
	thrift_list(t, 2, THRIFT_BINARY, chunk->pages);
	for (i = 0; i < chunk->pages; i++)
		thrift_element_binary(t, chunk->page[i].stats.min, chunk->page[i].stats.min_len);
	thrift_list(t, 3, THRIFT_BINARY, chunk->pages);
	for (i = 0; i < chunk->pages; i++)
		thrift_element_binary(t, chunk->page[i].stats.max, chunk->page[i].stats.max_len);
	thrift_i32(t, 4, 0);	/* BoundaryOrder UNORDERED */
	thrift_list(t, 5, THRIFT_I64, chunk->pages);
	for (i = 0; i < chunk->pages; i++)
		thrift_element_int(t, (int64_t)chunk->page[i].stats.null_count);
	thrift_end(t);
}

static void
offset_index(struct thrift_writer *t, const struct written_chunk *c)
{
	const struct pq_chunk *chunk = c->chunk;
	size_t i;

	thrift_begin(t);
	thrift_list(t, 1, THRIFT_STRUCT, chunk->pages);
	for (i = 0; i < chunk->pages; i++) {
		thrift_begin(t);
		thrift_i64(t, 1, (int64_t)(c->offset + chunk->page[i].offset));
		thrift_i32(t, 2, (int32_t)chunk->page[i].bytes);
		thrift_i64(t, 3, (int64_t)chunk->page[i].first_row);
		thrift_end(t);
	}
	thrift_end(t);
}

/* Encodes the indexes of a chunk that is in the file; its pages are known no more. */
static void
encode_indexes(struct pq_writer *w, struct written_chunk *c)
{
	struct thrift_writer columns = { .out = &w->column_indexes }, offsets = { .out = &w->offset_indexes };
	size_t begin = w->column_indexes.len;

	if (!c->chunk->stats.unbounded)
		column_index(&columns, c->chunk);
	c->column_index_bytes = w->column_indexes.len - begin;
	begin = w->offset_indexes.len;
	offset_index(&offsets, c);
	c->offset_index_bytes = w->offset_indexes.len - begin;
	free(c->chunk->page);
	c->chunk->page = NULL;
}

enum flow_status
pq_writer_group(struct pq_writer *writer, struct pq_chunk *const *chunks, size_t rows,
    struct flow_error *err)
{
	struct written_group *g = new_group(writer);
	enum flow_status st = FLOW_OK;
	size_t c;

	if (g == NULL) {
		for (c = 0; c < writer->columns; c++)
			pq_chunk_free(chunks[c]);
		return flow_fail_memory(err);
	}
	g->rows = rows;
	for (c = 0; c < writer->columns; c++)
		g->chunk[c].chunk = chunks[c];
	for (c = 0; c < writer->columns && st == FLOW_OK; c++)
		st = write_chunk(writer, &g->chunk[c], err);
	g->offset = writer->columns > 0 ? g->chunk[0].offset : writer->at;
	for (c = 0; c < writer->columns && st == FLOW_OK; c++) {
		st = write_bloom(writer, &g->chunk[c], err);
		buf_release(&g->chunk[c].chunk->bloom);
		encode_indexes(writer, &g->chunk[c]);
	}
	if (st == FLOW_OK && (buf_status(&writer->column_indexes) != FLOW_OK ||
	    buf_status(&writer->offset_indexes) != FLOW_OK))
		return flow_fail_memory(err);
	return st;
}

static bool
has_bounds(const struct chunk_stats *s)
{
	return s->has_bounds && !s->unbounded;
}

/* All column indexes, then all offset indexes, as PageIndex.md wants them. */
static enum flow_status
write_indexes(struct pq_writer *w, struct flow_error *err)
{
	uint64_t column_at = w->at, offset_at = w->at + w->column_indexes.len;
	enum flow_status st;

	for (size_t g = 0; g < w->groups; g++) {
		for (size_t c = 0; c < w->columns; c++) {
			struct written_chunk *k = &w->group[g].chunk[c];

			k->column_index_offset = column_at;
			column_at += k->column_index_bytes;
			k->offset_index_offset = offset_at;
			offset_at += k->offset_index_bytes;
		}
	}
	st = write_bytes(w, w->column_indexes.data, w->column_indexes.len, err);
	return st == FLOW_OK ? write_bytes(w, w->offset_indexes.data, w->offset_indexes.len, err) : st;
}

static void
statistics(struct thrift_writer *t, const struct chunk_stats *s)
{
	thrift_struct_field(t, 12);
	thrift_i64(t, 3, (int64_t)s->null_count);
	if (has_bounds(s)) {
		thrift_binary(t, 5, s->max, s->max_len);
		thrift_binary(t, 6, s->min, s->min_len);
		thrift_bool(t, 7, true);
		thrift_bool(t, 8, true);
	}
	thrift_end(t);
}

/* The one key of a chunk: the length of the dictionary's index before its first page. */
static void
chunk_key_values(struct thrift_writer *t, const struct written_chunk *c)
{
	char number[24];
	int len = snprintf(number, sizeof(number), "%" PRIu64, c->dict_index_bytes);

	if (c->dict_index_bytes == 0)
		return;
	thrift_list(t, 8, THRIFT_STRUCT, 1);
	thrift_begin(t);
	thrift_binary(t, 1, DICT_INDEX_KEY, strlen(DICT_INDEX_KEY));
	thrift_binary(t, 2, number, (size_t)len);
	thrift_end(t);
}

/* parquet-mr decompresses a dictionary for filtering through a buffer of this size, and fails on larger LZ4_RAW. */
#define FILTERED_LZ4_BYTES_MAX 8192

/*
 * PageEncodingStats says that all data pages are dictionary-encoded: only then does parquet-mr (Spark, Trino)
 * look into the dictionary to leave out a row group.  Left out if that would fail.
 */
static void
encoding_stats(struct thrift_writer *t, const struct pq_chunk *k)
{
	if (!k->has_dictionary || (k->codec == PQ_LZ4_RAW && k->dictionary_bytes > FILTERED_LZ4_BYTES_MAX))
		return;
	thrift_list(t, 13, THRIFT_STRUCT, 2);
	thrift_begin(t);
	thrift_i32(t, 1, PAGE_DICTIONARY);
	thrift_i32(t, 2, ENCODING_PLAIN);
	thrift_i32(t, 3, 1);
	thrift_end(t);
	thrift_begin(t);
	thrift_i32(t, 1, PAGE_DATA);
	thrift_i32(t, 2, ENCODING_RLE_DICTIONARY);
	thrift_i32(t, 3, (int32_t)k->pages);
	thrift_end(t);
}

static void
chunk_metadata(struct thrift_writer *t, const struct pq_column *column,
    const struct written_chunk *c)
{
	const struct pq_chunk *k = c->chunk;

	thrift_struct_field(t, 3);
	thrift_i32(t, 1, column->physical);
	thrift_list(t, 2, THRIFT_I32, k->has_dictionary ? 3 : 2);
	thrift_element_int(t, k->encoding);
	thrift_element_int(t, ENCODING_RLE);
	if (k->has_dictionary)
		thrift_element_int(t, ENCODING_PLAIN);
	thrift_list(t, 3, THRIFT_BINARY, 1);
	thrift_element_binary(t, column->name, strlen(column->name));
	thrift_i32(t, 4, k->codec);
	thrift_i64(t, 5, (int64_t)k->rows);
	thrift_i64(t, 6, (int64_t)k->uncompressed_bytes);
	thrift_i64(t, 7, (int64_t)c->bytes);
	chunk_key_values(t, c);
	thrift_i64(t, 9, (int64_t)(c->offset + k->data_offset));
	if (k->has_dictionary)
		thrift_i64(t, 11, (int64_t)c->offset);
	statistics(t, &k->stats);
	encoding_stats(t, k);
	if (c->bloom_bytes > 0) {
		thrift_i64(t, 14, (int64_t)c->bloom_offset);
		thrift_i32(t, 15, (int32_t)c->bloom_bytes);
	}
	thrift_end(t);
}

static void
column_chunk(struct thrift_writer *t, const struct pq_column *column,
    const struct written_chunk *c)
{
	thrift_begin(t);
	thrift_i64(t, 2, 0);	/* file_offset: deprecated, 0 by the specification */
	chunk_metadata(t, column, c);
	if (c->offset_index_offset > 0) {	/* 0: not written (yet) */
		thrift_i64(t, 4, (int64_t)c->offset_index_offset);
		thrift_i32(t, 5, (int32_t)c->offset_index_bytes);
	}
	if (c->column_index_offset > 0 && c->column_index_bytes > 0) {
		thrift_i64(t, 6, (int64_t)c->column_index_offset);
		thrift_i32(t, 7, (int32_t)c->column_index_bytes);
	}
	thrift_end(t);
}

static void
row_group(struct thrift_writer *t, const struct pq_writer *w, size_t number)
{
	const struct written_group *g = &w->group[number];
	uint64_t raw = 0, bytes = 0;
	size_t c;

	for (c = 0; c < w->columns; c++) {
		raw += g->chunk[c].chunk->uncompressed_bytes;
		bytes += g->chunk[c].bytes;
	}
	thrift_begin(t);
	thrift_list(t, 1, THRIFT_STRUCT, w->columns);
	for (c = 0; c < w->columns; c++)
		column_chunk(t, &w->column[c], &g->chunk[c]);
	thrift_i64(t, 2, (int64_t)raw);
	thrift_i64(t, 3, (int64_t)g->rows);
	thrift_i64(t, 5, (int64_t)g->offset);
	thrift_i64(t, 6, (int64_t)bytes);
	if (number <= INT16_MAX)
		thrift_i16(t, 7, (int16_t)number);
	thrift_end(t);
}

static void
file_metadata(struct thrift_writer *t, const struct pq_writer *w)
{
	uint64_t rows = 0;
	size_t i;

	for (i = 0; i < w->groups; i++)
		rows += w->group[i].rows;
	thrift_begin(t);
	thrift_i32(t, 1, FORMAT_VERSION);
	schema_write(t, 2, w->column, w->columns);
	thrift_i64(t, 3, (int64_t)rows);
	thrift_list(t, 4, THRIFT_STRUCT, w->groups);
	for (i = 0; i < w->groups; i++)
		row_group(t, w, i);
	thrift_list(t, 5, THRIFT_STRUCT, w->key_values);
	for (i = 0; i < w->key_values; i++) {
		thrift_begin(t);
		thrift_binary(t, 1, w->key_value[i].key, strlen(w->key_value[i].key));
		thrift_binary(t, 2, w->key_value[i].value, w->key_value[i].len);
		thrift_end(t);
	}
	thrift_binary(t, 6, CREATED_BY, strlen(CREATED_BY));
	thrift_list(t, 7, THRIFT_STRUCT, w->columns);
	for (i = 0; i < w->columns; i++) {
		thrift_begin(t);
		thrift_struct_field(t, 1);	/* ColumnOrder TYPE_ORDER */
		thrift_end(t);
		thrift_end(t);
	}
	thrift_end(t);
}

static enum flow_status
write_footer(struct pq_writer *writer, struct flow_error *err)
{
	struct buf out = BUF_INIT;
	struct thrift_writer t = { .out = &out };
	enum flow_status st;
	size_t len;

	file_metadata(&t, writer);
	len = out.len;
	buf_append_le32(&out, (uint32_t)len);
	buf_append_text(&out, MAGIC);
	if (buf_status(&out) != FLOW_OK)
		st = flow_fail_memory(err);
	else if (len > INT32_MAX)
		st = flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "a footer of more than 2 GiB");
	else
		st = write_bytes(writer, out.data, out.len, err);
	buf_release(&out);
	return st;
}

enum flow_status
pq_writer_finish(struct pq_writer *writer, struct flow_error *err)
{
	enum flow_status st = write_indexes(writer, err);

	return st == FLOW_OK ? write_footer(writer, err) : st;
}

static void
free_chunks(struct pq_chunk *const *chunks, size_t count)
{
	for (size_t c = 0; chunks != NULL && c < count; c++)
		pq_chunk_free(chunks[c]);
}

/* Makes a writer to memory that continues where another stands, and borrows all that this one owns. */
static bool
begin_view(const struct pq_writer *w, const struct pq_key_value *more, size_t count, struct buf *tail,
    struct pq_writer *view)
{
	*view = *w;
	view->fd = -1;
	view->memory = tail;
	view->column_indexes = (struct buf)BUF_INIT;
	view->offset_indexes = (struct buf)BUF_INIT;
	view->groups_cap = w->groups + 1;
	view->group = calloc(view->groups_cap, sizeof(*view->group));
	view->key_value = calloc(w->key_values + count + 1, sizeof(*view->key_value));
	if (view->group == NULL || view->key_value == NULL) {
		free(view->group);
		free(view->key_value);
		return false;
	}
	for (size_t g = 0; g < w->groups; g++)
		view->group[g] = w->group[g];
	for (size_t i = 0; i < w->key_values; i++)
		view->key_value[i] = w->key_value[i];
	for (size_t i = 0; i < count; i++)
		view->key_value[view->key_values++] = (struct key_value){ (char *)(uintptr_t)more[i].key,
			(char *)(uintptr_t)more[i].value, more[i].len };
	return true;
}

static void
end_view(struct pq_writer *view, size_t shared_groups)
{
	for (size_t g = shared_groups; g < view->groups; g++) {
		for (size_t c = 0; c < view->columns; c++)
			pq_chunk_free(view->group[g].chunk[c].chunk);
		free(view->group[g].chunk);
	}
	buf_release(&view->column_indexes);
	buf_release(&view->offset_indexes);
	free(view->group);
	free(view->key_value);
}

enum flow_status
pq_writer_preview(const struct pq_writer *writer, struct pq_chunk *const *chunks, size_t rows,
    const struct pq_key_value *more, size_t count, struct buf *tail, struct flow_error *err)
{
	struct pq_writer view;
	enum flow_status st = FLOW_OK;

	if (!begin_view(writer, more, count, tail, &view)) {
		free_chunks(chunks, writer->columns);
		return flow_fail_memory(err);
	}
	if (chunks != NULL)
		st = pq_writer_group(&view, chunks, rows, err);
	if (st == FLOW_OK)
		st = write_footer(&view, err);
	end_view(&view, writer->groups);
	return st;
}
