/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/file_read.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/number.h"
#include "parquet/meta/chunk_bounds.h"
#include "parquet/dict/dict_index.h"
#include "parquet/file_inner.h"
#include "parquet/meta/thrift.h"

#define MAGIC "PAR1"
#define MAGIC_ENCRYPTED "PARE"
#define TAIL_BYTES 8

/* Size of the first read, which mostly holds the whole footer. */
#define GUESS_BYTES ((size_t)16 << 10)

#define FOOTER_BYTES_MAX ((uint64_t)512 << 20)

/* Reads what lies before memory_at from the file, the rest from memory. */
static enum flow_status
read_joined(const struct pq_file *file, uint64_t offset, size_t len, uint8_t *out, struct flow_error *err)
{
	size_t before = offset >= file->memory_at ? 0 :
	    len < file->memory_at - offset ? len : (size_t)(file->memory_at - offset);
	enum flow_status st = before > 0 ? file_read_all_at(file->fd, offset, out, before, err) : FLOW_OK;

	if (st == FLOW_OK && len > before)
		memcpy(out + before, file->memory + (offset + before - file->memory_at), len - before);
	return st;
}

enum flow_status
file_read_at(const struct pq_file *file, uint64_t offset, size_t len, void *out,
    struct flow_error *err)
{
	if (offset > file->bytes || len > file->bytes - offset)
		return flow_fail(err, FLOW_EFORMAT, (int64_t)offset,
		    "%zu bytes are wanted where the file of %" PRIu64 " bytes has ended", len,
		    file->bytes);
	if (file->memory != NULL)
		return read_joined(file, offset, len, out, err);
	if (file->tail != NULL && offset >= file->bytes - file->tail_bytes) {
		if (len > 0)
			memcpy(out, file->tail + (offset - (file->bytes - file->tail_bytes)), len);
		return FLOW_OK;
	}
	return file_read_all_at(file->fd, offset, out, len, err);
}

static void
read_key_value(struct thrift_reader *t, struct file_key_value *kv)
{
	struct thrift_field f;

	*kv = (struct file_key_value){ NULL, NULL, 0, 0 };
	thrift_struct(t);
	while (thrift_field(t, &f)) {
		if (f.id == 1)
			kv->key = thrift_read_binary(t, &f, &kv->key_len);
		else if (f.id == 2)
			kv->value = thrift_read_binary(t, &f, &kv->value_len);
		else
			thrift_skip(t, &f);
	}
}

/* Whether an entry has that key, and a value. */
static bool
is_key(const struct file_key_value *kv, const char *key)
{
	return kv->key != NULL && kv->value != NULL && kv->key_len == strlen(key) &&
	    memcmp(kv->key, key, kv->key_len) == 0;
}

static void
read_statistics(struct thrift_reader *t, struct file_stats *s)
{
	struct thrift_field f;

	*s = (struct file_stats){ .null_count = -1 };
	thrift_struct(t);
	while (thrift_field(t, &f)) {
		switch (f.id) {
		case 3:
			s->null_count = thrift_read_int(t, &f);
			break;
		case 5:
			s->max = thrift_read_binary(t, &f, &s->max_len);
			break;
		case 6:
			s->min = thrift_read_binary(t, &f, &s->min_len);
			break;
		default:
			thrift_skip(t, &f);
		}
	}
}

/* Fields of ColumnChunk and ColumnMetaData in parquet.thrift. */
#define CHUNK_METADATA 3
#define METADATA_CODEC 4

/* Whether no fields but type and codec were set: writers mostly put the others behind them. */
static bool
is_head(const struct file_chunk *c)
{
	return c->values == 0 && c->bytes == 0 && c->data_offset == 0 && c->dictionary_offset == 0 &&
	    c->bloom_offset == 0 && c->bloom_bytes == 0 && c->offset_index.offset == 0 &&
	    c->offset_index.bytes == 0 && c->column_index.offset == 0 && c->column_index.bytes == 0 &&
	    c->stats.null_count == -1 && c->stats.min == NULL && c->stats.max == NULL &&
	    !c->elsewhere && !c->encrypted;
}

