/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Memory for tables that are read at random: in huge pages where they are
 * large, so that a look-up does not also miss the TLB, and aligned to cache
 * lines.  It comes zeroed.  Who frees or grows it says how large it is.
 */

#include <stddef.h>

#include "base/attr.h"

#define PAGES_LINE 64

/* NULL when out of memory. */
void *pages_alloc(size_t bytes) NODISCARD;

/*
 * As pages_alloc, but with any contents: for memory that is filled bit by bit, whose pages are
 * then still in the cache when their first bytes are written.
 */
void *pages_alloc_unset(size_t bytes) NODISCARD;
void pages_free(void *p, size_t bytes);

/* The same contents in more bytes, the new ones zero; NULL leaves p as it is. */
void *pages_grow(void *p, size_t bytes, size_t more) NODISCARD;
