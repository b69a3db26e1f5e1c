/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "store/sort.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/gather.h"
#include "store/group_read.h"
#include "store/sort_key.h"
#include "store/writer.h"

/* A row and what it is compared by. */
struct entry {
	uint64_t key;
	uint32_t row;
};

/* A sorted run in a temporary file, being read. */
struct run {
	int fd;
	struct source source;
	struct group_reader *reader;
	size_t group;
	const struct flow_batch *batch;	/* NULL: at its end */
	size_t at;
	uint64_t *key;			/* of the batch's rows */
};

struct flow_sort {
	struct flow_sort_order order;
	size_t memory_bytes;
	char *directory;
	struct flow_fieldset seen;	/* columns that had values */
	struct gather *rows;		/* of the current run */
	uint32_t *row;			/* those rows in order, once finished */
	size_t given;
	struct gather *out;		/* the batch that was given last */
	struct run *run;
	size_t runs;
};

/* How many entries have each value of each byte of their keys. */
static void
count_bytes(const struct entry *entry, size_t n, size_t count[8][256])
{
	memset(count, 0, 8 * sizeof(count[0]));
	for (size_t i = 0; i < n; i++)
		for (unsigned b = 0; b < 8; b++)
			count[b][entry[i].key >> 8 * b & 0xff]++;
}

/* By keys, the least byte first; equal keys stay as they are. Gives the one of both arrays that has the result. */
static struct entry *
sort_entries(struct entry *entry, struct entry *other, size_t n)
{
	size_t count[8][256];

	count_bytes(entry, n, count);
	for (unsigned b = 0; b < 8 && n > 0; b++) {
		size_t at[256], sum = 0;
		struct entry *was = entry;

		if (count[b][entry[0].key >> 8 * b & 0xff] == n)
			continue;	/* the byte is the same in all */
		for (unsigned v = 0; v < 256; v++) {
			at[v] = sum;
			sum += count[b][v];
		}
		for (size_t i = 0; i < n; i++)
			other[at[was[i].key >> 8 * b & 0xff]++] = was[i];
		entry = other;
		other = was;
	}
	return entry;
}

enum flow_status
flow_sort_new(const struct flow_sort_order *order, size_t memory_bytes, const char *directory,
    struct flow_sort **sort, struct flow_error *err)
{
	struct flow_sort *s = calloc(1, sizeof(*s));

	if (directory == NULL)
		directory = getenv("TMPDIR");
	if (directory == NULL || directory[0] == '\0')
		directory = "/tmp";
	if (s != NULL) {
		s->order = *order;
		s->memory_bytes = memory_bytes;
		s->directory = strdup(directory);
		s->rows = gather_new();
		s->out = gather_new();
	}
	if (s == NULL || s->directory == NULL || s->rows == NULL || s->out == NULL) {
		flow_sort_free(s);
		return flow_fail_memory(err);
	}
	*sort = s;
	return FLOW_OK;
}

static void
close_run(struct run *r)
{
	group_reader_free(r->reader);
	pq_file_close(r->source.file);
	if (r->fd >= 0)
		(void)close(r->fd);
	free(r->key);
}

void
flow_sort_free(struct flow_sort *sort)
{
	size_t i;

	if (sort == NULL)
		return;
	for (i = 0; i < sort->runs; i++)
		close_run(&sort->run[i]);
	free(sort->run);
	free(sort->row);
	free(sort->directory);
	gather_free(sort->rows);
	gather_free(sort->out);
	free(sort);
}

static enum flow_status
sort_rows(struct flow_sort *s, struct flow_error *err)
{
	const struct flow_batch *b = gather_batch(s->rows);
	struct entry *entry = malloc((b->rows + 1) * sizeof(*entry)), *sorted;
	struct entry *other = malloc((b->rows + 1) * sizeof(*other));
	size_t i;

	free(s->row);
	s->row = malloc((b->rows + 1) * sizeof(*s->row));
	if (entry == NULL || other == NULL || s->row == NULL) {
		free(entry);
		free(other);
		return flow_fail_memory(err);
	}
	for (i = 0; i < b->rows; i++)
		entry[i] = (struct entry){ sort_key(&s->order, b, i), (uint32_t)i };
	sorted = sort_entries(entry, other, b->rows);
	for (i = 0; i < b->rows; i++)
		s->row[i] = sorted[i].row;
	free(entry);
	free(other);
	s->given = 0;
	return FLOW_OK;
}