/* Key-value metadata of a chunk: only our own key is used. */
static void
read_chunk_key_values(struct thrift_reader *t, const struct thrift_field *f, struct file_chunk *c)
{
	size_t count = thrift_read_list(t, f, THRIFT_STRUCT), i;
	struct file_key_value kv;

	for (i = 0; i < count; i++) {
		read_key_value(t, &kv);
		if (is_key(&kv, DICT_INDEX_KEY) &&
		    number_parse(kv.value, kv.value_len, NUMBER_DECIMAL, UINT32_MAX,
		    &c->dict_index_bytes) != FLOW_OK)
			c->dict_index_bytes = 0;
	}
}

/* Reads the fields of ColumnMetaData, whose struct was entered. */
static void
read_chunk_metadata(struct thrift_reader *t, struct file_chunk *c)
{
	struct thrift_field f;

	while (thrift_field(t, &f)) {
		switch (f.id) {
		case 1:
			c->physical = thrift_read_int(t, &f);
			c->head_bytes = 0;
			break;
		case METADATA_CODEC:
			c->codec = (int)thrift_read_int(t, &f);
			c->head_bytes = is_head(c) ? (size_t)(t->in.pos - c->head) : 0;
			break;
		case 5:
			c->values = thrift_read_int(t, &f);
			break;
		case 7:
			c->bytes = thrift_read_int(t, &f);
			break;
		case 8:
			read_chunk_key_values(t, &f, c);
			break;
		case 9:
			c->data_offset = thrift_read_int(t, &f);
			break;
		case 11:
			c->dictionary_offset = thrift_read_int(t, &f);
			break;
		case 12:
			read_statistics(t, &c->stats);
			break;
		case 14:
			c->bloom_offset = thrift_read_int(t, &f);
			break;
		case 15:
			c->bloom_bytes = thrift_read_int(t, &f);
			break;
		default:
			thrift_skip(t, &f);
		}
	}
}

/*
 * Type, encodings, name and codec come first: a third of a footer, and equal in most files of an archive. True if
 * they equal those of `like`, a chunk of the same column, whose values are then taken.
 */
static bool
take_head(struct thrift_reader *t, const struct file_chunk *like, struct file_chunk *c)
{
	if (like == NULL || like->head_bytes == 0 || cursor_left(&t->in) < like->head_bytes ||
	    memcmp(t->in.pos, like->head, like->head_bytes) != 0)
		return false;
	cursor_skip(&t->in, like->head_bytes);
	thrift_struct_from(t, CHUNK_METADATA);
	thrift_struct_from(t, METADATA_CODEC);
	c->physical = like->physical;
	c->codec = like->codec;
	c->head_bytes = like->head_bytes;
	read_chunk_metadata(t, c);
	return true;
}

/* Sets the fields that are there; the others of *c stay 0. */
static void
read_chunk(struct thrift_reader *t, const struct file_chunk *like, struct file_chunk *c)
{
	struct thrift_field f;

	c->physical = c->stats.null_count = -1;
	c->head = t->in.pos;
	if (!take_head(t, like, c))
		thrift_struct(t);
	while (thrift_field(t, &f)) {
		switch (f.id) {
		case 1:
			c->elsewhere = true;
			thrift_skip(t, &f);
			break;
		case CHUNK_METADATA:
			if (f.type == THRIFT_STRUCT) {
				thrift_struct(t);
				read_chunk_metadata(t, c);
			} else {
				thrift_skip(t, &f);
			}
			break;
		case 4:
			c->offset_index.offset = thrift_read_int(t, &f);
			break;
		case 5:
			c->offset_index.bytes = thrift_read_int(t, &f);
			break;
		case 6:
			c->column_index.offset = thrift_read_int(t, &f);
			break;
		case 7:
			c->column_index.bytes = thrift_read_int(t, &f);
			break;
		case 8:
		case 9:
			c->encrypted = true;
			thrift_skip(t, &f);
			break;
		default:
			thrift_skip(t, &f);
		}
	}
}

/* Finds the chunk's beginning, and checks that it lies within the file. */
static enum flow_status
check_chunk(const struct pq_file *file, size_t group, size_t column, struct file_chunk *c,
    struct flow_error *err)
{
	const struct pq_column *schema = &file->column[column].column;
	/* Some writers set the offset to 0 if there is no dictionary page. */
	int64_t begin = c->dictionary_offset > 0 && c->dictionary_offset < c->data_offset ?
	    c->dictionary_offset : c->data_offset;

