/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/parts/row_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agg/group/spool.h"
#include "base/file.h"

/* Size of a buffer: below, system calls cost more than rows; above, nothing is gained. */
#define BUFFER_MIN ((size_t)1 << 10)
#define BUFFER_MAX ((size_t)64 << 10)

/* The columns that a grouping needs when its rows are read again. */
static void
fields_of(const struct flow_agg_spec *spec, size_t grouping, struct flow_fieldset *set)
{
	const struct grouping *g = &spec->grouping[grouping];

	grouping_part_fields(g, set);
	if (spec->from_ms != INT64_MIN || spec->to_ms != INT64_MAX)
		flow_fieldset_add(set, FLOW_FIELD_FIRST);
}

static size_t
count_parted(const struct flow_agg_spec *spec)
{
	size_t n = 0;

	for (size_t i = 0; i < spec->groupings; i++)
		n += grouping_is_parted(spec, i);
	return n > 0 ? n : 1;
}

struct row_parts *
row_parts_new(const struct flow_agg_spec *spec, const char *folder, size_t workers, size_t bytes)
{
	struct row_parts *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	(void)pthread_mutex_init(&p->lock, NULL);
	p->folder = folder;
	p->fd = -1;
	p->groupings = spec->groupings;
	p->buffer_bytes = bytes / workers / count_parted(spec) / ROW_PARTS;
	if (p->buffer_bytes < BUFFER_MIN)
		p->buffer_bytes = BUFFER_MIN;
	if (p->buffer_bytes > BUFFER_MAX)
		p->buffer_bytes = BUFFER_MAX;
	p->code = calloc(spec->groupings + 1, sizeof(*p->code));
	p->part = calloc((spec->groupings + 1) * ROW_PARTS, sizeof(*p->part));
	if (p->code == NULL || p->part == NULL) {
		row_parts_free(p);
		return NULL;
	}
	for (size_t i = 0; i < spec->groupings; i++) {
		struct flow_fieldset set = { { 0 } };

		fields_of(spec, i, &set);
		row_code_init(&p->code[i], &set);
	}
	return p;
}

void
row_parts_free(struct row_parts *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; p->part != NULL && i < p->groupings * ROW_PARTS; i++)
		free(p->part[i].chunk);
	if (p->fd >= 0)
		(void)close(p->fd);
	(void)pthread_mutex_destroy(&p->lock);
	free(p->code);
	free(p->part);
	free(p);
}

struct row_buffer {
	uint8_t *bytes;		/* NULL: no row yet */
	size_t used, size;
	uint32_t rows;
};

struct row_sorter {
	struct row_parts *parts;
	struct row_buffer *buffer;	/* by grouping and part */
};

struct row_sorter *
row_sorter_new(struct row_parts *parts)
{
	struct row_sorter *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->parts = parts;
	s->buffer = calloc((parts->groupings + 1) * ROW_PARTS, sizeof(*s->buffer));
	if (s->buffer == NULL) {
		row_sorter_free(s);
		return NULL;
	}
	return s;
}

void
row_sorter_free(struct row_sorter *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; s->buffer != NULL && i < s->parts->groupings * ROW_PARTS; i++)
		free(s->buffer[i].bytes);
	free(s->buffer);
	free(s);
}

