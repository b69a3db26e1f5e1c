/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/table/row_runs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agg/group/spool.h"
#include "base/buf.h"
#include "base/file.h"

/* The least window for reading a run, and about the size of all windows together. */
#define WINDOW_MIN ((size_t)16 << 10)
#define WINDOWS ((size_t)8 << 20)

void
row_runs_init(struct row_runs *r, const struct row_order *order)
{
	*r = (struct row_runs){ .fd = -1, .order = *order };
}

void
row_runs_release(struct row_runs *r)
{
	if (r->fd >= 0)
		(void)close(r->fd);
	free(r->run);
	row_runs_init(r, &r->order);
}

enum flow_status
row_runs_begin(struct row_runs *r, const char *folder, struct flow_error *err)
{
	struct row_run *more = realloc(r->run, (r->runs + 1) * sizeof(*more));

	if (more == NULL)
		return flow_fail_memory(err);
	r->run = more;
	r->run[r->runs++] = (struct row_run){ r->end, r->end };
	if (r->fd < 0)
		r->fd = file_open_scratch(folder, err);
	return r->fd >= 0 ? FLOW_OK : FLOW_EIO;
}

static void
put(struct buf *out, const void *p, size_t len)
{
	buf_append(out, p, len);
}

/* Appends a row; its length field counts the bytes after that field. */
static void
put_row(struct buf *out, const struct flow_table *t, size_t row, const uint64_t *rank, size_t ranks)
{
	size_t at = out->len;
	uint32_t len = 0;

	put(out, &len, sizeof(len));
	put(out, rank, ranks * sizeof(*rank));
	for (size_t c = 0; c < t->columns; c++) {
		const struct flow_table_column *column = &t->column[c];
		size_t size = flow_kind_size(column->kind);
		const char *value = (const char *)column->values + row * size;
		struct flow_text text;

		buf_append_u8(out, bitmap_get(column->valid, row));
		if (!bitmap_get(column->valid, row))
			continue;
		if (column->kind != FLOW_KIND_TEXT) {
			put(out, value, size);
			continue;
		}
		memcpy(&text, value, sizeof(text));
		put(out, &text.len, sizeof(text.len));
		put(out, text.p, text.len);
	}
	if (buf_status(out) != FLOW_OK)
		return;
	len = (uint32_t)(out->len - at - sizeof(len));
	memcpy(out->data + at, &len, sizeof(len));
}

static enum flow_status
write_all(struct row_runs *r, const struct buf *bytes, struct flow_error *err)
{
	size_t done = 0;

	while (done < bytes->len) {
		ssize_t n = pwrite(r->fd, bytes->data + done, bytes->len - done, r->end);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return flow_fail_errno(err, "temporary file");
		done += (size_t)n;
		r->end += n;
	}
	return FLOW_OK;
}

enum flow_status
row_runs_add(struct row_runs *r, const struct flow_table *t, const uint64_t *rank, struct flow_error *err)
{
	struct buf out = BUF_INIT;
	enum flow_status st;

	for (size_t i = 0; i < t->rows; i++)
		put_row(&out, t, i, rank + i * (1 + r->order.thens), 1 + r->order.thens);
	st = buf_status(&out) == FLOW_OK ? write_all(r, &out, err) : flow_fail_memory(err);
	buf_release(&out);
	r->run[r->runs - 1].to = r->end;
	r->rows += t->rows;
	return st;
}

/* A value of a row, in the window. */
struct cell {
	const char *p;		/* NULL: null */
	uint32_t len;
};

/* A run that is being read. */
struct reader {
	int64_t at, to;		/* the unread part of the file */
	char *window;
	size_t size, begin, end;	/* its capacity, and the unused bytes in it */
	bool has_row;
	uint64_t rank[1 + ROW_THENS];
	size_t row_bytes;
	struct cell *cell;
};

struct row_merge {
	int fd;
	struct row_order order;
	enum flow_kind *kind;
	size_t *key;		/* key columns, in the order of comparison */
	size_t columns, keys;
	struct reader *reader;
	size_t readers;
	size_t *heap;		/* readers with a row; the top has the next row */
	size_t heaped;
};

/* Makes the window hold `want` unused bytes; FLOW_EIO if the run has fewer. */
static enum flow_status
window_fill(const struct row_merge *m, struct reader *r, size_t want, struct flow_error *err)
{
	if (r->end - r->begin >= want)
		return FLOW_OK;
	memmove(r->window, r->window + r->begin, r->end - r->begin);
	r->end -= r->begin;
	r->begin = 0;
	if (want > r->size) {
		char *more = realloc(r->window, want);

		if (more == NULL)
			return flow_fail_memory(err);
		r->window = more;
		r->size = want;
	}
	while (r->end < want) {
		size_t room = r->size - r->end, left = (size_t)(r->to - r->at);
		ssize_t got = left == 0 ? 0 : pread(m->fd, r->window + r->end, room < left ? room : left, r->at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0)
			return flow_fail(err, FLOW_EIO, r->at, "temporary file: it is too short");
		if (got < 0)
			return flow_fail_errno(err, "temporary file");
		r->end += (size_t)got;
		r->at += got;
	}
	return FLOW_OK;
}