	if (c->encrypted)
		return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET, "column %s is encrypted",
		    schema->name);
	if (c->elsewhere)
		return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET,
		    "column %s is in another file", schema->name);
	/* A nested column has more values than rows. */
	if (c->physical != (int64_t)schema->physical || c->values < 0 ||
	    (schema->logical != PQ_NESTED && (uint64_t)c->values != file->group[group].rows))
		return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET,
		    "row group %zu: column %s contradicts the schema", group, schema->name);
	if (begin < 0 || c->bytes < 0 || (uint64_t)begin > file->bytes ||
	    (uint64_t)c->bytes > file->bytes - (uint64_t)begin)
		return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET,
		    "row group %zu: column %s lies outside the file", group, schema->name);
	c->begin = (uint64_t)begin;
	if (c->dict_index_bytes > c->begin)
		c->dict_index_bytes = 0;
	return FLOW_OK;
}

/* like: a row group with the same columns; NULL: none. */
static enum flow_status
read_group(struct thrift_reader *t, struct pq_file *file, size_t number,
    const struct file_group *like, struct flow_error *err)
{
	struct file_group *g = &file->group[number];
	struct thrift_field f;
	int64_t rows = -1;
	size_t i, chunks = 0;
	enum flow_status st = FLOW_OK;

	g->chunk = calloc(file->columns + 1, sizeof(*g->chunk));
	if (g->chunk == NULL)
		return flow_fail_memory(err);
	thrift_struct(t);
	while (thrift_field(t, &f)) {
		if (f.id == 1) {
			chunks = thrift_read_list(t, &f, THRIFT_STRUCT);
			if (chunks != file->columns)
				return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET,
				    "row group %zu has %zu columns, the schema %zu", number, chunks,
				    file->columns);
			for (i = 0; i < chunks; i++)
				read_chunk(t, like != NULL ? &like->chunk[i] : NULL, &g->chunk[i]);
		} else if (f.id == 3) {
			rows = thrift_read_int(t, &f);
		} else {
			thrift_skip(t, &f);
		}
	}
	if (cursor_failed(&t->in) || rows < 0 || rows > FILE_GROUP_ROWS_MAX ||
	    chunks != file->columns)
		return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET, "row group %zu is malformed",
		    number);
	g->rows = (uint64_t)rows;
	for (i = 0; i < chunks && st == FLOW_OK; i++)
		st = check_chunk(file, number, i, &g->chunk[i], err);
	return st;
}

static enum flow_status
read_groups(struct thrift_reader *t, const struct thrift_field *f, struct pq_file *file,
    const struct pq_file *model, struct flow_error *err)
{
	const struct file_group *like = model != NULL && model->groups > 0 &&
	    pq_file_has_schema_of(file, model) ? &model->group[0] : NULL;
	size_t count = thrift_read_list(t, f, THRIFT_STRUCT), i;
	enum flow_status st = FLOW_OK;

	if (file->group != NULL || (file->column == NULL && count > 0))
		return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET, "a footer out of order");
	file->group = calloc(count + 1, sizeof(*file->group));
	if (file->group == NULL)
		return flow_fail_memory(err);
	file->groups = count;
	for (i = 0; i < count && st == FLOW_OK; i++) {
		st = read_group(t, file, i, i > 0 ? &file->group[0] : like, err);
		file->rows += file->group[i].rows;
	}
	return st;
}

static enum flow_status
read_key_values(struct thrift_reader *t, const struct thrift_field *f, struct pq_file *file,
    struct flow_error *err)
{
	size_t count = thrift_read_list(t, f, THRIFT_STRUCT), i;

	if (file->key_value != NULL)
		return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET, "a footer out of order");
	file->key_value = calloc(count + 1, sizeof(*file->key_value));
	if (file->key_value == NULL)
		return flow_fail_memory(err);
	file->key_values = count;
	for (i = 0; i < count; i++)
		read_key_value(t, &file->key_value[i]);
	return FLOW_OK;
}