static enum flow_status
write_all(int fd, const uint8_t *bytes, size_t len, int64_t at, struct flow_error *err)
{
	while (len > 0) {
		ssize_t n = pwrite(fd, bytes, len, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return flow_fail_errno(err, "temporary file");
		bytes += n;
		at += n;
		len -= (size_t)n;
	}
	return FLOW_OK;
}

static enum flow_status
chunk_add(struct row_part *part, struct row_chunk chunk)
{
	if (part->chunks == part->cap) {
		size_t cap = part->cap > 0 ? 2 * part->cap : 4;
		struct row_chunk *more = realloc(part->chunk, cap * sizeof(*more));

		if (more == NULL)
			return FLOW_ENOMEM;
		part->chunk = more;
		part->cap = cap;
	}
	part->chunk[part->chunks++] = chunk;
	return FLOW_OK;
}

/* Reserves space in the file for a buffer, and lists the chunk. */
static enum flow_status
reserve(struct row_parts *p, size_t at, const struct row_buffer *b, struct row_chunk *chunk, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;

	(void)pthread_mutex_lock(&p->lock);
	if (p->fd < 0)
		p->fd = file_open_scratch(p->folder, err);
	if (p->fd < 0)
		st = FLOW_EIO;
	*chunk = (struct row_chunk){ p->end, (uint32_t)b->used, b->rows };
	p->end += (int64_t)b->used;
	if (st == FLOW_OK && chunk_add(&p->part[at], *chunk) != FLOW_OK)
		st = flow_fail_memory(err);
	(void)pthread_mutex_unlock(&p->lock);
	return st;
}

static enum flow_status
buffer_write(struct row_parts *p, size_t at, struct row_buffer *b, struct flow_error *err)
{
	struct row_chunk chunk;
	enum flow_status st;

	if (b->rows == 0)
		return FLOW_OK;
	st = reserve(p, at, b, &chunk, err);
	if (st == FLOW_OK)
		st = write_all(p->fd, b->bytes, b->used, chunk.at, err);
	b->used = 0;
	b->rows = 0;
	return st;
}

/* Makes room for a row, by writing the buffer if need be. */
static enum flow_status
buffer_ready(struct row_parts *p, size_t at, struct row_buffer *b, size_t bytes, struct flow_error *err)
{
	size_t size = bytes > p->buffer_bytes ? bytes : p->buffer_bytes;

	if (b->size - b->used >= bytes && b->rows < FLOW_BATCH_ROWS)
		return FLOW_OK;
	if (buffer_write(p, at, b, err) != FLOW_OK)
		return err != NULL ? err->status : FLOW_EIO;
	if (b->size >= bytes)
		return FLOW_OK;
	free(b->bytes);
	b->size = 0;
	b->bytes = malloc(size);
	if (b->bytes == NULL)
		return flow_fail_memory(err);
	b->size = size;
	return FLOW_OK;
}

enum flow_status
row_sorter_put(struct row_sorter *s, size_t grouping, unsigned part, const struct flow_batch *batch, uint32_t row,
    struct flow_error *err)
{
	const struct row_code *code = &s->parts->code[grouping];
	size_t at = grouping * ROW_PARTS + part;
	struct row_buffer *b = &s->buffer[at];
	enum flow_status st = buffer_ready(s->parts, at, b, row_code_bound(code, batch, row), err);

	if (st != FLOW_OK)
		return st;
	b->used = (size_t)(row_code_put(code, batch, row, b->bytes + b->used) - b->bytes);
	b->rows++;
	return FLOW_OK;
}

enum flow_status
row_sorter_end(struct row_sorter *s, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;

	for (size_t i = 0; i < s->parts->groupings * ROW_PARTS && st == FLOW_OK; i++)
		st = buffer_write(s->parts, i, &s->buffer[i], err);
	return st;
}

void
row_parts_rewind(struct row_parts *p, unsigned from, unsigned to)
{
	p->at_grouping = 0;
	p->at_part = from;
	p->at_chunk = 0;
	p->to_part = to;
}

uint64_t
row_parts_rows(const struct row_parts *p, size_t grouping, unsigned from, unsigned to)
{
	uint64_t rows = 0;

	for (unsigned i = from; i < to; i++) {
		const struct row_part *part = &p->part[grouping * ROW_PARTS + i];

		for (size_t c = 0; c < part->chunks; c++)
			rows += part->chunk[c].rows;
	}
	return rows;
}

/* The next chunk, in the order of parts, then groupings. */
static bool
take_chunk(struct row_parts *p, const struct flow_agg_spec *spec, size_t *grouping, struct row_chunk *chunk)
{
	for (; p->at_part < p->to_part; p->at_part++, p->at_grouping = 0) {
		for (; p->at_grouping < p->groupings; p->at_grouping++, p->at_chunk = 0) {
			const struct row_part *part = &p->part[p->at_grouping * ROW_PARTS + p->at_part];

			if (!grouping_is_fed(spec, p->at_grouping) || p->at_chunk == part->chunks)
				continue;
			*grouping = p->at_grouping;
			*chunk = part->chunk[p->at_chunk++];
			return true;
		}
	}
	return false;
}

static enum flow_status
read_all(int fd, uint8_t *bytes, const struct row_chunk *chunk, struct flow_error *err)
{
	size_t done = 0;

	while (done < chunk->bytes) {
		ssize_t n = pread(fd, bytes + done, chunk->bytes - done, chunk->at + (int64_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return flow_fail_errno(err, "temporary file");
		if (n == 0)
			return flow_fail(err, FLOW_EIO, chunk->at, "temporary file: it is too short");
		done += (size_t)n;
	}
	return FLOW_OK;
}

enum flow_status
row_parts_next(struct row_parts *p, const struct flow_agg_spec *spec, struct row_decoder *d, struct buf *bytes,
    size_t *grouping, unsigned *part, const struct flow_batch **batch, struct flow_error *err)
{
	struct row_chunk chunk;
	enum flow_status st;
	bool any;

	(void)pthread_mutex_lock(&p->lock);
	any = take_chunk(p, spec, grouping, &chunk);
	*part = (unsigned)p->at_part;
	(void)pthread_mutex_unlock(&p->lock);
	if (!any)
		return FLOW_END;
	buf_clear(bytes);
	if (!buf_reserve(bytes, chunk.bytes))
		return flow_fail_memory(err);
	st = read_all(p->fd, bytes->data, &chunk, err);
	if (st != FLOW_OK)
		return st;
	st = row_decoder_read(d, &p->code[*grouping], bytes->data, chunk.bytes, chunk.rows, batch);
	if (st == FLOW_EIO)
		return flow_fail(err, FLOW_EIO, chunk.at, "temporary file: not the rows that were written");
	return st == FLOW_OK ? FLOW_OK : flow_fail_memory(err);
}
