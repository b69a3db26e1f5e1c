/* SPDX-License-Identifier: BSD-2-Clause */
#include "retain/oldest.h"

#include <stdlib.h>

#include "base/vec.h"

void
retain_oldest_init(struct retain_oldest *o, struct retain_remover *remover, struct retain_file *files, size_t count)
{
	*o = (struct retain_oldest){ .remover = remover, .file = files, .files = count };
}

void
retain_oldest_clear(struct retain_oldest *o)
{
	free(o->heap);
	o->heap = NULL;
}

/* By end; among equal ends, by begin. */
static bool
is_before(const struct retain_candidate *a, const struct retain_candidate *b)
{
	return a->seen.end_ms != b->seen.end_ms ? a->seen.end_ms < b->seen.end_ms :
	    a->file->begin_ms < b->file->begin_ms;
}

static void
swap(struct retain_candidate *a, struct retain_candidate *b)
{
	struct retain_candidate t = *a;

	*a = *b;
	*b = t;
}

static bool
push(struct retain_oldest *o, const struct retain_candidate *c)
{
	size_t i = o->count;

	if (!VEC_RESERVE(o->heap, o->cap, o->count + 1))
		return false;
	o->heap[o->count++] = *c;
	for (; i > 0 && is_before(&o->heap[i], &o->heap[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&o->heap[i], &o->heap[(i - 1) / 2]);
	return true;
}

static void
pop(struct retain_oldest *o, struct retain_candidate *out)
{
	size_t i = 0, child;

	*out = o->heap[0];
	o->heap[0] = o->heap[--o->count];
	while ((child = 2 * i + 1) < o->count) {
		if (child + 1 < o->count && is_before(&o->heap[child + 1], &o->heap[child]))
			child++;
		if (!is_before(&o->heap[child], &o->heap[i]))
			break;
		swap(&o->heap[i], &o->heap[child]);
		i = child;
	}
}

enum flow_status
retain_oldest_next(struct retain_oldest *o, struct retain_candidate *out)
{
	while (o->next < o->files && (o->count == 0 || o->file[o->next].begin_ms <= o->heap[0].seen.end_ms)) {
		struct retain_candidate c = { .file = &o->file[o->next++] };

		if (c.file->gone)
			continue;
		if (!retain_look(o->remover, c.file, &c.seen))
			c.file->gone = !o->remover->list->directory[c.file->directory].refused;
		else if (!push(o, &c))
			return FLOW_ENOMEM;
	}
	if (o->count == 0)
		return FLOW_END;
	pop(o, out);
	return FLOW_OK;
}