/* Compares the encoded schemas, byte for byte. */
static bool
has_schema_of(const struct thrift_reader *t, const struct thrift_field *f,
    const struct pq_file *model)
{
	return model != NULL && model->columns > 0 && f->type == THRIFT_LIST &&
	    cursor_left(&t->in) >= model->schema_bytes &&
	    memcmp(t->in.pos, model->schema, model->schema_bytes) == 0;
}

static enum flow_status
read_schema(struct thrift_reader *t, const struct thrift_field *f, struct pq_file *file,
    const struct pq_file *model, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;

	file->schema = t->in.pos;
	if (has_schema_of(t, f, model)) {
		cursor_skip(&t->in, model->schema_bytes);
		file->column = schema_copy(model->column, model->columns);
		file->columns = model->columns;
		if (file->column == NULL)
			st = flow_fail_memory(err);
	} else {
		st = schema_read(t, f, &file->column, &file->columns, err);
	}
	file->schema_bytes = (size_t)(t->in.pos - file->schema);
	return st;
}

/* FileMetaData of parquet.thrift. */
static enum flow_status
read_footer(struct pq_file *file, const struct pq_file *model, struct flow_error *err)
{
	struct thrift_reader t = { .in = cursor_make(file->footer, file->footer_bytes) };
	enum flow_status st = FLOW_OK;
	struct thrift_field f;

	thrift_struct(&t);
	while (st == FLOW_OK && thrift_field(&t, &f)) {
		if (f.id == 2 && file->column == NULL)
			st = read_schema(&t, &f, file, model, err);
		else if (f.id == 4)
			st = read_groups(&t, &f, file, model, err);
		else if (f.id == 5)
			st = read_key_values(&t, &f, file, err);
		else if (f.id == 6)
			file->created_by = thrift_read_binary(&t, &f, &file->created_by_len);
		else
			thrift_skip(&t, &f);
	}
	if (st == FLOW_OK && (cursor_failed(&t.in) || file->column == NULL))
		st = flow_fail(err, FLOW_EFORMAT, (int64_t)(file->footer_offset + cursor_offset(&t.in)),
		    "the footer is malformed");
	return st;
}

/* Reads the file's last bytes, which stay in memory: mostly the whole footer, and page indexes before it. */
static enum flow_status
load_tail(struct pq_file *file, struct flow_error *err)
{
	size_t len = file->bytes < GUESS_BYTES ? (size_t)file->bytes : GUESS_BYTES;
	uint8_t *tail;
	enum flow_status st;

	if (len < TAIL_BYTES + strlen(MAGIC))
		return flow_fail(err, FLOW_EFORMAT, 0, "not a Parquet file: %" PRIu64 " bytes are too few",
		    file->bytes);
	tail = malloc(len);
	if (tail == NULL)
		return flow_fail_memory(err);
	st = file_read_at(file, file->bytes - len, len, tail, err);
	if (st != FLOW_OK) {
		free(tail);
		return st;
	}
	file->tail = tail;
	file->tail_bytes = len;
	if (memcmp(tail + len - 4, MAGIC_ENCRYPTED, 4) == 0)
		return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET, "its footer is encrypted");
	if (memcmp(tail + len - 4, MAGIC, 4) != 0)
		return flow_fail(err, FLOW_EFORMAT, (int64_t)file->bytes - 4,
		    "not a whole Parquet file: it does not end in " MAGIC);
	return FLOW_OK;
}

/* Finds the footer: its length and the magic are the last eight bytes. */
static enum flow_status
load_footer(struct pq_file *file, struct flow_error *err)
{
	enum flow_status st = load_tail(file, err);
	uint64_t len;

	if (st != FLOW_OK)
		return st;
	len = load_le32(file->tail + file->tail_bytes - TAIL_BYTES);
	if (len > file->bytes - TAIL_BYTES || len > FOOTER_BYTES_MAX)
		return flow_fail(err, FLOW_EFORMAT, (int64_t)file->bytes - TAIL_BYTES,
		    "a footer of %" PRIu64 " bytes in a file of %" PRIu64, len, file->bytes);
	file->footer_bytes = (size_t)len;
	file->footer_offset = file->bytes - TAIL_BYTES - len;
	if (len + TAIL_BYTES <= file->tail_bytes) {
		file->footer = file->tail + file->tail_bytes - TAIL_BYTES - len;
		return FLOW_OK;
	}
	file->long_footer = malloc((size_t)len);
	if (file->long_footer == NULL)
		return flow_fail_memory(err);
	file->footer = file->long_footer;
	return file_read_at(file, file->footer_offset, (size_t)len, file->long_footer, err);
}

