/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "store/sort_run.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "store/raw_rows.h"

/* In the file: all keys, then one piece of rows after the other. */
struct sort_run {
	int fd;				/* the file's */
	uint64_t begin;
	size_t rows;
	size_t piece;			/* rows of a piece; as many keys are read at a time */
	uint64_t *end;			/* of the bytes of so many rows each, in the file */
	/* Keys. */
	uint64_t *key;			/* of a piece of rows, `keys` of each */
	unsigned keys;
	size_t at;			/* the next row */
	/* Rows. */
	struct raw_reader *reader;
	struct buf bytes;
	const struct flow_batch *batch;	/* NULL: the next ones are not read yet */
	size_t taken;			/* rows */
	uint32_t *number;		/* of a batch's rows: 0, 1, 2 ... */
};

static size_t
piece_count(const struct sort_run *r)
{
	return (r->rows + r->piece - 1) / r->piece;
}

enum flow_status
sort_file_open(struct sort_file *file, const char *directory, struct flow_error *err)
{
	file->bytes = 0;
	file->fd = file_open_scratch(directory, err);
	return file->fd >= 0 ? FLOW_OK : FLOW_EIO;
}

void
sort_file_close(struct sort_file *file)
{
	if (file->fd >= 0)
		(void)close(file->fd);
	file->fd = -1;
}

static enum flow_status
write_rows(struct sort_run *r, struct raw_writer *writer, const struct flow_batch *batch, const uint32_t *row,
    struct flow_error *err)
{
	uint64_t at = r->begin + r->rows * r->keys * sizeof(uint64_t);

	for (size_t from = 0; from < r->rows; from += r->piece) {
		size_t n = r->rows - from < r->piece ? r->rows - from : r->piece;
		enum flow_status st;

		buf_clear(&r->bytes);
		if (raw_writer_rows(writer, batch, row + from, n, &r->bytes) != FLOW_OK)
			return flow_fail_memory(err);
		st = file_write_all(r->fd, r->bytes.data, r->bytes.len, err);
		if (st != FLOW_OK)
			return st;
		r->end[from / r->piece] = at += r->bytes.len;
	}
	return FLOW_OK;
}

/* Keys from r->at on, where a piece begins. */
static enum flow_status
read_keys(struct sort_run *r, struct flow_error *err)
{
	size_t left = r->rows - r->at;

	if (left == 0)
		return FLOW_OK;
	return file_read_all_at(r->fd, r->begin + r->at * r->keys * sizeof(r->key[0]), r->key,
	    (left < r->piece ? left : r->piece) * r->keys * sizeof(r->key[0]), err);
}

static struct sort_run *
new_run(const struct sort_file *file, size_t rows, unsigned keys, size_t piece)
{
	struct sort_run *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->fd = file->fd;
	r->begin = file->bytes;
	r->rows = rows;
	r->keys = keys;
	r->piece = piece;
	r->end = malloc((piece_count(r) + 1) * sizeof(*r->end));
	r->reader = raw_reader_new();
	r->key = malloc(piece * keys * sizeof(*r->key));
	r->number = malloc(piece * sizeof(*r->number));
	for (uint32_t i = 0; r->number != NULL && i < piece; i++)
		r->number[i] = i;
	if (r->end != NULL && r->reader != NULL && r->key != NULL && r->number != NULL)
		return r;
	sort_run_free(r);
	return NULL;
}

enum flow_status
sort_run_write(struct sort_file *file, const struct flow_batch *batch, const uint32_t *row, const uint64_t *key,
    unsigned keys, size_t piece, struct sort_run **run, struct flow_error *err)
{
	struct sort_run *r = new_run(file, batch->rows, keys, piece);
	struct raw_writer *writer = raw_writer_new();
	enum flow_status st = r != NULL && writer != NULL ? FLOW_OK : flow_fail_memory(err);

	if (st == FLOW_OK)
		st = file_write_all(r->fd, key, r->rows * keys * sizeof(*key), err);
	if (st == FLOW_OK)
		st = write_rows(r, writer, batch, row, err);
	raw_writer_free(writer);
	if (st == FLOW_OK)
		st = read_keys(r, err);
	if (st != FLOW_OK) {
		sort_run_free(r);
		return st;
	}
	buf_release(&r->bytes);
	file->bytes = r->rows > 0 ? r->end[piece_count(r) - 1] : file->bytes;
	*run = r;
	return FLOW_OK;
}

void
sort_run_free(struct sort_run *run)
{
	if (run == NULL)
		return;
	raw_reader_free(run->reader);
	buf_release(&run->bytes);
	free(run->end);
	free(run->key);
	free(run->number);
	free(run);
}

bool
sort_run_has(const struct sort_run *run)
{
	return run->at < run->rows;
}

const uint64_t *
sort_run_key(const struct sort_run *run)
{
	return &run->key[run->at % run->piece * run->keys];
}

enum flow_status
sort_run_next(struct sort_run *run, struct flow_error *err)
{
	return ++run->at % run->piece == 0 ? read_keys(run, err) : FLOW_OK;
}

static enum flow_status
read_rows(struct sort_run *r, struct flow_error *err)
{
	size_t piece = r->taken / r->piece, left = r->rows - r->taken;
	uint64_t begin = piece > 0 ? r->end[piece - 1] : r->begin + r->rows * r->keys * sizeof(uint64_t);
	size_t len = (size_t)(r->end[piece] - begin);
	enum flow_status st;

	buf_clear(&r->bytes);
	if (!buf_reserve(&r->bytes, len))
		return flow_fail_memory(err);
	st = file_read_all_at(r->fd, begin, r->bytes.data, len, err);
	if (st != FLOW_OK)
		return st;
	return raw_reader_rows(r->reader, r->bytes.data, len, left < r->piece ? left : r->piece,
	    &r->batch, err);
}

enum flow_status
sort_run_take(struct sort_run *run, size_t n, struct gather *rows, struct flow_error *err)
{
	while (n > 0) {
		size_t from = run->taken % run->piece;
		enum flow_status st = run->batch == NULL ? read_rows(run, err) : FLOW_OK;
		size_t some;

		if (st != FLOW_OK)
			return st;
		some = run->batch->rows - from < n ? run->batch->rows - from : n;
		if (gather_add_rows(rows, run->batch, run->number + from, some) != FLOW_OK)
			return flow_fail_memory(err);
		run->taken += some;
		n -= some;
		if (run->taken % run->piece == 0)
			run->batch = NULL;
	}
	return FLOW_OK;
}
