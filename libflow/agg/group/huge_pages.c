/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE	/* madvise, mremap */
#include "agg/group/huge_pages.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* From this size on memory is mapped by mmap, which zeroes it. */
#define LARGE ((size_t)2 << 20)

static size_t
rounded(size_t bytes)
{
	size_t unit = bytes >= LARGE ? LARGE : PAGES_LINE;

	return (bytes + unit - 1) / unit * unit;
}

/* Advice alone: if it is refused, small pages are used. */
static void
advise(void *p, size_t bytes)
{
#ifdef MADV_HUGEPAGE
	(void)madvise(p, bytes, MADV_HUGEPAGE);
#else
	UNUSED(p);
	UNUSED(bytes);
#endif
}

static void *
alloc(size_t bytes, bool zero)
{
	void *p;

	if (bytes > SIZE_MAX / 2)
		return NULL;
	bytes = rounded(bytes > 0 ? bytes : 1);
	if (bytes < LARGE) {
		p = aligned_alloc(PAGES_LINE, bytes);
		if (p != NULL && zero)
			memset(p, 0, bytes);
		return p;
	}
	p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
	advise(p, bytes);
	return p;
}

void *
pages_alloc(size_t bytes)
{
	return alloc(bytes, true);
}

void *
pages_alloc_unset(size_t bytes)
{
	return alloc(bytes, false);
}

void
pages_free(void *p, size_t bytes)
{
	if (p == NULL)
		return;
	bytes = rounded(bytes > 0 ? bytes : 1);
	if (bytes < LARGE)
		free(p);
	else
		(void)munmap(p, bytes);
}

void *
pages_grow(void *p, size_t bytes, size_t more)
{
	void *larger;

#ifdef MREMAP_MAYMOVE
	if (p != NULL && rounded(bytes) >= LARGE && more <= SIZE_MAX / 2) {
		larger = mremap(p, rounded(bytes), rounded(more), MREMAP_MAYMOVE);
		if (larger == MAP_FAILED)
			return NULL;
		advise(larger, rounded(more));
		return larger;
	}
#endif
	larger = pages_alloc_unset(more);
	if (larger == NULL)
		return NULL;
	if (p != NULL)
		memcpy(larger, p, bytes);
	if (more < LARGE)
		memset((char *)larger + bytes, 0, more - bytes);
	pages_free(p, bytes);
	return larger;
}
