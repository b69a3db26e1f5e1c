/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/top_rows.h"

#include <stdlib.h>

#include "store/gather.h"
#include "store/sort_key.h"

/* A row by its key and place; the lesser entry comes first. */
struct entry {
	uint64_t key, place;
	uint32_t put;		/* number of the row among those put */
};

struct flow_top {
	struct flow_sort_order order;
	size_t most, count, cap;
	struct entry *heap;	/* max-heap: the last row is on top; sorted by flow_top_places */
	uint64_t *place;
	struct gather *rows, *out;
	size_t given;
};

struct flow_top *
flow_top_new(const struct flow_sort_order *order, size_t n)
{
	struct flow_top *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->order = *order;
	t->most = n;
	t->rows = gather_new();
	t->out = gather_new();
	if (t->rows != NULL && t->out != NULL)
		return t;
	flow_top_free(t);
	return NULL;
}

void
flow_top_free(struct flow_top *top)
{
	if (top == NULL)
		return;
	free(top->heap);
	free(top->place);
	gather_free(top->rows);
	gather_free(top->out);
	free(top);
}

static inline bool
comes_first(const struct entry *a, const struct entry *b)
{
	return a->key != b->key ? a->key < b->key : a->place < b->place;
}

/* Inserts an entry at i and sifts it up. */
static void
heap_up(struct entry *heap, size_t i, struct entry e)
{
	for (; i > 0 && comes_first(&heap[(i - 1) / 2], &e); i = (i - 1) / 2)
		heap[i] = heap[(i - 1) / 2];
	heap[i] = e;
}

/* Replaces the top by an entry and sifts it down. */
static void
heap_down(struct entry *heap, size_t n, struct entry e)
{
	size_t i = 0, child;

	while ((child = 2 * i + 1) < n) {
		child += child + 1 < n && comes_first(&heap[child], &heap[child + 1]);
		if (!comes_first(&e, &heap[child]))
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = e;
}

static enum flow_status
grow(struct flow_top *t)
{
	size_t cap = t->cap > 0 ? 2 * t->cap : 1024;
	struct entry *more;

	if (cap > t->most)
		cap = t->most;
	more = realloc(t->heap, cap * sizeof(*more));
	if (more == NULL)
		return FLOW_ENOMEM;
	t->heap = more;
	t->cap = cap;
	return FLOW_OK;
}

static enum flow_status
take(struct flow_top *t, struct entry e)
{
	if (t->count == t->most) {
		if (comes_first(&e, &t->heap[0]))
			heap_down(t->heap, t->count, e);
		return FLOW_OK;
	}
	if (t->count == t->cap && grow(t) != FLOW_OK)
		return FLOW_ENOMEM;
	heap_up(t->heap, t->count++, e);
	return FLOW_OK;
}

enum flow_status
flow_top_add(struct flow_top *top, const struct flow_batch *batch, const struct flow_selection *sel,
    uint64_t at, struct flow_error *err)
{
	uint32_t n = sel != NULL ? sel->count : (uint32_t)batch->rows;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t row = sel != NULL ? flow_selection_row(sel, i) : i;
		struct entry e = { sort_key(&top->order.by[0], batch, row), at + row, 0 };

		if (top->count == top->most && e.key > top->heap[0].key)
			continue;
		if (take(top, e) != FLOW_OK)
			return flow_fail_memory(err);
	}
	return FLOW_OK;
}

enum flow_status
flow_top_join(struct flow_top *top, const struct flow_top *other, struct flow_error *err)
{
	for (size_t i = 0; i < other->count; i++)
		if (take(top, other->heap[i]) != FLOW_OK)
			return flow_fail_memory(err);
	return FLOW_OK;
}

static int
compare_places(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return (x->place > y->place) - (x->place < y->place);
}

static int
compare_entries(const void *a, const void *b)
{
	return comes_first(a, b) ? -1 : comes_first(b, a);
}

const uint64_t *
flow_top_places(struct flow_top *top, size_t *count)
{
	*count = top->count;
	if (top->count > 0)
		qsort(top->heap, top->count, sizeof(*top->heap), compare_places);
	top->place = malloc((top->count + 1) * sizeof(*top->place));
	if (top->place == NULL)
		return NULL;
	for (size_t i = 0; i < top->count; i++) {
		top->place[i] = top->heap[i].place;
		top->heap[i].put = (uint32_t)i;
	}
	if (top->count > 0)
		qsort(top->heap, top->count, sizeof(*top->heap), compare_entries);
	return top->place;
}

enum flow_status
flow_top_put(struct flow_top *top, const struct flow_batch *batch, const struct flow_selection *sel,
    struct flow_error *err)
{
	return gather_add(top->rows, batch, sel) == FLOW_OK ? FLOW_OK : flow_fail_memory(err);
}

enum flow_status
flow_top_next(struct flow_top *top, const struct flow_batch **batch, struct flow_error *err)
{
	uint32_t rows[FLOW_BATCH_ROWS];
	size_t n = 0, have = gather_rows(top->rows);

	for (; top->given < top->count && n < FLOW_BATCH_ROWS; top->given++) {
		rows[n] = top->heap[top->given].put;
		n += rows[n] < have;
	}
	if (n == 0)
		return FLOW_END;
	gather_clear(top->out);
	if (gather_add_rows(top->out, gather_batch(top->rows), rows, n) != FLOW_OK)
		return flow_fail_memory(err);
	*batch = gather_batch(top->out);
	return FLOW_OK;
}
