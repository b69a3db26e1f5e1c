/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A region: many small things that live and die together, such as all parts of
 * one compiled filter.  Nothing is freed singly.
 */

#include <stddef.h>

#include "base/attr.h"

struct arena;

struct arena *arena_new(void) NODISCARD;

/* Frees the region and all that was allocated from it. */
void arena_free(struct arena *a);

/* `size` zeroed bytes, aligned for any object; NULL when out of memory. */
void *arena_alloc(struct arena *a, size_t size) NODISCARD;

/* As arena_alloc for n objects; NULL also if n * size overflows. */
void *arena_array(struct arena *a, size_t n, size_t size) NODISCARD;

/* Memory held. */
size_t arena_bytes(const struct arena *a);

/* A copy of `len` bytes with a NUL behind them. */
char *arena_text(struct arena *a, const char *text, size_t len) NODISCARD;
