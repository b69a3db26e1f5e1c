/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Memory for tables with random access: large ones are in huge pages, so that
 * a look-up does not also miss the TLB.  Aligned to cache lines and zeroed.
 * Callers that free or grow it pass its size.
 */

#include <stddef.h>

#include "base/attr.h"

#define PAGES_LINE 64

/* NULL when out of memory. */
void *pages_alloc(size_t bytes) NODISCARD;

/*
 * As pages_alloc, but uninitialized: for memory that is filled gradually, so that the kernel clears a
 * page just before it is first written, and its lines are still in the cache.
 */
void *pages_alloc_unset(size_t bytes) NODISCARD;
void pages_free(void *p, size_t bytes);

/* Grows p to `more` bytes, the new ones zero; NULL: out of memory, p is unchanged. */
void *pages_grow(void *p, size_t bytes, size_t more) NODISCARD;
