/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Memory for tables that are read at random: in huge pages where they are
 * large, so that a look-up does not also miss the TLB, and aligned to cache
 * lines.  Freed by free().
 */

#include <stddef.h>

#include "base/attr.h"

#define PAGES_LINE 64

/* NULL when out of memory; contents undefined. */
void *pages_alloc(size_t bytes) NODISCARD;

/* As pages_alloc, all zero. */
void *pages_zeroed(size_t bytes) NODISCARD;

/* A larger copy of `used` bytes at `old`, which is freed; NULL leaves old as it is. */
void *pages_grow(void *old, size_t used, size_t bytes) NODISCARD;
