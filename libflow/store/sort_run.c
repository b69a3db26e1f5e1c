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

/* Rows whose keys are read at a time. */
#define KEYS 8192

/* The file: all keys, then the rows in pieces of SORT_RUN_ROWS. */
struct sort_run {
	int fd;
	size_t rows;
	uint64_t *end;			/* where each piece of rows ends in the file */
	/* Keys. */
	uint64_t *key;			/* of KEYS rows, `keys` of each */
	unsigned keys;
	size_t at;			/* the next row */
	/* Rows. */
	struct raw_reader *reader;
	struct buf bytes;
	const struct flow_batch *batch;	/* NULL: the next piece is not read yet */
	size_t taken;			/* rows taken of it */
	uint32_t number[SORT_RUN_ROWS];	/* 0, 1, 2 ... */
};

static size_t
piece_count(const struct sort_run *r)
{
	return (r->rows + SORT_RUN_ROWS - 1) / SORT_RUN_ROWS;
}

/* Makes an unlinked file, which vanishes with the process. */
static enum flow_status
open_file(const char *directory, int *fd, struct flow_error *err)
{
	char *path;

	if (asprintf(&path, "%s/flow-sort.XXXXXX", directory) < 0)
		return flow_fail_memory(err);
	*fd = mkostemp(path, O_CLOEXEC);
	if (*fd < 0) {
		enum flow_status st = flow_fail_errno(err, "%s", path);

		free(path);
		return st;
	}
	(void)unlink(path);
	free(path);
	return FLOW_OK;
}

static enum flow_status
write_rows(struct sort_run *r, struct raw_writer *writer, const struct flow_batch *batch, const uint32_t *row,
    struct flow_error *err)
{
	uint64_t at = r->rows * r->keys * sizeof(uint64_t);

	for (size_t from = 0; from < r->rows; from += SORT_RUN_ROWS) {
		size_t n = r->rows - from < SORT_RUN_ROWS ? r->rows - from : SORT_RUN_ROWS;
		enum flow_status st;

		buf_clear(&r->bytes);
		if (raw_writer_rows(writer, batch, row + from, n, &r->bytes) != FLOW_OK)
			return flow_fail_memory(err);
		st = file_write_all(r->fd, r->bytes.data, r->bytes.len, err);
		if (st != FLOW_OK)
			return st;
		r->end[from / SORT_RUN_ROWS] = at += r->bytes.len;
	}
	return FLOW_OK;
}

/* Reads the keys from r->at on, which is a multiple of KEYS. */
static enum flow_status
read_keys(struct sort_run *r, struct flow_error *err)
{
	size_t left = r->rows - r->at;

	if (left == 0)
		return FLOW_OK;
	return file_read_all_at(r->fd, r->at * r->keys * sizeof(r->key[0]), r->key,
	    (left < KEYS ? left : KEYS) * r->keys * sizeof(r->key[0]), err);
}

enum flow_status
sort_run_write(const char *directory, const struct flow_batch *batch, const uint32_t *row, const uint64_t *key,
    unsigned keys, struct sort_run **run, struct flow_error *err)
{
	struct sort_run *r = calloc(1, sizeof(*r));
	struct raw_writer *writer = raw_writer_new();
	enum flow_status st = FLOW_ENOMEM;

	if (r != NULL) {
		r->fd = -1;
		r->rows = batch->rows;
		r->keys = keys;
		r->key = malloc(KEYS * keys * sizeof(*r->key));
		r->end = malloc((piece_count(r) + 1) * sizeof(*r->end));
		r->reader = raw_reader_new();
		for (uint32_t i = 0; i < SORT_RUN_ROWS; i++)
			r->number[i] = i;
	}
	if (r == NULL || writer == NULL || r->end == NULL || r->key == NULL || r->reader == NULL)
		(void)flow_fail_memory(err);
	else
		st = open_file(directory, &r->fd, err);
	if (st == FLOW_OK) {
		st = file_write_all(r->fd, key, r->rows * keys * sizeof(*key), err);
		if (st == FLOW_OK)
			st = write_rows(r, writer, batch, row, err);
		if (st == FLOW_OK)
			st = read_keys(r, err);
		if (st == FLOW_EIO)
			flow_error_prefix(err, directory);
	}
	raw_writer_free(writer);
	if (st != FLOW_OK) {
		sort_run_free(r);
		return st;
	}
	*run = r;
	return FLOW_OK;
}

void
sort_run_free(struct sort_run *run)
{
	if (run == NULL)
		return;
	if (run->fd >= 0)
		(void)close(run->fd);
	raw_reader_free(run->reader);
	buf_release(&run->bytes);
	free(run->end);
	free(run->key);
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
	return &run->key[run->at % KEYS * run->keys];
}

enum flow_status
sort_run_next(struct sort_run *run, struct flow_error *err)
{
	return ++run->at % KEYS == 0 ? read_keys(run, err) : FLOW_OK;
}

static enum flow_status
read_rows(struct sort_run *r, struct flow_error *err)
{
	size_t piece = r->taken / SORT_RUN_ROWS, left = r->rows - r->taken;
	uint64_t begin = piece > 0 ? r->end[piece - 1] : r->rows * r->keys * sizeof(uint64_t);
	size_t len = (size_t)(r->end[piece] - begin);
	enum flow_status st;

	buf_clear(&r->bytes);
	if (!buf_reserve(&r->bytes, len))
		return flow_fail_memory(err);
	st = file_read_all_at(r->fd, begin, r->bytes.data, len, err);
	if (st != FLOW_OK)
		return st;
	return raw_reader_rows(r->reader, r->bytes.data, len, left < SORT_RUN_ROWS ? left : SORT_RUN_ROWS,
	    &r->batch, err);
}

enum flow_status
sort_run_take(struct sort_run *run, size_t n, struct gather *rows, struct flow_error *err)
{
	while (n > 0) {
		size_t from = run->taken % SORT_RUN_ROWS;
		enum flow_status st = run->batch == NULL ? read_rows(run, err) : FLOW_OK;
		size_t some;

		if (st != FLOW_OK)
			return st;
		some = run->batch->rows - from < n ? run->batch->rows - from : n;
		if (gather_add_rows(rows, run->batch, run->number + from, some) != FLOW_OK)
			return flow_fail_memory(err);
		run->taken += some;
		n -= some;
		if (run->taken % SORT_RUN_ROWS == 0)
			run->batch = NULL;
	}
	return FLOW_OK;
}
