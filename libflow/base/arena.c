/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_FIRST ((size_t)4096)
#define ARENA_MOST ((size_t)1 << 20)

struct chunk {
	struct chunk *next;
	alignas(max_align_t) unsigned char bytes[];
};

struct arena {
	struct chunk *chunks;
	size_t used;		/* of the newest chunk */
	size_t size;		/* of the newest chunk */
	size_t bytes;		/* of all chunks */
};

struct arena *
arena_new(void)
{
	return calloc(1, sizeof(struct arena));
}

void
arena_free(struct arena *a)
{
	struct chunk *c, *next;

	if (a == NULL)
		return;
	for (c = a->chunks; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
	free(a);
}

static struct chunk *
chunk_new(struct arena *a, size_t size)
{
	struct chunk *c;

	if (size > SIZE_MAX - sizeof(*c))
		return NULL;
	c = calloc(1, sizeof(*c) + size);
	if (c != NULL)
		a->bytes += sizeof(*c) + size;
	return c;
}

/* An object larger than a chunk gets a chunk of its own, linked behind the newest. */
static void *
alloc_alone(struct arena *a, size_t size)
{
	struct chunk *c = chunk_new(a, size);

	if (c == NULL)
		return NULL;
	c->next = a->chunks->next;
	a->chunks->next = c;
	return c->bytes;
}

static bool
grow(struct arena *a)
{
	size_t size = a->size == 0 ? ARENA_FIRST : a->size < ARENA_MOST ? 2 * a->size : a->size;
	struct chunk *c = chunk_new(a, size);

	if (c == NULL)
		return false;
	c->next = a->chunks;
	a->chunks = c;
	a->size = size;
	a->used = 0;
	return true;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	const size_t align = alignof(max_align_t);
	void *p;

	if (size > SIZE_MAX - align)
		return NULL;
	size = (size + align - 1) / align * align;
	if (a->chunks == NULL && !grow(a))
		return NULL;
	if (size > a->size - a->used) {
		if (size > a->size / 4)
			return alloc_alone(a, size);
		if (!grow(a))
			return NULL;
	}
	p = a->chunks->bytes + a->used;
	a->used += size;
	return p;
}

void *
arena_array(struct arena *a, size_t n, size_t size)
{
	if (size != 0 && n > SIZE_MAX / size)
		return NULL;
	return arena_alloc(a, n * size);
}

size_t
arena_bytes(const struct arena *a)
{
	return a->bytes;
}

char *
arena_text(struct arena *a, const char *text, size_t len)
{
	char *copy = len < SIZE_MAX ? arena_alloc(a, len + 1) : NULL;

	if (copy != NULL && len > 0)
		memcpy(copy, text, len);
	return copy;
}