/* Finds the cells of the row in the window. */
static void
cut_row(const struct row_merge *m, struct reader *r)
{
	const char *p = r->window + r->begin + sizeof(uint32_t);

	memcpy(r->rank, p, (1 + m->order.thens) * sizeof(r->rank[0]));
	p += (1 + m->order.thens) * sizeof(r->rank[0]);
	for (size_t c = 0; c < m->columns; c++) {
		bool has = *p++ != 0;

		r->cell[c].p = NULL;
		if (!has)
			continue;
		r->cell[c].len = (uint32_t)flow_kind_size(m->kind[c]);
		if (m->kind[c] == FLOW_KIND_TEXT) {
			memcpy(&r->cell[c].len, p, sizeof(r->cell[c].len));
			p += sizeof(r->cell[c].len);
		}
		r->cell[c].p = p;
		p += r->cell[c].len;
	}
}

/* Reads the next row of a run. */
static enum flow_status
read_row(const struct row_merge *m, struct reader *r, struct flow_error *err)
{
	enum flow_status st;
	uint32_t len;

	r->begin += r->row_bytes;
	r->row_bytes = 0;
	r->has_row = r->at < r->to || r->begin < r->end;
	if (!r->has_row)
		return FLOW_OK;
	st = window_fill(m, r, sizeof(len), err);
	if (st != FLOW_OK)
		return st;
	memcpy(&len, r->window + r->begin, sizeof(len));
	r->row_bytes = sizeof(len) + len;
	st = window_fill(m, r, r->row_bytes, err);
	if (st == FLOW_OK)
		cut_row(m, r);
	return st;
}

static int
compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* The order of keys as in agg/table/order.c: null first, addresses as numbers, texts bytewise. */
static int
compare_cells(enum flow_kind kind, const struct cell *a, const struct cell *b)
{
	struct flow_text ta = { a->p, a->len }, tb = { b->p, b->len };
	struct flow_prefix pa, pb;
	struct addr aa, ab;
	uint64_t va, vb;

	if (a->p == NULL || b->p == NULL)
		return (a->p != NULL) - (b->p != NULL);
	switch (kind) {
	case FLOW_KIND_TEXT:
		return text_compare(&ta, &tb);
	case FLOW_KIND_ADDR:
		memcpy(&aa, a->p, sizeof(aa));
		memcpy(&ab, b->p, sizeof(ab));
		return addr_compare(&aa, &ab);
	case FLOW_KIND_PREFIX:
		memcpy(&pa, a->p, sizeof(pa));
		memcpy(&pb, b->p, sizeof(pb));
		return addr_compare(&pa.addr, &pb.addr) != 0 ? addr_compare(&pa.addr, &pb.addr) :
		    (pa.bits > pb.bits) - (pa.bits < pb.bits);
	case FLOW_KIND_TIME:
		memcpy(&va, a->p, sizeof(va));
		memcpy(&vb, b->p, sizeof(vb));
		return compare_numbers(va ^ UINT64_C(1) << 63, vb ^ UINT64_C(1) << 63);
	default:
		memcpy(&va, a->p, sizeof(va));
		memcpy(&vb, b->p, sizeof(vb));
		return compare_numbers(va, vb);
	}
}

static int
compare_then(const struct row_merge *m, const struct row_then *by, const struct reader *a, const struct reader *b,
    size_t i)
{
	int order;

	if (!by->is_key)
		return compare_numbers(b->rank[i], a->rank[i]);
	/* Networks by their address alone, the first member of flow_prefix: lengths only break final ties. */
	order = compare_cells(m->kind[by->column] == FLOW_KIND_PREFIX ? FLOW_KIND_ADDR : m->kind[by->column],
	    &a->cell[by->column], &b->cell[by->column]);
	return by->descends ? -order : order;
}

/* Compares the current rows of two runs; <0: a comes first. */
static int
compare_rows(const struct row_merge *m, const struct reader *a, const struct reader *b)
{
	int time = m->order.has_time ?
	    compare_cells(FLOW_KIND_TIME, &a->cell[m->order.time], &b->cell[m->order.time]) : 0;
	int order = 0;

	if (time != 0 && m->order.time_first)
		return time;
	if (a->rank[0] != b->rank[0])
		return a->rank[0] > b->rank[0] ? -1 : 1;
	if (time != 0)
		return time;
	for (size_t i = 0; i < m->order.thens && order == 0; i++)
		order = compare_then(m, &m->order.then[i], a, b, 1 + i);
	if (order != 0)
		return order;
	for (size_t k = 0; k < m->keys && order == 0; k++)
		order = compare_cells(m->kind[m->key[k]], &a->cell[m->key[k]], &b->cell[m->key[k]]);
	return m->order.keys_descend ? -order : order;
}