/* Up to FLOW_BATCH_ROWS of the sorted rows in memory into s->out. */
static enum flow_status
next_sorted(struct flow_sort *s, struct flow_error *err)
{
	const struct flow_batch *b = gather_batch(s->rows);
	const uint32_t *rows = s->row + s->given;
	size_t n = b->rows - s->given;

	if (n == 0)
		return FLOW_END;
	if (n > FLOW_BATCH_ROWS)
		n = FLOW_BATCH_ROWS;
	s->given += n;
	gather_clear(s->out);
	return gather_add_rows(s->out, b, rows, n) == FLOW_OK ? FLOW_OK : flow_fail_memory(err);
}

/* A file that nobody else sees, and that goes with the process. */
static enum flow_status
temporary_file(const char *directory, int *fd, struct flow_error *err)
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
write_run(struct flow_sort *s, int fd, struct flow_error *err)
{
	const struct flow_writer_options options = FLOW_WRITER_OPTIONS_INIT;
	struct flow_writer *writer;
	enum flow_status st = flow_writer_open_fd(fd, &options, &writer, err);

	if (st != FLOW_OK)
		return st;
	while ((st = next_sorted(s, err)) == FLOW_OK) {
		st = flow_writer_batch(writer, gather_batch(s->out), NULL, err);
		if (st != FLOW_OK)
			break;
	}
	if (st != FLOW_END) {
		flow_writer_abort(writer);
		return st;
	}
	return flow_writer_close(writer, err);
}

/* Sorts what is in memory and moves it to a file. */
static enum flow_status
spill(struct flow_sort *s, struct flow_error *err)
{
	struct run *bigger = realloc(s->run, (s->runs + 1) * sizeof(*bigger));
	enum flow_status st;
	struct run r = { .fd = -1, .source = { .fd = -1 } };

	if (bigger == NULL)
		return flow_fail_memory(err);
	s->run = bigger;
	st = sort_rows(s, err);
	if (st == FLOW_OK)
		st = temporary_file(s->directory, &r.fd, err);
	if (st == FLOW_OK && (st = write_run(s, r.fd, err)) == FLOW_EIO)
		flow_error_prefix(err, s->directory);
	if (st != FLOW_OK) {
		close_run(&r);
		return st;
	}
	s->run[s->runs++] = r;
	gather_clear(s->rows);
	return FLOW_OK;
}

enum flow_status
flow_sort_add(struct flow_sort *sort, const struct flow_batch *batch,
    const struct flow_selection *sel, struct flow_error *err)
{
	unsigned f;

	for (f = 0; f < FLOW_FIELD_COUNT; f++)
		if (batch->column[f].form != FLOW_FORM_NULL)
			flow_fieldset_add(&sort->seen, (enum flow_field)f);
	if (gather_add(sort->rows, batch, sel) != FLOW_OK)
		return flow_fail_memory(err);
	if (gather_bytes(sort->rows) + gather_rows(sort->rows) * (2 * sizeof(struct entry) + sizeof(uint32_t)) <
	    sort->memory_bytes && gather_rows(sort->rows) < UINT32_MAX - FLOW_BATCH_ROWS)
		return FLOW_OK;
	return spill(sort, err);
}

