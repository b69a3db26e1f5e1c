/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/table_writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "net/mac.h"
#include "parquet/file_write.h"
#include "store/profile.h"

/* "2001:db8::/128" */
#define CELL_ROOM (ADDR_TEXT_MAX + 8)

/* A column's cells of the next row group. */
struct column {
	char name[FLOW_TABLE_NAME_MAX];
	enum flow_kind kind;
	struct buf numbers;	/* uint64_t for each row; of a text its offset in `bytes` */
	struct buf lengths;	/* uint32_t for each row: of a text */
	struct buf bytes;
	uint64_t *valid;	/* FLOW_GROUP_ROWS bits */
};

struct flow_table_writer {
	struct file_sink sink;
	char *path;		/* for messages; NULL: it is a descriptor */
	int fd;
	struct pq_encode_options encode;
	struct pq_writer *file;	/* NULL: no columns yet */
	struct column *column;
	struct pq_column *schema;
	size_t columns, rows;
};

static bool
is_text(enum flow_kind kind)
{
	return kind == FLOW_KIND_ADDR || kind == FLOW_KIND_PREFIX || kind == FLOW_KIND_MAC || kind == FLOW_KIND_TEXT;
}

static bool
is_real(enum flow_kind kind)
{
	return kind == FLOW_KIND_RATE || kind == FLOW_KIND_RATIO || kind == FLOW_KIND_PERCENT ||
	    kind == FLOW_KIND_DURATION;
}

static struct pq_column
schema_column(const struct column *c)
{
	struct pq_column q = { .name = c->name, .physical = PQ_INT64, .logical = PQ_NONE };

	if (is_text(c->kind)) {
		q.physical = PQ_BYTE_ARRAY;
		q.logical = PQ_STRING;
	} else if (is_real(c->kind)) {
		q.physical = PQ_DOUBLE;
	} else if (c->kind == FLOW_KIND_TIME) {
		q.logical = PQ_TIMESTAMP_MILLIS;
	}
	return q;
}

enum flow_status
flow_table_writer_open(const char *path, int fd, const struct flow_writer_options *options,
    struct flow_table_writer **writer, struct flow_error *err)
{
	struct flow_table_writer *w = calloc(1, sizeof(*w));
	enum flow_status st = FLOW_OK;

	if (w == NULL)
		return flow_fail_memory(err);
	w->sink = (struct file_sink)FILE_SINK_INIT;
	w->encode = (struct pq_encode_options){ profile_codec(options->codec), options->level };
	w->fd = fd;
	if (path != NULL) {
		w->path = strdup(path);
		st = w->path != NULL ? file_sink_open(&w->sink, path, err) : flow_fail_memory(err);
		w->fd = w->sink.fd;
	}
	if (st != FLOW_OK) {
		flow_table_writer_abort(w);
		return st;
	}
	*writer = w;
	return FLOW_OK;
}

void
flow_table_writer_abort(struct flow_table_writer *w)
{
	if (w == NULL)
		return;
	file_sink_abort(&w->sink);
	pq_writer_free(w->file);
	for (size_t i = 0; w->column != NULL && i < w->columns; i++) {
		buf_release(&w->column[i].numbers);
		buf_release(&w->column[i].lengths);
		buf_release(&w->column[i].bytes);
		free(w->column[i].valid);
	}
	free(w->column);
	free(w->schema);
	free(w->path);
	free(w);
}

static enum flow_status
fail_named(const struct flow_table_writer *w, enum flow_status st, struct flow_error *err)
{
	if (st != FLOW_OK)
		flow_error_prefix(err, w->path != NULL ? w->path : "standard output");
	return st;
}

static enum flow_status
take_columns(struct flow_table_writer *w, const struct flow_table *t, struct flow_error *err)
{
	w->column = calloc(t->columns + 1, sizeof(*w->column));
	w->schema = calloc(t->columns + 1, sizeof(*w->schema));
	if (w->column == NULL || w->schema == NULL)
		return flow_fail_memory(err);
	w->columns = t->columns;
	for (size_t i = 0; i < t->columns; i++) {
		struct column *c = &w->column[i];

		memcpy(c->name, t->column[i].name, sizeof(c->name));
		c->kind = t->column[i].kind;
		c->numbers = c->lengths = c->bytes = (struct buf)BUF_INIT;
		c->valid = calloc(BITMAP_WORDS(FLOW_GROUP_ROWS), sizeof(*c->valid));
		if (c->valid == NULL)
			return flow_fail_memory(err);
		w->schema[i] = schema_column(c);
	}
	return fail_named(w, pq_writer_new(w->fd, w->schema, w->columns, &w->file, err), err);
}

/* Formats a cell's text for programs. */
static size_t
format_cell(enum flow_kind kind, const void *value, char out[CELL_ROOM])
{
	const struct flow_prefix *prefix = value;
	const uint64_t *mac = value;
	size_t len;

	if (kind == FLOW_KIND_MAC)
		return mac_format(*mac, out);
	len = addr_format(kind == FLOW_KIND_ADDR ? (const struct addr *)value : &prefix->addr, out);
	if (kind == FLOW_KIND_PREFIX && prefix->bits >= 0)
		len += (size_t)snprintf(out + len, CELL_ROOM - len, "/%d", prefix->bits);
	return len;
}

static void
put_text(struct column *c, const char *text, uint32_t len)
{
	uint64_t at = c->bytes.len;

	buf_append(&c->numbers, &at, sizeof(at));
	buf_append(&c->lengths, &len, sizeof(len));
	buf_append(&c->bytes, text, len);
}