static void
heap_down(struct row_merge *m, size_t i)
{
	size_t child, reader = m->heap[i];

	while ((child = 2 * i + 1) < m->heaped) {
		if (child + 1 < m->heaped &&
		    compare_rows(m, &m->reader[m->heap[child + 1]], &m->reader[m->heap[child]]) < 0)
			child++;
		if (compare_rows(m, &m->reader[reader], &m->reader[m->heap[child]]) <= 0)
			break;
		m->heap[i] = m->heap[child];
		i = child;
	}
	m->heap[i] = reader;
}

/* Takes the kinds of columns, and which of them are keys. */
static enum flow_status
take_columns(struct row_merge *m, const struct flow_table *like)
{
	m->columns = like->columns;
	m->kind = calloc(m->columns + 1, sizeof(*m->kind));
	m->key = calloc(m->columns + 1, sizeof(*m->key));
	if (m->kind == NULL || m->key == NULL)
		return FLOW_ENOMEM;
	for (size_t c = 0; c < m->columns; c++) {
		m->kind[c] = like->column[c].kind;
		if (like->column[c].key && !(m->order.has_time && c == m->order.time))
			m->key[m->keys++] = c;
	}
	return FLOW_OK;
}

static enum flow_status
open_reader(struct row_merge *m, struct reader *r, const struct row_run *run, size_t window, struct flow_error *err)
{
	*r = (struct reader){ .at = run->from, .to = run->to, .size = window };
	r->window = malloc(window);
	r->cell = calloc(m->columns + 1, sizeof(*r->cell));
	if (r->window == NULL || r->cell == NULL)
		return flow_fail_memory(err);
	return read_row(m, r, err);
}

enum flow_status
row_merge_new(const struct row_runs *r, const struct flow_table *like, struct row_merge **merge,
    struct flow_error *err)
{
	struct row_merge *m = calloc(1, sizeof(*m));
	size_t window = r->runs > 0 && WINDOWS / r->runs > WINDOW_MIN ? WINDOWS / r->runs : WINDOW_MIN;
	enum flow_status st = FLOW_OK;

	if (m == NULL)
		return flow_fail_memory(err);
	m->fd = r->fd;
	m->order = r->order;
	m->reader = calloc(r->runs + 1, sizeof(*m->reader));
	m->heap = calloc(r->runs + 1, sizeof(*m->heap));
	if (m->reader == NULL || m->heap == NULL || take_columns(m, like) != FLOW_OK)
		st = flow_fail_memory(err);
	for (size_t i = 0; i < r->runs && st == FLOW_OK; i++) {
		st = open_reader(m, &m->reader[m->readers++], &r->run[i], window, err);
		if (st == FLOW_OK && m->reader[i].has_row)
			m->heap[m->heaped++] = i;
	}
	if (st != FLOW_OK) {
		row_merge_free(m);
		return st;
	}
	for (size_t i = m->heaped / 2; i-- > 0;)
		heap_down(m, i);
	*merge = m;
	return FLOW_OK;
}

void
row_merge_free(struct row_merge *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->readers; i++) {
		free(m->reader[i].window);
		free(m->reader[i].cell);
	}
	free(m->reader);
	free(m->heap);
	free(m->kind);
	free(m->key);
	free(m);
}

static enum flow_status
give_row(const struct row_merge *m, const struct reader *r, struct flow_table *t, size_t row)
{
	for (size_t c = 0; c < m->columns; c++) {
		if (r->cell[c].p == NULL)
			continue;
		if (m->kind[c] != FLOW_KIND_TEXT)
			flow_table_set(t, c, row, r->cell[c].p);
		else if (flow_table_set_text(t, c, row, r->cell[c].p, r->cell[c].len) != FLOW_OK)
			return FLOW_ENOMEM;
	}
	return FLOW_OK;
}

enum flow_status
row_merge_next(struct row_merge *m, size_t rows, struct flow_table *t, struct flow_error *err)
{
	enum flow_status st;
	size_t n = 0;

	if (flow_table_reserve(t, rows) != FLOW_OK)
		return flow_fail_memory(err);
	for (; n < rows && m->heaped > 0; n++) {
		struct reader *r = &m->reader[m->heap[0]];

		if (give_row(m, r, t, n) != FLOW_OK)
			return flow_fail_memory(err);
		st = read_row(m, r, err);
		if (st != FLOW_OK)
			return st;
		if (!r->has_row)
			m->heap[0] = m->heap[--m->heaped];
		if (m->heaped > 0)
			heap_down(m, 0);
	}
	t->rows = n;
	return FLOW_OK;
}
