/* SPDX-License-Identifier: BSD-2-Clause */
#define _DEFAULT_SOURCE	/* madvise */
#include "agg/pages.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 << 20)

void *
pages_alloc(size_t bytes)
{
	size_t unit = bytes >= HUGE_PAGE ? HUGE_PAGE : PAGES_LINE;
	void *p;

	if (bytes > SIZE_MAX - unit)
		return NULL;
	bytes = (bytes + unit - 1) / unit * unit;
	p = aligned_alloc(unit, bytes > 0 ? bytes : unit);
#ifdef MADV_HUGEPAGE
	/* Only advice: where it is refused, small pages do. */
	if (p != NULL && unit == HUGE_PAGE)
		(void)madvise(p, bytes, MADV_HUGEPAGE);
#endif
	return p;
}

void *
pages_zeroed(size_t bytes)
{
	void *p = pages_alloc(bytes);

	if (p != NULL)
		memset(p, 0, bytes);
	return p;
}

void *
pages_grow(void *old, size_t used, size_t bytes)
{
	void *p = pages_alloc(bytes);

	if (p == NULL)
		return NULL;
	if (used > 0)
		memcpy(p, old, used);
	free(old);
	return p;
}