static void
put_number(struct column *c, const void *value)
{
	uint64_t number;
	double real;

	memcpy(&number, value, sizeof(number));
	if (c->kind == FLOW_KIND_DURATION) {
		real = (double)number / 1000;
		memcpy(&number, &real, sizeof(number));
	} else if (c->kind != FLOW_KIND_TIME && !is_real(c->kind) && number > INT64_MAX) {
		number = INT64_MAX;
	}
	buf_append(&c->numbers, &number, sizeof(number));
}

static void
put_cell(struct column *c, const struct flow_table_column *from, size_t row, size_t at)
{
	const uint64_t zero = 0;
	const char *value = (const char *)from->values + row * flow_kind_size(from->kind);
	struct flow_text text;
	char room[CELL_ROOM];

	if (!bitmap_get(from->valid, row)) {
		if (is_text(c->kind))
			put_text(c, "", 0);
		else
			buf_append(&c->numbers, &zero, sizeof(zero));
		return;
	}
	bitmap_set(c->valid, at);
	if (c->kind == FLOW_KIND_TEXT) {
		memcpy(&text, value, sizeof(text));
		put_text(c, text.p, text.len);
	} else if (is_text(c->kind)) {
		put_text(c, room, (uint32_t)format_cell(c->kind, value, room));
	} else {
		put_number(c, value);
	}
}

/* Texts in one buffer as a dictionary with one entry for each row. */
static enum flow_status
list_texts(const struct column *c, size_t rows, struct flow_text **text, uint32_t **code)
{
	const uint64_t *at = (const void *)c->numbers.data;
	const uint32_t *len = (const void *)c->lengths.data;

	*text = malloc((rows + 1) * sizeof(**text));
	*code = malloc((rows + 1) * sizeof(**code));
	if (*text == NULL || *code == NULL)
		return FLOW_ENOMEM;
	for (size_t i = 0; i < rows; i++) {
		(*text)[i] = (struct flow_text){ len[i] > 0 ? (const char *)c->bytes.data + at[i] : "", len[i] };
		(*code)[i] = (uint32_t)i;
	}
	return FLOW_OK;
}

static enum flow_status
encode_column(const struct flow_table_writer *w, size_t i, struct pq_chunk **chunk, struct flow_error *err)
{
	const struct column *c = &w->column[i];
	struct pq_values values = { .rows = w->rows, .valid = c->valid };
	struct flow_text *text = NULL;
	uint32_t *code = NULL;
	enum flow_status st = FLOW_OK;

	if (c->numbers.failed || c->lengths.failed || c->bytes.failed)
		return flow_fail_memory(err);
	if (is_text(c->kind)) {
		st = list_texts(c, w->rows, &text, &code) == FLOW_OK ? FLOW_OK : flow_fail_memory(err);
		values.codes = code;
		values.texts = text;
		values.text_count = (uint32_t)w->rows;
	} else {
		values.width = sizeof(uint64_t);
		values.numbers = c->numbers.data;
	}
	if (st == FLOW_OK)
		st = pq_chunk_encode(&w->schema[i], &values, &w->encode, chunk, err);
	free(text);
	free(code);
	return st;
}

/* Writes the gathered rows as a row group. */
static enum flow_status
write_group(struct flow_table_writer *w, struct flow_error *err)
{
	struct pq_chunk **chunk = calloc(w->columns + 1, sizeof(struct pq_chunk *));
	enum flow_status st = chunk != NULL ? FLOW_OK : flow_fail_memory(err);
	size_t done = 0;

	while (st == FLOW_OK && done < w->columns) {
		st = encode_column(w, done, &chunk[done], err);
		done += st == FLOW_OK;
	}
	if (st == FLOW_OK)
		st = fail_named(w, pq_writer_group(w->file, chunk, w->rows, err), err);
	else
		for (size_t i = 0; i < done; i++)
			pq_chunk_free(chunk[i]);
	free(chunk);
	for (size_t i = 0; i < w->columns; i++) {
		buf_clear(&w->column[i].numbers);
		buf_clear(&w->column[i].lengths);
		buf_clear(&w->column[i].bytes);
		memset(w->column[i].valid, 0, BITMAP_WORDS(FLOW_GROUP_ROWS) * sizeof(uint64_t));
	}
	w->rows = 0;
	return st;
}

enum flow_status
flow_table_writer_rows(struct flow_table_writer *w, const struct flow_table *t, struct flow_error *err)
{
	enum flow_status st = w->file == NULL ? take_columns(w, t, err) : FLOW_OK;

	for (size_t row = 0; row < t->rows && st == FLOW_OK; row++) {
		for (size_t i = 0; i < w->columns; i++)
			put_cell(&w->column[i], &t->column[i], row, w->rows);
		if (++w->rows == FLOW_GROUP_ROWS)
			st = write_group(w, err);
	}
	return st;
}

enum flow_status
flow_table_writer_close(struct flow_table_writer *w, struct flow_error *err)
{
	enum flow_status st = w->rows > 0 ? write_group(w, err) : FLOW_OK;

	if (st == FLOW_OK)
		st = fail_named(w, pq_writer_finish(w->file, err), err);
	if (st == FLOW_OK && w->sink.fd >= 0)
		st = file_sink_commit(&w->sink, err);
	flow_table_writer_abort(w);
	return st;
}