static enum flow_status
open_file(struct pq_file *file, const struct pq_file *model, struct pq_file **out,
    struct flow_error *err)
{
	enum flow_status st = load_footer(file, err);

	if (st == FLOW_OK)
		st = read_footer(file, model, err);
	if (st != FLOW_OK) {
		pq_file_close(file);
		return st;
	}
	*out = file;
	return FLOW_OK;
}

enum flow_status
pq_file_open_like(int fd, const struct pq_file *model, struct pq_file **file,
    struct flow_error *err)
{
	struct pq_file *f;
	struct stat st;

	if (fstat(fd, &st) != 0)
		return flow_fail(err, FLOW_EIO, FLOW_NO_OFFSET, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET, "not a regular file");
	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return flow_fail_memory(err);
	f->fd = fd;
	f->bytes = (uint64_t)st.st_size;
	return open_file(f, model, file, err);
}

enum flow_status
pq_file_open(int fd, struct pq_file **file, struct flow_error *err)
{
	return pq_file_open_like(fd, NULL, file, err);
}

bool
pq_file_has_schema_of(const struct pq_file *file, const struct pq_file *model)
{
	return file->schema_bytes == model->schema_bytes &&
	    memcmp(file->schema, model->schema, model->schema_bytes) == 0;
}

enum flow_status
pq_file_open_joined(int fd, uint64_t at, const void *bytes, size_t len, const struct pq_file *model,
    struct pq_file **file, struct flow_error *err)
{
	struct pq_file *f;

	if (at > INT64_MAX || len > INT64_MAX - at)
		return flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "a file of more than 2^63 bytes");
	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return flow_fail_memory(err);
	f->fd = fd;
	f->memory = bytes;
	f->memory_at = at;
	f->bytes = at + len;
	return open_file(f, model, file, err);
}

enum flow_status
pq_file_open_memory(const void *bytes, size_t len, struct pq_file **file, struct flow_error *err)
{
	return pq_file_open_joined(-1, 0, bytes, len, NULL, file, err);
}

void
pq_file_close(struct pq_file *file)
{
	size_t i;

	if (file == NULL)
		return;
	for (i = 0; i < file->groups; i++)
		free(file->group[i].chunk);
	free(file->column);
	free(file->group);
	free(file->key_value);
	free(file->long_footer);
	free(file->tail);
	free(file);
}

size_t
pq_file_columns(const struct pq_file *file)
{
	return file->columns;
}

const struct pq_column *
pq_file_column(const struct pq_file *file, size_t column)
{
	return &file->column[column].column;
}

uint64_t
pq_file_rows(const struct pq_file *file)
{
	return file->rows;
}

size_t
pq_file_groups(const struct pq_file *file)
{
	return file->groups;
}

uint64_t
pq_file_group_rows(const struct pq_file *file, size_t group)
{
	return file->group[group].rows;
}

uint64_t
pq_file_bytes(const struct pq_file *file)
{
	return file->bytes;
}

const char *
pq_file_created_by(const struct pq_file *file, size_t *len)
{
	*len = file->created_by_len;
	return file->created_by;
}

const char *
pq_file_key_value(const struct pq_file *file, const char *key, size_t *len)
{
	size_t i;

	for (i = 0; i < file->key_values; i++) {
		const struct file_key_value *kv = &file->key_value[i];

		if (is_key(kv, key)) {
			*len = kv->value_len;
			return kv->value;
		}
	}
	return NULL;
}

void
pq_file_bounds(const struct pq_file *file, size_t group, size_t column, struct pq_bounds *bounds)
{
	const struct file_stats *s = &file->group[group].chunk[column].stats;
	const struct pq_column *c = &file->column[column].column;

	bounds_read(c, s->min, s->min_len, s->max, s->max_len, bounds);
	bounds_nulls(c, s->null_count, file->group[group].rows, bounds);
}