/* The run's next batch, with keys. */
static enum flow_status
fill_run(struct flow_sort *s, struct run *r, struct flow_error *err)
{
	enum flow_status st = FLOW_END;
	size_t i;

	r->batch = NULL;
	r->at = 0;
	while (st == FLOW_END) {
		if (!group_reader_is_open(r->reader)) {
			if (r->group == pq_file_groups(r->source.file))
				return FLOW_OK;
			group_reader_begin(r->reader, &r->source, r->group++, NULL);
		}
		st = group_reader_next(r->reader, &r->batch, err);
	}
	if (st != FLOW_OK)
		return st;
	for (i = 0; i < r->batch->rows; i++)
		r->key[i] = sort_key(&s->order, r->batch, i);
	return FLOW_OK;
}

static enum flow_status
open_run(struct flow_sort *s, struct run *r, struct flow_error *err)
{
	const struct flow_fieldset none = { { 0 } };
	enum flow_status st = pq_file_open(r->fd, &r->source.file, err);

	if (st == FLOW_OK)
		st = profile_map(r->source.file, &r->source.map, err);
	if (st != FLOW_OK)
		return st;
	r->reader = group_reader_new(&s->seen, &none);
	r->key = malloc(FLOW_BATCH_ROWS * sizeof(*r->key));
	if (r->reader == NULL || r->key == NULL)
		return flow_fail_memory(err);
	return fill_run(s, r, err);
}

enum flow_status
flow_sort_finish(struct flow_sort *sort, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;
	size_t i;

	if (sort->runs == 0)
		return sort_rows(sort, err);
	if (gather_rows(sort->rows) > 0)
		st = spill(sort, err);
	for (i = 0; i < sort->runs && st == FLOW_OK; i++)
		st = open_run(sort, &sort->run[i], err);
	return st;
}

/* The run whose next row comes first; *limit is the next one's key, and whether ties are its. */
static struct run *
first_run(struct flow_sort *s, uint64_t *limit, bool *ties)
{
	struct run *best = NULL, *second = NULL;
	size_t i;

	for (i = 0; i < s->runs; i++) {
		struct run *r = &s->run[i];

		if (r->batch == NULL)
			continue;
		if (best == NULL || r->key[r->at] < best->key[best->at]) {
			second = best;
			best = r;
		} else if (second == NULL || r->key[r->at] < second->key[second->at]) {
			second = r;
		}
	}
	*limit = second != NULL ? second->key[second->at] : UINT64_MAX;
	/* Equal keys belong to the earlier run. */
	*ties = second == NULL || best < second;
	return best;
}

/* Rows of the run that come before the limit, as many as fit. */
static enum flow_status
take_rows(struct flow_sort *s, struct run *r, uint64_t limit, bool ties, struct flow_error *err)
{
	uint32_t rows[FLOW_BATCH_ROWS];
	size_t room = FLOW_BATCH_ROWS - gather_rows(s->out), n = 0;

	while (n < room && r->at < r->batch->rows &&
	    (r->key[r->at] < limit || (ties && r->key[r->at] == limit)))
		rows[n++] = (uint32_t)r->at++;
	if (gather_add_rows(s->out, r->batch, rows, n) != FLOW_OK)
		return flow_fail_memory(err);
	return r->at == r->batch->rows ? fill_run(s, r, err) : FLOW_OK;
}

static enum flow_status
next_merged(struct flow_sort *s, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;
	struct run *r;
	uint64_t limit;
	bool ties;

	gather_clear(s->out);
	while (st == FLOW_OK && gather_rows(s->out) < FLOW_BATCH_ROWS &&
	    (r = first_run(s, &limit, &ties)) != NULL)
		st = take_rows(s, r, limit, ties, err);
	return st == FLOW_OK && gather_rows(s->out) == 0 ? FLOW_END : st;
}

const struct flow_batch *
flow_sort_whole(struct flow_sort *sort, const uint32_t **rows)
{
	*rows = sort->row;
	return sort->runs == 0 ? gather_batch(sort->rows) : NULL;
}

enum flow_status
flow_sort_next(struct flow_sort *sort, const struct flow_batch **batch, struct flow_error *err)
{
	enum flow_status st = sort->runs > 0 ? next_merged(sort, err) : next_sorted(sort, err);

	if (st == FLOW_OK)
		*batch = gather_batch(sort->out);
	return st;
}
